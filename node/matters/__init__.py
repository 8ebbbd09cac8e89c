"""The matters (事项) that this program knows, by name. A new kind of work is one new file, named here."""

from __future__ import annotations

from conflict.declaration import Field

from . import article, bulletin, calendar, call, codelist, policy, staff, ticket
from .draft import Kind

KINDS: dict[str, Kind] = {
    kind.matter.name: kind
    for kind in (
        ticket.KIND,
        call.KIND,
        article.KIND,
        staff.KIND,
        policy.KIND,
        calendar.KIND,
        codelist.KIND,
        bulletin.KIND,
    )  # fmt: skip
}


def dimensions() -> dict[str, Field]:
    """Every field that is a dimension of statistics, by name; one that several matters declare, once."""
    return {
        field.name: field
        for kind in KINDS.values() if kind.counted
        for field in kind.matter.fields if field.dimension
    }  # fmt: skip
