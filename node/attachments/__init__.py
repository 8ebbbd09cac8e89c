"""Attachments (附件, protocol 3.5): files that a record names by content hash.

They travel apart from the tickets, in chunks, when nothing else is left to send; a missing or damaged one
never holds up its ticket.
"""
