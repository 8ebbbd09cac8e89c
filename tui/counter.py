"""The panel beside a call's form (接听): who called before, what it may be twice, what answers it, whose it is.

Pure, from the node's answers and a width in cells. All of it is foreign text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from node.matters.identifiers import phone_doubt, phone_key

from . import moments, safe
from .cells import MARK, cut, wrap
from .face import Item
from .labels import matter_of, name_label
from .lines import Span
from .texts import t

EARLIER, DUPLICATES, ANSWERS, UNIT = "earlier", "duplicates", "answers", "unit"
SECTIONS = (EARLIER, DUPLICATES, ANSWERS, UNIT)
ENDED = frozenset({"archived", "closed", "withdrawn", "erased"})  # phases of tickets that nobody works on
FEWEST_DIGITS = 7  # of a number that is asked for while it is typed
ANSWER_LINES = 3
WHERE = {
    "worker_phone": EARLIER, "worker_id_number": EARLIER, "worker_name": EARLIER, "topic": DUPLICATES,
    "employer_name": DUPLICATES, "employer_credit_code": DUPLICATES, "workplace_region": UNIT,
    "employer_region": UNIT, "narrative": ANSWERS, "reply": ANSWERS,
}  # fmt: skip


@dataclass(slots=True)
class Found:
    """What the node has answered so far; None: it wasn't asked yet."""

    earlier: Sequence[Item] | None = None
    duplicates: Sequence[Item] | None = None
    answers: Sequence[Item] | None = None
    unit: Sequence[Item] | None = None
    phone: str = ""  # as typed
    chosen: list[str] = field(default_factory=list)  # record ids of answers
    linked: str = ""  # record id of a ticket


@dataclass(frozen=True, slots=True)
class Row:
    """`key` is "" for what can't be chosen; `item` what stands behind it."""

    key: str
    lines: tuple[Span, ...]
    item: Item | None = None


def is_asked(phone: str) -> bool:
    """Whether what was typed so far may be a number that somebody called from."""
    digits = phone_key(phone)
    return digits is not None and len(digits) >= FEWEST_DIGITS


def panel(found: Found, width: int, first: str = "") -> list[Row]:
    """Every section; the one that concerns what is typed goes first."""
    order = sorted(SECTIONS, key=lambda one: one != first)
    return [row for name in order for row in _section(name, found, width, first)]


def _section(name: str, found: Found, width: int, first: str) -> Iterator[Row]:
    items: Sequence[Item] | None = getattr(found, name)
    count = f" {len(items)}" if items else ""
    yield Row("", ((cut(t(f"counter.{name}") + count, width), "head"),))
    if name == EARLIER and first != EARLIER and found.phone and phone_doubt(found.phone):
        yield Row("", ((cut(t("counter.odd_phone"), width), "warn"),))
    if items is None:
        yield Row("", ((cut(t(f"counter.{name}.hint"), width), "dim"),))
    elif not items:
        yield Row("", ((cut(t(f"counter.{name}.none"), width), "dim"),))
    for item in items or ():
        row = _ROWS[name](item, found, width)
        yield replace(row, key=f"{name}:{row.key}") if row.key else row


def _matter(item: Item, found: Found, width: int) -> Row:
    """A call or a ticket that was before."""
    matter = str(item.get("matter") or "ticket")
    state = name_label(matter_of(matter), item.get("status") or item.get("phase"))
    number = safe.cell(item.get("number") or t(f"counter.matter.{_kind(matter)}"))
    words = [number, state, moments.short(item.get("created")), safe.cell(item.get("lead_name") or "")]
    head = ("[+] " if item.get("record") == found.linked else "") + "  ".join(filter(None, words))
    lines: list[Span] = [(cut(head, width), "" if item.get("phase") in ENDED else "bold")]
    lines.append((cut("  " + safe.cell(item.get("title") or ""), width), ""))
    if item.get("reason"):
        lines.append((cut("  " + safe.cell(item["reason"]), width), "dim"))
    return Row(str(item.get("record")), tuple(lines), item)


def _kind(matter: str) -> str:
    return "call" if matter == "call" else "other"


def _answer(item: Item, found: Found, width: int) -> Row:
    is_chosen = item.get("record") in found.chosen
    mark = "[x] " if is_chosen else "[ ] "
    lines: list[Span] = [(cut(mark + safe.cell(asked_of(item)), width), "bold" if is_chosen else "")]
    told = wrap(safe.cell(item.get("answer") or ""), max(4, width - 4))
    shown = told[:ANSWER_LINES]
    if len(told) > ANSWER_LINES:
        shown[-1] = cut(shown[-1], width - 6).removesuffix(MARK) + MARK
    lines += [("    " + line, "dim") for line in shown if line]
    return Row(str(item.get("record")), tuple(lines), item)


def asked_of(item: Item) -> str:
    return str(item.get("question") or item.get("title") or item.get("number") or "")


def _unit(item: Item, found: Found, width: int) -> Row:
    lines = ((cut(safe.cell(item.get("name") or item.get("unit")), width), "bold"),
             (cut("  " + safe.cell(item.get("reason") or ""), width), "dim"))  # fmt: skip
    return Row("", lines)


_ROWS: dict[str, Callable[[Item, Found, int], Row]] = {
    EARLIER: _matter, DUPLICATES: _matter, ANSWERS: _answer, UNIT: _unit,
}  # fmt: skip


def summary(found: Found, width: int, *, may_dispatch: bool = True) -> str:
    """`来过 2  可能重复 1  答复 3 (引用 1)  建议 青岛市总工会`, in one line."""
    words = [t("counter.sum.earlier", n=len(found.earlier)) if found.earlier else ""]
    words.append(t("counter.sum.duplicates", n=len(found.duplicates)) if found.duplicates else "")
    if found.answers or found.chosen:
        words.append(t("counter.sum.answers", n=len(found.answers or ()), cited=len(found.chosen)))
    if found.unit:
        words.append(t("counter.sum.unit", name=safe.cell(found.unit[0].get("name") or "")))
    words.append(t("counter.sum.linked") if found.linked else "")
    told = "  ".join(filter(None, words))
    nothing = t("counter.sum.nothing") if may_dispatch else t("counter.sum.nothing_to_dispatch")
    return cut(told or nothing, width)


def open_ticket(found: Found, chosen: Item | None) -> Item | None:
    """What the caller may urge: the one under the cursor, else the newest of his open tickets."""
    known = [chosen] if chosen is not None else [*(found.earlier or ()), *(found.duplicates or ())]
    return next((one for one in known if _is_open_ticket(one)), None)


def _is_open_ticket(item: Item) -> bool:
    return item.get("matter", "ticket") == "ticket" and "phase" in item and item["phase"] not in ENDED
