"""What a query may say; anything else is refused by name. Codes that the node knows are told as such."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from node.figures import catalogue, groups
from node.matters import KINDS

from . import cursors

LIMIT, MOST = 50, 200
_MONTH = r"20[0-9]{2}-(0[1-9]|1[0-2])"
_DAY = rf"{_MONTH}-(0[1-9]|[12][0-9]|3[01])"
_PERIOD = rf"^(20[0-9]{{2}}|{_MONTH}|20[0-9]{{2}}-W(0[1-9]|[1-4][0-9]|5[0-3])|{_DAY}(\.\.{_DAY})?)$"
Sort = Literal["created", "-created", "changed", "-changed", "number", "-number"]
Absent = SkipJsonSchema[None]  # not given; nobody says null in a query


def _codes(found: Iterable[str], says: str, most: int = 40) -> Any:
    """One of these; the reading refuses others, and names the nearest."""
    return Field(max_length=most, description=says, json_schema_extra={"enum": [*sorted(found)]})


_TICKET, _CALL = (KINDS[one].matter.names for one in ("ticket", "call"))
_STATUSES = ("sent", "received", "accepted", "submitted", "completed", "declined", "recalled")
_PHASES = (*(one for one in _TICKET if one not in _STATUSES), "erased")
Unit = Annotated[str, Field(max_length=200, description="a unit's code or path", examples=["370200"])]


class Nothing(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


class Paging(Nothing):
    limit: Annotated[int, Field(ge=1, le=MOST, description="items of a page, at most")] = LIMIT
    after: Annotated[
        str | Absent, Field(max_length=cursors.LONGEST, description="`next` of the page before, as it is")
    ] = None

    def question(self) -> str:
        """What a cursor belongs to: everything but where the page is."""
        return self.model_dump_json(exclude={"limit", "after"})


class Sorted(Paging):
    sort: Annotated[
        Sort, Field(description="`created` and `number` never change: a walk by them gives each once")
    ] = "created"


class OfCalls(Sorted):
    phase: Annotated[str | Absent, _codes((*_CALL, "erased"), "as shown, by its code")] = None


class OfTickets(Sorted):
    phase: Annotated[str | Absent, _codes(_PHASES, "as shown, by its code")] = None
    status: Annotated[str | Absent, _codes(_STATUSES, "of an assignment in the present round")] = None
    unit: Annotated[
        Unit | Absent, Field(description="with an assignment to this unit in the present round")
    ] = None
    overdue: Annotated[
        Literal["true", "false"], Field(description="`true`: alone those whose next deadline is past")
    ] = "false"


class OfExceptions(Paging):
    kind: Annotated[
        Literal["conflict", "held", "quarantine", "denied", "incomplete"] | Absent,
        Field(description="of one kind"),
    ] = None


class OfFigures(Nothing):
    by: Annotated[str | Absent, _codes(groups.names(), "a dimension")] = None
    period: Annotated[
        str | Absent,
        Field(max_length=40, description="2026 2026-10 2026-W44 2026-10-05 2026-10-01..2026-10-31",
              json_schema_extra={"pattern": _PERIOD, "example": "2026-10"}),
    ] = None  # fmt: skip
    unit: Annotated[Unit | Absent, Field(description="of a unit and all below it")] = None
    figure: Annotated[
        list[Annotated[str, _codes((one.id for one in catalogue.catalogue()), "id", 60)]],
        Field(max_length=60, description="ids; none: all of them"),
    ] = []
