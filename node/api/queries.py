"""What a query may say; anything else is refused by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from . import cursors

LIMIT, MOST = 50, 200
Sort = Literal["created", "-created", "changed", "-changed", "number", "-number"]
Unit = Annotated[str | None, Field(max_length=200, description="a unit's code or path", examples=["370200"])]
Code = Annotated[str | None, Field(max_length=40)]


class Nothing(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


class Paging(Nothing):
    limit: Annotated[int, Field(ge=1, le=MOST, description="items of a page, at most")] = LIMIT
    after: Annotated[
        str | None, Field(max_length=cursors.LONGEST, description="`next` of the page before")
    ] = None

    def question(self) -> str:
        """What a cursor belongs to: everything but where the page is."""
        return self.model_dump_json(exclude={"limit", "after"})


class OfCalls(Paging):
    phase: Annotated[Code, Field(description="as shown, by its code")] = None
    sort: Annotated[
        Sort, Field(description="`created` and `number` never change: a walk by them gives each once")
    ] = "created"


class OfTickets(OfCalls):
    status: Annotated[Code, Field(description="of an assignment in the present round")] = None
    unit: Annotated[Unit, Field(description="with an assignment to this unit in the present round")] = None
    overdue: Annotated[bool, Field(description="what falls due next is past")] = False


class OfExceptions(Paging):
    kind: Annotated[
        Literal["conflict", "held", "quarantine", "denied", "incomplete"] | None,
        Field(description="of one kind"),
    ] = None


class OfFigures(Nothing):
    by: Annotated[Code, Field(description="a dimension: unit, month, topic:1, channel …")] = None
    period: Annotated[
        Annotated[str, Field(max_length=40)] | None,
        Field(description="2026 2026-10 2026-W44 2026-10-05 2026-10-01..2026-10-31"),
    ] = None
    unit: Annotated[Unit, Field(description="of a unit and all below it")] = None
    figure: Annotated[
        list[Annotated[str, Field(max_length=60)]], Field(max_length=60, description="ids; none: all of them")
    ] = []
