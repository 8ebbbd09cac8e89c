"""What a token may see (可见范围): of what is here, a unit's records and those of all below it, or everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import Connection

from conflict.state import State
from node.matters.draft import Kind
from node.store import facts
from sync_protocol.names import covers, is_above


@dataclass(frozen=True, slots=True)
class Reach:
    """`scope`: a unit's path as it is now; "" for everything. `former`: path of before a move → path now."""

    scope: str = ""
    former: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, db: Connection, scope: str) -> Self:
        if not scope:
            return cls()
        former = facts.former(db)
        return cls(former.get(scope, scope), former)

    def has(self, kind: Kind | None, state: State | None) -> bool:
        """Whether the record is in its scope. What can't be folded is in nobody's but everything's."""
        if not self.scope:
            return True
        if kind is None or state is None:
            return False
        if kind.matter.everywhere:
            return True
        return any(self.covers(unit) for unit in kind.matter.scope(state))

    def covers(self, unit: str) -> bool:
        return not self.scope or covers(self.scope, self.former.get(unit, unit))

    def shows(self, unit: str) -> bool:
        """Of the tree: itself, what is below, and what is above."""
        return self.covers(unit) or is_above(unit, self.scope)
