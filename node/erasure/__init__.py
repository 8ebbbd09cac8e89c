"""Erasure by law (依法删除, protocol 3.11): ordered by a signed act, carried out by every holder, receipted."""
