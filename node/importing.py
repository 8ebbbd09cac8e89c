"""Taking records in from elsewhere: many in one commit, each once by its `external_id` (design 4, `import`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from node import author, people, reactions
from node.config import Config
from node.errors import QiaoError, Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Draft, Kind, Verb
from node.page import Person
from node.store import reading
from node.work import Work

ID = "external_id"
MOST_ROWS = 1000


def take(work: Work, params: Mapping[str, Any], person: Person | None, _config: Config) -> dict[str, Any]:
    """The first of `rows` (fields of the verb by which `matter` is imported), as many as one commit has room for.

    `taken`: how many of them were gone through; of these so many were `imported`, `skipped` as known, `rejected`
    (number of the row from 0, code, message). Raises Usage, Forbidden.
    """
    if person is None:
        raise people.refused()
    kind, verb = imported_by(str(params.get("matter")))
    author.permitted(kind.matter, Draft(verb.action), person.id, person.roles)
    rows = _rows(params.get("rows"))
    known = reading.by_external_id(work.db, kind.matter.name, [str(row.get(ID, "")) for row in rows])
    stack = _Stack(kind, verb, rows, known, reactions.desk_of(work, person.id, kind))
    made = author.begin(work, kind, stack, actor=person.id, roles=person.roles)
    reactions.settle(work)
    return {"taken": stack.taken, "imported": len(made), "skipped": stack.skipped, "rejected": stack.rejected}


def imported_by(matter: str) -> tuple[Kind, Verb]:
    """The kind, and the verb that begins an imported record. Raises Usage."""
    kind = KINDS.get(matter)
    verb = kind.verb(kind.shelf.verb) if kind is not None and kind.shelf is not None else None
    if kind is None or verb is None:
        text = say(f"“{matter}”不能这样导入", f"{matter} isn't imported this way")
        raise Usage(text, code="unknown_matter", hint="qiao --help")
    return kind, verb


def _rows(given: Any) -> Sequence[Mapping[str, Any]]:
    if (
        not isinstance(given, list)
        or len(given) > MOST_ROWS
        or not all(isinstance(one, dict) for one in given)
    ):
        text = say(f"rows 应为至多 {MOST_ROWS} 行", f"rows must be at most {MOST_ROWS} objects")
        raise Usage(text, code="bad_value")
    return given


class _Stack:
    """Rows as drafts, one after the other as they are asked for; what was gone through is counted."""

    def __init__(
        self, kind: Kind, verb: Verb, rows: Sequence[Mapping[str, Any]], known: set[str], desk: Any
    ) -> None:
        self._kind, self._verb, self._rows, self._known, self._desk = kind, verb, rows, known, desk
        self.taken = self.skipped = 0
        self.rejected: list[dict[str, Any]] = []

    def __iter__(self) -> Iterator[list[Draft]]:
        for at, row in enumerate(self._rows):
            self.taken = at + 1
            drafts = self._drafts(at, row)
            if drafts:
                yield drafts

    def _drafts(self, at: int, row: Mapping[str, Any]) -> list[Draft]:
        try:
            data = border.check(self._kind, self._verb, row)
            if data[ID] in self._known:
                self.skipped += 1
                return []
            self._known.add(data[ID])
            return self._verb.plan(None, data, self._desk)
        except QiaoError as fault:
            self.rejected.append({"row": at, "code": fault.code, "message": fault.text})
            return []


OPERATIONS = {"import": take}
