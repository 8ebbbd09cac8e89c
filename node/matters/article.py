"""The article (知识): a question and its answer in the knowledge base, or an article of law, with what it cites
(product 1.1). A global matter: every node holds it, also offline.

Any office may draft one; a colleague other than its authors reviews it at the root, and so publishes it. What is
published isn't amended: a revision is drafted beside it, and takes its place when it passes. How often an article was
used is said by each unit for itself, whenever its count has doubled: what is cited is in the records that cite.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from conflict.act import Act
from conflict.declaration import Action, Field, Matter, Merge, SlotKind, Type, slot
from conflict.state import State
from node.errors import Usage
from node.language import say

from . import plain
from .draft import Desk, Draft, Kind, Shelf, Usable, Verb
from .ticket.fields import REPLACES, REVIEW, TEXT

PHASES = {"draft": "草稿", "review": "待审核", "published": "已发布", "superseded": "已废止"}
KINDS_OF_ARTICLE = {"question": "问答", "statute": "法条"}
QUESTION_WEIGHT = 1.5  # a question was worded for callers; an article of law fits by chance more often
MOST_TIMES = 10**9  # of one unit's count: the sum of all still fits a column, whatever an enemy says
_DATA = Path(__file__).with_name("data")

CONTENT = (
    Field("kind", "类别", Merge.LAST, Type.CODE, KINDS_OF_ARTICLE),
    Field("question", "问题"),
    Field("asked", "问法", type=Type.LIST),  # how callers say it
    Field("answer", "答复要点"),  # to be read aloud; of a statute its text
    Field("law", "法律名称"),
    Field("article", "条"),
    Field("also", "另见", type=Type.LIST),  # further ones: law, a blank, article
    Field("topic", "主题", type=Type.PATH, dimension=True),
    Field("routine", "常见问题", type=Type.YES_NO),
    Field("area", "适用地区", type=Type.REGION),  # none: the whole country
    Field("chapter", "章"),
    Field("dated", "公布日期", type=Type.DATE),
    Field("valid_from", "有效起始日", type=Type.DATE),
    Field("valid_until", "有效截止日", type=Type.DATE),
)
NUMBER = Field("number", "编号", Merge.ONCE)
EXTERNAL = Field("external_id", "导入编号", Merge.ONCE)
REVISES = Field("revises", "所修订的知识", Merge.ONCE, Type.IDS)
TIMES = Field("times", "采用次数", type=Type.INTEGER)
_REVISED = Field("revises", "所修订的知识")  # as the verb takes it: a number or record id
_WRITERS = frozenset({"operator", "lawyer"})
_EDITORS = frozenset({"supervisor", "lawyer"})
_ADMIN = frozenset({"admin", "system"})
_AUTHORED = frozenset({"draft", "amend", "import"})


def phase(state: State) -> str:
    return str(state.held("phase", ""))


# Who may, and from where


def _in(*phases: str) -> tuple[str, Any]:
    return "phase", lambda state, act: None if phase(state) in phases else "wrong_phase"


def _amendable(state: State, act: Act) -> str | None:
    """What is published stands as it was reviewed; only values that stand beside each other are settled there."""
    if phase(state) in ("draft", "review"):
        return None
    written = [name for name in act.data if name != REPLACES.name]
    settles = REPLACES.name in act.data and all(len(state.fields.get(name, ())) > 1 for name in written)
    return None if settles else "wrong_phase"


def _answered(state: State, act: Act) -> str | None:
    wanted = act.data.get("outcome", "pass") == "pass"
    return "no_answer" if wanted and not state.shown("answer") else None


def _known_outcome(state: State, act: Act) -> str | None:
    return None if act.data.get("outcome") in REVIEW.codes else "unknown_code"


def _another(state: State, act: Act) -> str | None:
    """Four eyes: who wrote any of it doesn't pass it."""
    own = any((one.unit, one.actor) == (act.unit, act.actor) for one in _written(state))
    return "own_work" if own and act.data.get("outcome") == "pass" else None


def _written(state: State) -> Iterator[Any]:
    return (one for one in state.marks.values() if one.action in _AUTHORED)


def _at_root(state: State, act: Act) -> bool:
    return plain.by_root(state, act) is None


def _own_draft(state: State, act: Act) -> bool:
    return plain.owner(state, act) and phase(state) in ("draft", "review")


