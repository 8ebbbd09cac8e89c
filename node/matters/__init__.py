"""The matters (事项) that this program knows, by name. A new kind of work is one new file, named here."""

from __future__ import annotations

from . import article, calendar, call, codelist, policy, staff, ticket
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
    )  # fmt: skip
}
