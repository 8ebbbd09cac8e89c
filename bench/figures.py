"""What a province's node answers at its size, beside the bounds of the product: lists, a ticket, all that is overdue,
statistics, search, suggestions while somebody talks.

`--dir D` measures the province in D (made there where there is none, and kept); else one is made and thrown away,
`--calls 100000 --tickets 10000` for a quick look.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from bench import province
from bench.articles import NARRATIVES
from bench.lives import PEOPLE
from bench.measure import always, each, head, memory
from node.iso import CHINA
from node.lookup import Lookup
from node.page import Person
from node.store import raw

PAGE, TICKET, OVERDUE, STATS, SEARCH, SUGGEST = 50, 50, 2_000, 2_000, 100, 100  # ms
CITY = province.CITIES[4]
SORTED = {"changed": "-changed", "created": "-created", "due": "due", "number": "number"}


def main() -> None:
    given = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        place = province.build(given.dir or Path(folder), given.calls, given.tickets)
        measure(place)


def arguments(about: str | None) -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=about)
    asked.add_argument("--calls", type=int, default=province.CALLS)
    asked.add_argument("--tickets", type=int, default=province.TICKETS)
    asked.add_argument("--dir", type=Path)
    return asked.parse_args()


def measure(place: Path) -> None:
    print(f"{'database':<52}{(place / 'node.db').stat().st_size / 2**20:11.1f} MiB")
    reader = Lookup(place, "zh")
    memory("memory of a reader that has read nothing")
    person = reader.person(PEOPLE[0])
    assert person is not None, "a province has its operators"
    db = raw.connect(place / "node.db", "ro")
    for part in (_lists, _filtered, _shown, _overdue, _stats, _searched, _suggested):
        part(reader, person, db)
    db.close()
    reader.close()
    memory("memory of a reader that has answered all this")


def _lists(reader: Lookup, person: Person, db: Any) -> None:
    head("a list page")
    for matter in ("ticket", "call"):
        each(f"{matter}s, as they come", PAGE, always(reader.list, matter))
        for name, sort in SORTED.items():
            after = _deep(db, matter, name)
            each(f"{matter}s by {name}, first page", PAGE, always(reader.list, matter, sort=sort))
            each(
                f"{matter}s by {name}, in the midst",
                PAGE,
                always(reader.list, matter, sort=sort, after=after),
            )
    for view in reader.views("ticket", person):
        asked = always(reader.list, "ticket", view=view.id, person=person)
        each(f"view {view.id} ({view.count})", PAGE, asked)
    for matter in ("ticket", "call"):
        each(f"how many {matter}s each view has", None, always(reader.views, matter, person), 5)


def _deep(db: Any, matter: str, sort: str) -> str:
    """The cursor behind half of all."""
    column = {"due": f"coalesce(next_due, {2**62})"}.get(sort, sort)
    falling = " DESC" if SORTED[sort].startswith("-") else ""
    count = db.execute("SELECT count(*) FROM folded WHERE matter = ?", (matter,)).fetchone()[0]
    found = db.execute(
        f"SELECT {column}, record FROM folded WHERE matter = ? ORDER BY {column}{falling}, record{falling}"
        " LIMIT 1 OFFSET ?", (matter, count // 2),
    ).fetchone()  # fmt: skip
    return f"{found[0]}~{found[1]}"


def _filtered(reader: Lookup, person: Person, db: Any) -> None:
    head("a list page, narrowed")
    asks: dict[str, dict[str, Any]] = {
        "text: a common word": {"text": "工资"},
        "text: a rare word": {"text": "矽肺"},
        "text: two words": {"text": "拖欠 仲裁"},
        "text: a part of a number": {"text": f"{datetime.now(CHINA).year - 1}0612-00"},
        "text: what nobody said": {"text": "量子纠缠"},
        "text: syntax of the index": {"text": 'NEAR("工资" AND *) OR -^'},
        "by due, in this unit, text": {"sort": "due", "view": "unit", "text": "工资"},
        "a phase": {"phase": "follow_up"},
        "a phase that most have": {"phase": "archived"},
        "a unit's": {"unit": CITY},
        "a status that few have": {"status": "recalled"},
        "a status that some have": {"status": "accepted"},
        "a status that most have": {"status": "completed"},
        "a unit's, accepted": {"unit": CITY, "status": "accepted"},
        "overdue": {"overdue": True},
        "mine": {"mine": PEOPLE[0], "view": "mine"},
        "in nobody's hands": {"unattended": True},
        "with more columns": {"columns": ("topic", "employer_name", "amount_claimed", "worker_phone")},
    }
    for name, how in asks.items():
        each(name, PAGE, always(reader.list, "ticket", person=person, **how))
    each("calls, text: a common word", PAGE, always(reader.list, "call", text="工资"))
    each("calls, text: a rare word", PAGE, always(reader.list, "call", text="矽肺"))


def _shown(reader: Lookup, person: Person, db: Any) -> None:
    head("a ticket")
    rows = db.execute(
        "SELECT number FROM folded WHERE matter = 'ticket' AND number <> '' ORDER BY changed"
    ).fetchall()
    numbers = [one[0] for one in Random(1).sample(rows, 40)]
    each("shown whole, any of ten years", TICKET, lambda at: reader.show("ticket", numbers[at]), len(numbers))
    longest = db.execute(
        'SELECT number FROM folded JOIN (SELECT record, count(*) AS many FROM "change" GROUP BY record'
        " ORDER BY many DESC LIMIT 200) USING (record) WHERE matter = 'ticket'"
    ).fetchall()
    each("shown whole, one of the longest", TICKET, lambda at: reader.show("ticket", longest[at][0]))
    each("what may be done with it", TICKET, lambda at: reader.allowed("ticket", numbers[at], person))
    each("of a number that nothing has", TICKET, lambda at: _none(lambda: reader.show("ticket", f"x{at}")))


def _none(ask: Callable[[], object]) -> None:
    from node.errors import NotFound

    try:
        ask()
    except NotFound:
        return


def _overdue(reader: Lookup, person: Person, db: Any) -> None:
    found = reader.overdue()["items"]
    cards = sum(len(one["cards"]) for one in found)
    head(f"overdue: {len(found)} deadlines of {len({one['record'] for one in found})} tickets, {cards} cards")
    each("all of them", OVERDUE, lambda _: reader.overdue(), 5)
    each("of one unit", OVERDUE, lambda _: reader.overdue(CITY), 5)


def _stats(reader: Lookup, person: Person, db: Any) -> None:
    year = str(datetime.now(CHINA).year - 1)
    head("statistics")
    each("a year", STATS, lambda _: reader.stats(period=year), 5)
    for by in ("unit", "topic:2", "topic:4", "month", "channel", "day"):
        each(f"a year by {by}", STATS, always(reader.stats, period=year, by=by), 5)
    each("a year of one unit", STATS, lambda _: reader.stats(period=year, unit=CITY), 5)
    each("a month with the ids behind each", STATS, lambda _: reader.stats(period=f"{year}-10", ids=True,
         figures=["tickets"]), 5)  # fmt: skip
    each("ten years", None, lambda _: reader.stats(), 3)
    each("the K-line of a year by week", STATS, lambda _: reader.kline("week", period=year), 5)


def _searched(reader: Lookup, person: Person, db: Any) -> None:
    head("a search")
    words = {
        "a common word": "工资", "a rare word": "矽肺", "one character": "钱", "two words": "拖欠 仲裁",
        "three common words": "工资 老板 工会", "a sentence": "包工头拖欠工资不接电话", 
        "a word nobody said": "量子纠缠",
        "syntax of the index": 'NEAR("工资" AND *) OR NOT -^', "a number": "370000-20240612-0001",
        "a long text": "老板拖着不发工资，" * 60,
    }  # fmt: skip
    for matter in ("ticket", "call"):
        for name, text in words.items():
            found = len(reader.search(text, [matter]).items)
            each(f"{matter}s, {name} ({found})", SEARCH, always(reader.search, text, [matter]))


def _suggested(reader: Lookup, person: Person, db: Any) -> None:
    head("suggestions while somebody talks")
    for name, text in NARRATIVES.items():
        each(f"{name}", SUGGEST, always(reader.suggest, "article", text))
    typed = list(_typed(NARRATIVES["120 characters"]))
    each(
        "letter by letter, 120 characters",
        SUGGEST,
        lambda at: reader.suggest("article", typed[at]),
        len(typed),
    )


def _typed(text: str) -> Sequence[str]:
    return [text[:length] for length in range(4, len(text), 4)]


if __name__ == "__main__":
    main()