def _counts(state: State, act: Act) -> str | None:
    times = act.data.get("times")
    return None if type(times) is int and 0 < times <= MOST_TIMES else "malformed"


# What an act writes


def _phase_slot(act: Act) -> str | None:
    """Settling a conflict leaves the phase; any other amendment has to be handed in again."""
    return None if act.action == "amend" and REPLACES.name in act.data else "phase"


def _becomes(value: str) -> Any:
    return lambda act: value


def _reviewed(act: Act) -> str:
    return "published" if act.data.get("outcome") == "pass" else "draft"


def _own_count(act: Act) -> str:
    return slot("used", act.unit)


_OWNER = (("owner", plain.owner), ("above", plain.above_owner))
_AMENDED = (*CONTENT, REPLACES)

ARTICLE = Matter(
    "article", 1, "知识", (*CONTENT, NUMBER, EXTERNAL, REVISES),
    (SlotKind("phase", "阶段"), SlotKind("used", "采用次数")),
    (
        Action("import", "导入", _ADMIN, guards=(("root", plain.by_root),), slot=_phase_slot,
               outcome=_becomes("published"), fields=plain.everything, data=(*CONTENT, NUMBER, EXTERNAL),
               required=frozenset({"external_id", "kind", "answer"}), first=True),
        Action("draft", "起草", _WRITERS, slot=_phase_slot, outcome=_becomes("draft"), fields=plain.everything,
               data=(*CONTENT, NUMBER, REVISES), required=frozenset({"question"}), first=True),
        Action("amend", "更正", _WRITERS | _EDITORS, _OWNER, (("phase", _amendable),), _phase_slot,
               _becomes("draft"), plain.everything, _AMENDED, phases=("draft", "review")),
        Action("submit", "提交", _WRITERS | _EDITORS, _OWNER, (_in("draft"), ("answer", _answered)),
               _phase_slot, _becomes("review"), phases=("draft",)),
        Action("review", "审核", _EDITORS, (("root_only", _at_root),),
               (_in("review"), ("outcome", _known_outcome), ("answer", _answered), ("author", _another)),
               _phase_slot, _reviewed, data=(REVIEW, TEXT), required=frozenset({"outcome"}),
               phases=("review",)),
        Action("supersede", "废止", _EDITORS | {"admin"}, (("root_only", _at_root), ("owner", _own_draft)),
               slot=_phase_slot, outcome=_becomes("superseded"), data=(TEXT,),
               phases=("draft", "review", "published")),
        Action("tally", "报采用次数", frozenset({"system"}), guards=(("times", _counts),), slot=_own_count,
               outcome=lambda act: act.data["times"], data=(TIMES,), required=frozenset({"times"}),
               phases=tuple(PHASES)),
    ),
    plain.nowhere, everywhere=True,
    codes={
        "root_only": "只有最上级单位可以这样做",
        "owner": "只有起草单位或其上级可以这样做",
        "wrong_phase": "这条知识现在的阶段不允许这样做",
        "no_answer": "还没有写答复要点",
        "own_work": "起草、更正过的人不能自己审核通过",
        "unknown_code": "代码不在规定的范围内",
    },
    names=PHASES,
)  # fmt: skip


# Verbs


def _draft(_: State | None, params: Mapping[str, Any], desk: Desk) -> list[Draft]:
    """With a number of its own, and the id of what it is to take the place of."""
    data: dict[str, Any] = {"kind": "question", **params, "number": desk.number()}
    if "revises" in data:
        data["revises"] = [_article(str(data["revises"]), desk)]
    return [Draft("draft", data)]


def _article(name: str, desk: Desk) -> bytes:
    found = desk.find(name)
    if found is None:
        text = say(f"没有这条知识：{name}", f"no such article: {name}")
        raise Usage(text, code="bad_value", hint="qiao article list")
    return found


def _review(state: State | None, params: Mapping[str, Any], desk: Desk) -> list[Draft]:
    """What it revises is superseded by the same commit."""
    named = state.every("revises") if state else []
    revised = [one for one in named if isinstance(one, bytes) and desk.find(one.hex())]
    passed = params.get("outcome") == "pass"
    return [
        Draft("review", dict(params)),
        *(Draft("supersede", record=one) for one in revised if passed),
    ]


def _reactions(state: State, desk: Desk) -> list[Draft]:
    """This unit's own count, said when it has doubled: what ranks by its logarithm needs no more, and a popular
    article grows by some twenty acts a unit and not by one a call."""
    times, said = desk.cited(), state.held(slot("used", desk.unit), 0)
    return [Draft("tally", {"times": times})] if times >= max(1, 2 * said) else []


