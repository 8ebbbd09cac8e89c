"""A node in which everything that people, peers or files may have written is hostile: each list has a row a text, and
each of its words is that text. What holds the answers together (ids, paths, kinds) stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.tui.standin import Bulletins, Page, View
from tests.tui.whole import ROLES, Person, Whole, shown

KEPT = frozenset({
    "record", "id", "path", "matter", "kind", "reason_kind", "unit", "next", "standing", "parent", "code_of",
    "hosted_by", "state_of", "remedy", "for",
    "event", "actor_id", "data_kind", "disabled", "channel", "class",
})  # fmt: skip
SEVERAL = frozenset({
    "waiting",
    "items", "timeline", "assignments", "exceptions", "cards", "attachments", "clocks", "problems", "offices",
})  # fmt: skip


def spoilt(value: Any, texts: Sequence[str], name: str = "") -> Any:
    """An answer of the node with other words; a list of records becomes one a text."""
    if isinstance(value, str):
        return value if name in KEPT else texts[0]
    if isinstance(value, dict):
        return {key: spoilt(one, texts, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return several(value, texts) if name in SEVERAL else [spoilt(one, texts, name) for one in value]
    return value


def several(items: Sequence[Any], texts: Sequence[str]) -> list[Any]:
    return (
        [numbered(spoilt(items[at % len(items)], [text]), at) for at, text in enumerate(texts)]
        if items
        else []
    )


def numbered(item: Any, at: int) -> Any:
    """Told apart from the others, where it has a name."""
    if not isinstance(item, dict):
        return item
    own = {"record": f"{at + 1:032x}", "id": f"e{at + 1}"}
    return {**item, **{key: value for key, value in own.items() if key in item}}


@dataclass
class Poisoned(Whole):
    texts: Sequence[str] = ()
    signed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = several(self.rows, self.texts)
        self.conflicts = [
            {**one, "kind": "conflict", "reason": "field_ask"} for one in several(self.conflicts, self.texts)
        ]
        self.kept_as = [{"name": text, "filters": {"text": text}} for text in self.texts]
        self.unit_name = self.texts[0]
        self.asked_of = 0
        self.bulletins = Bulletins(self.texts)

    def _spoilt(self, answer: Any) -> Any:
        return spoilt(answer, self.texts)

    def _page(self, page: Page) -> Page:
        return Page(several(page.items, self.texts))

    def login(self, staff: str, password: str) -> Person:
        super().login(staff, password)
        return Person(name=self.texts[0], roles=ROLES)

    def person(self, staff: str) -> Person:
        return Person(name=self.texts[0], roles=ROLES)

    def views(self, matter: str, person: Any) -> list[View]:
        return [View(text, text, at) for at, text in enumerate(self.texts)] + super().views(matter, person)

    def show(self, matter: str, name: str) -> dict[str, Any]:
        """The first ticket has a row a text of everything; each other one has its own text in every place."""
        if matter == "call":
            return {**super().show(matter, name), "narrative": self.texts[0], "number": self.texts[0]}
        at = int(name, 16) - 1
        item: dict[str, Any] = spoilt(shown(1), self.texts if at == 0 else [self.texts[at % len(self.texts)]])
        for file in item["attachments"][:9]:
            file["state"] = "present"
        return {**item, "record": name}

    def exceptions(self, kind: str | None = None, limit: int = 50, after: str | None = None) -> Page:
        start = int(after or 0)
        end = start + limit
        return Page(self.conflicts[start:end], str(end) if end < len(self.conflicts) else None)

    def status(self) -> dict[str, Any]:
        children = {
            f"{text[:200]}{at}": {"commits": 2, "oldest": text, "last_seen": text}
            for at, text in enumerate(self.texts[::11])
        }
        return {**super().status(), "unit_name": self.texts[0], "unit": self.texts[0], "pending_down": children,
                "line": {"fault": self.texts[-1], "backup_fault": self.texts[-1]}}  # fmt: skip

    def digest(self, unit: str) -> dict[str, Any]:
        return {"code": unit}

    def line(self) -> dict[str, Any]:
        return {"fault": self.texts[self.asked_of % len(self.texts)]}

    def units(self) -> list[dict[str, Any]]:
        known = [{**one, "name": self.texts[0]} for one in super().units()]
        more = [{**known[0], "path": f"370000/{at}", "name": text, "code": text, "hosted_by": text}
                for at, text in enumerate(self.texts)]  # fmt: skip
        return [*known, *more]

    def staff(self) -> list[dict[str, Any]]:
        first = super().staff()[0]
        return [
            {**first, "id": f"{at}{text}", "name": text, "roles": [text]}
            for at, text in enumerate(self.texts)
        ]

    def registry(self) -> list[dict[str, Any]]:
        first = super().registry()[0]
        return [
            {"unit": f"{at}{text}", **dict.fromkeys((*first,), text)} for at, text in enumerate(self.texts)
        ]

    def presence(self, seat: str, record: str | None, person: Any) -> Sequence[str]:
        return [f"{at}{text}" for at, text in enumerate(self.texts)]

    def earlier(self, phone: str | None = None, id_number: str | None = None, limit: int = 50) -> Page:
        return self._page(super().earlier())

    def duplicates(self, fields: Any, matter: str = "ticket", limit: int = 20) -> Page:
        return self._page(super().duplicates(fields))

    def suggest(self, matter: str, text: str, limit: int = 5) -> Page:
        page = self._page(super().suggest(matter, text))
        return Page([{**one, "matter": "article"} for one in page.items])

    def suggest_unit(self, region: str | None = None, **regions: str | None) -> list[dict[str, Any]]:
        return several(super().suggest_unit(), self.texts)

    def divisions(self) -> list[dict[str, Any]]:
        return [{"code": f"{at}", "label": text, "path": text} for at, text in enumerate(self.texts)]

    def codes(self, name: str, *, every: bool = False) -> dict[str, Any]:
        items = [{**super(Poisoned, self).codes("topic")["items"][0], "code": f"{at}", "label": text}
                 for at, text in enumerate(self.texts)]  # fmt: skip
        return {"name": name, "label": self.texts[0], "items": items, "next": None}

    def stats(self, by: str = "", period: str = "", unit: Any = None, figures: Any = ()) -> dict[str, Any]:
        """Counted by a unit's path or a topic that is any text."""
        found = super().stats(by, period, unit, figures)
        named: dict[str, Any] = spoilt({**found, "items": []}, self.texts)
        for one, known in zip(named["figures"], found["figures"], strict=True):
            one.update(id=known["id"], unit=known["unit"])
        first = found["items"][0] if found["items"] else {"figures": []}
        keys = [f"370000/{at}" if by == "unit" else text for at, text in enumerate(self.texts)]
        items = [{**first, "key": key} for key in keys] if by in ("unit", "topic") else found["items"]
        return {**named, "by": by, "items": items}

    def kline(self, bucket: str = "day", **how: Any) -> dict[str, Any]:
        return {**self._spoilt(super().kline(bucket)), "bucket": bucket}

    def overdue(self, unit: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = self._spoilt(super().overdue(unit))
        return {
            **found,
            "items": [{**one, "unit": f"370000/{at % 40}"} for at, one in enumerate(found["items"])],
        }

    def policy(self) -> dict[str, Any]:
        rules = {text[:300] + str(at): text for at, text in enumerate(self.texts)}
        more = {"map": dict(rules), "list": list(self.texts)}
        return {
            "as_of": self.texts[0],
            "in_force": {**rules, **more},
            "changes": [{"from": self.texts[0], "values": more}],
        }

    def calendar(self, year: int) -> dict[str, Any]:
        return {
            "year": year,
            "published": False,
            "days": {f"2026-{text[:50]}{at}": "rest" for at, text in enumerate(self.texts)},
        }

    def notices(self, action: str, limit: int = 50, after: str | None = None) -> Page:
        page = super().notices("reveal")
        return Page([{**one, "action": self.texts[at]} for at, one in enumerate(self._page(page).items)])

    def verify(self, every_signature: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = self._spoilt(super().verify())
        return found

    def notes(self, person: Any) -> list[dict[str, Any]]:
        return [{"name": f"{at}", "read": False, "by": text, "by_name": text, "at": text, "text": text, "to": text,
            "count": text}
                for at, text in enumerate(self.texts)]  # fmt: skip

    def reveal(self, name: str, field: str, reason: str, person: Any) -> dict[str, Any]:
        return {"values": list(self.texts)}
