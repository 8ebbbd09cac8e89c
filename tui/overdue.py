"""What is overdue (超期), laid out for whoever watches over it: a heading for each unit, beneath it its deadlines, and
of one deadline how it came to be late. Pure, from `Node.overdue`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from node import language

from . import moments, pinyin, safe
from .cells import cut
from .face import Item
from .figures import age
from .labels import kind_of, plain
from .lines import Line
from .listed import HEADING
from .sheet import text_lines
from .texts import t

Key = Callable[[Item], tuple[Any, ...]]
SORTS: Mapping[str, Key] = {  # each as one wants to see it first
    "late": lambda item: (-item["overdue_seconds"],),
    "number": lambda item: (str(item.get("number") or ""),),
    "line": lambda item: (-item["line_seconds"],),
    "cards": lambda item: (-len(standing(item)), -item["overdue_seconds"]),
}


def id_of(item: Item) -> str:
    """One deadline: a record may be late in several."""
    return "/".join(str(item.get(name)) for name in ("record", "round", "clock", "unit"))


def standing(item: Item) -> list[Item]:
    """The cards that stand, the newest last."""
    return [one for one in item.get("cards") or () if one.get("standing") == "standing"]


def rows(answer: Mapping[str, Any], text: str, sort: str, *, backwards: bool = False) -> list[Item]:
    """Headings and deadlines. Units are in the order of their first deadline."""
    found = [{**one, "id": id_of(one)} for one in answer.get("items") or () if fits(one, text)]
    found.sort(key=SORTS[sort], reverse=backwards)
    units: dict[str, list[Item]] = {}
    for one in found:
        units.setdefault(str(one["unit"]), []).append(one)
    ages = {str(one["unit"]): one for one in answer.get("offices") or ()}
    lines: list[Item] = []
    for unit, several in units.items():
        lines += [_heading(unit, several, ages.get(unit)), *several]
    return lines


def fits(item: Item, text: str) -> bool:
    """By number, title, unit (also its pinyin initials) and clock."""
    wanted = text.strip().lower()
    if not wanted:
        return True
    told = (str(item.get(name) or "") for name in ("number", "title", "unit", "clock"))
    names = (str(item.get("unit_name") or ""), clock_label(item))
    return any(wanted in one.lower() for one in told) or any(_answers(wanted, name) for name in names)


@lru_cache(2048)
def _answers(wanted: str, name: str) -> bool:
    return wanted in name.lower() or pinyin.matches(wanted, name)


def folded(lines: Sequence[Item], units: Collection[str]) -> list[Item]:
    """Without what lies beneath the headings of these units; each heading says which way it is."""
    return [
        {**one, HEADING: f"{'[+]' if one['unit'] in units else '[-]'} {one[HEADING]}"} if HEADING in one else one
        for one in lines if HEADING in one or one["unit"] not in units
    ]  # fmt: skip


def unit_name(item: Item) -> str:
    return safe.cell(item.get("unit_name") or item.get("unit") or "")


def _heading(unit: str, several: Sequence[Item], office: Mapping[str, Any] | None) -> Item:
    cards = sum(len(standing(one)) for one in several)
    longest = max(one["overdue_seconds"] for one in several)
    words = [
        unit_name(several[0]),
        t("overdue.count", n=len(several)),
        t("overdue.longest", time=moments.span(longest)),
        t("overdue.cards", n=cards) if cards else "",
        age(office) if office else "",
    ]
    return {"id": f"unit {unit}", "unit": unit, HEADING: "  ".join(filter(None, words))}


def clock_label(item: Item) -> str:
    kind, code = kind_of(str(item.get("matter") or "ticket")), str(item.get("clock") or "")
    label = kind.clocks.get(code, "") if kind is not None and language.used() != "en" else ""
    return safe.cell(label or plain(code))


def cards_text(item: Item) -> str:
    """`红1 黄1` of those that stand; `R1 Y1` in English."""
    counts: dict[str, int] = {}
    for one in standing(item):
        counts[str(one["colour"])] = counts.get(str(one["colour"]), 0) + 1
    return " ".join(f"{colour_label(colour, 'short')}{n}" for colour, n in sorted(counts.items()))


def colour_label(colour: str, how: str = "colour") -> str:
    return t(f"{how}.{colour}") if colour in ("yellow", "red") else safe.cell(colour)


def told(item: Item, width: int) -> list[Line]:
    """One deadline: the sentence of evidence, and every card with where it stands."""
    lines: list[Line] = [[(cut(safe.line(item.get("title") or ""), width), "bold")]]
    lines += text_lines(safe.block(item.get("evidence") or ""), width, 0, "warn", 400)
    lines += [_card(one, width) for one in item.get("cards") or ()]
    if not item.get("cards"):
        lines.append([(cut(t("overdue.no_card"), width), "dim")])
    return lines


def told_record(item: Item, width: int) -> list[Line]:
    """A ticket as `show` tells it: each card with its own sentence."""
    cards = item.get("cards") or ()
    lines: list[Line] = [[(cut(safe.line(item.get("title") or item.get("number") or ""), width), "bold")]]
    for one in cards:
        lines.append(_card(one, width))
        lines += text_lines(safe.block(one.get("evidence") or ""), width, 2, "warn", 400)
    return lines if cards else [*lines, [(cut(t("overdue.no_card"), width), "dim")]]


def _card(one: Item, width: int) -> Line:
    where = str(one.get("standing") or "")
    words = [
        t("overdue.card", colour=colour_label(str(one.get("colour")))),
        t(f"standing.{where}") if where in ("standing", "cleared", "rescinded") else safe.cell(where),
        t("overdue.issued", time=moments.short(one.get("issued"))),
        t("overdue.objections", n=one["objections"]) if one.get("objections") else "",
    ]
    return [(cut("  ".join(filter(None, words)), width), "bad" if where == "standing" else "dim")]