def _unless_superseded(state: State, unit: str) -> list[Mapping[str, Any]]:
    return [] if phase(state) == "superseded" else [{}]


_NEEDED = frozenset({"external_id", "kind", "answer"})
_DAYS = (("valid_from", "valid_until"),)
VERBS = (
    Verb("import", "导入", "import", (*CONTENT, NUMBER, EXTERNAL), plain.as_given("import"), _NEEDED,
         order=_DAYS),
    Verb("draft", "起草", "draft", (*CONTENT, _REVISED), _draft, frozenset({"question"}), order=_DAYS),
    Verb("amend", "更正", "amend", CONTENT, plain.as_given("amend"), order=_DAYS),
    Verb("submit", "提交", "submit", (), plain.as_given("submit")),
    Verb("review", "审核", "review", (REVIEW, TEXT), _review, frozenset({"outcome"}),
         offers=lambda state, unit: [{"outcome": "pass"}, {"outcome": "back"}]),
    Verb("supersede", "废止", "supersede", (TEXT,), plain.as_given("supersede"), offers=_unless_superseded),
)  # fmt: skip


# What it is found by


def cited_law(state: State) -> str:
    return f"{state.shown('law', '') or ''}{state.shown('article', '') or ''}"


def title(state: State) -> str:
    question = str(state.shown("question", "") or "")
    return question or f"{cited_law(state)} {str(state.shown('answer', '') or '')[:40]}".strip()


def used(state: State) -> int:
    """By every unit, as far as they have said so."""
    return sum(int(times) for times in state.of_kind("used").values())


def usable(state: State) -> Usable | None:
    if phase(state) != "published":
        return None
    return Usable(
        valid_from=str(state.shown("valid_from", "") or ""),
        valid_until=str(state.shown("valid_until", "") or ""),
        area=str(state.shown("area", "") or ""),
        routine=state.shown("routine") is True,
        weight=QUESTION_WEIGHT if state.shown("kind") == "question" else 1.0,
        used=used(state),
    )


def _words(state: State) -> str:
    """The names of its topic, level by level."""
    codes = str(state.shown("topic", "") or "").split("/")
    paths = ("/".join(codes[:level]) for level in range(1, len(codes) + 1))
    return " ".join(topics().get(path, "") for path in paths)


@cache
def topics() -> Mapping[str, str]:
    """Path of codes → Chinese label."""
    return {row["code"]: row["label"] for row in _rows("topics.csv")}


@cache
def synonyms() -> Mapping[str, Sequence[str]]:
    """What callers say → what the statutes say."""
    found: dict[str, list[str]] = {}
    for row in _rows("synonyms.csv"):
        found.setdefault(row["term"], []).append(row["means"])
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# What is shipped


def shipped() -> Iterator[dict[str, Any]]:
    """Fields of the `import` of every question, then of every article of law."""
    with (_DATA / "questions.jsonl").open(encoding="utf-8") as file:
        yield from (_question(json.loads(line)) for line in file)
    with gzip.open(_DATA / "statutes.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (_statute(json.loads(line)) for line in lines)


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    taken = ("topic", "question", "asked", "answer", "law", "article", "routine")
    also = [f"{one['law']} {one['article']}" for one in row["also"]]
    return {"kind": "question", "external_id": row["id"], "number": row["id"], "also": also,
            **{name: row[name] for name in taken}}  # fmt: skip


def _statute(row: Mapping[str, str]) -> dict[str, Any]:
    named = f"{row['law']}{row['article']}"
    found = {
        "kind": "statute", "external_id": f"{row['law']}/{row['date']}/{row['article']}", "number": named,
        "law": row["law"], "article": row["article"], "answer": row["text"], "chapter": row["chapter"],
        "dated": row["date"], "area": AREAS[row["scope"]],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


AREAS = {
    "国家": "", "北京": "110000", "上海": "310000", "浙江": "330000", "山东": "370000", "河南": "410000",
    "广东": "440000", "重庆": "500000",
}  # fmt: skip

KIND = Kind(
    ARTICLE, VERBS, _reactions, phase=phase, title=title, detail=lambda state: {"used": used(state)},
    shelf=Shelf(usable, _words, synonyms, "import", shipped),
)  # fmt: skip
