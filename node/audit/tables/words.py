"""What is personal or free text in the tables, by the matters whose people have to agree that it is told."""

from __future__ import annotations

from node.matters import KINDS

from .records import CALL, STAFF, TICKET
from .schema import fields_of


def told() -> dict[str, list[str]]:
    """Matter → the fields that a table gives with words; its acts' free text comes with them."""
    return {
        matter: [one.name for one in fields_of(KINDS[matter].matter.fields) if one.words]
        for matter in (CALL, TICKET, STAFF)
    }
