"""The twelve pairs of acts done apart (docs/conflicts.md), as commands that people give."""

from __future__ import annotations

from dataclasses import dataclass, field

P, C, C2, X, Y = (
    "370000",
    "370200",
    "370900",
    "370211",
    "370212",
)  # province, two cities, two counties of the first

RESULT = ("--result", "completed", "--resolved", "yes", "--text", "欠薪已结清")
DECLINED = ("--reason", "not_our_region", "--text", "用人单位不在本区")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A verb by one office. In `words`, `#2` is the number of the pair's second ticket; `on`: which it is done on."""

    office: str
    verb: str
    words: Words = ()
    on: int = 1


@dataclass(frozen=True, slots=True)
class Restored:
    """Who adopts what was overtaken, and what it comes to: the status of a unit, else the phase."""

    by: str
    comes_to: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """`row`: what it is called in docs/conflicts.md. `before`: while everybody hears of everything; `below` and
    `above`: by offices that hear nothing of each other; `line`: but for those above, who have a line among them."""

    row: str
    before: tuple[Done, ...]
    below: tuple[Done, ...]
    above: tuple[Done, ...]
    phase: str
    statuses: dict[str, str]  # by unit, in the last round
    overtaken: frozenset[str] = frozenset()
    restored: Restored | None = None
    round: int = 1
    registrar: str = P
    tickets: int = 1
    line: bool = False
    shows: dict[str, object] = field(default_factory=dict)  # fields


def recalled(verb: str, *words: str, before: tuple[Done, ...] = ()) -> tuple[tuple[Done, ...], ...]:
    """The county's act against the city's recall."""
    return (
        (Done(P, "dispatch", ("--lead", X)), *before),
        (Done(X, verb, words),),
        (Done(C, "recall", ("--unit", X)),),
    )


ACCEPTED = (Done(X, "accept"),)
SUBMITTED = (*ACCEPTED, Done(X, "submit", RESULT))
DISPATCHED = (Done(P, "dispatch", ("--lead", X)),)
OWN = (Done(X, "dispatch", ("--lead", X)), *ACCEPTED)  # of a walk-in that it can handle itself
EXTENSION = ("--for", "extend", "--days", "5", "--text", "企业停产，等待清算")

PAIRS = (
    Pair("county accepts | city recalls the assignment", *recalled("accept"),
         "dispatched", {X: "recalled", C: "accepted"}, frozenset({"accept"}), Restored(C, "accepted", X)),
    Pair("county submits | city recalls the assignment",
         *recalled("submit", *RESULT, "--recovered", "1066000", before=ACCEPTED),
         "dispatched", {X: "recalled"}, frozenset({"submit"}), Restored(C, "submitted", X)),
    Pair("county declines | city recalls the assignment", *recalled("decline", *DECLINED),
         "dispatched", {X: "recalled"}, frozenset({"decline"}), Restored(C, "declined", X)),
    Pair("county submits | province opens a new round",
         (Done(P, "dispatch", ("--lead", X, "--co", Y)), *SUBMITTED, Done(Y, "accept")),
         (Done(Y, "submit", (*RESULT, "--recovered", "50000")),),
         (Done(C, "recall", ("--unit", Y)), Done(C, "review", ("--unit", X, "--pass")),
          Done(P, "review", ("--unit", C, "--pass")), Done(P, "follow-up", ("--outcome", "dissatisfied")),
          Done(P, "rework", ("--reason", "not_solved", "--text", "职工说只拿到一半"))),
         "registered", {Y: "recalled"}, frozenset({"submit"}), Restored(C, "submitted", Y), round=2, line=True),
    Pair("county amends | city passes the review", (*DISPATCHED, *SUBMITTED),
         (Done(X, "amend", ("--narrative", "实际拖欠四个月工资")),),
         (Done(C, "review", ("--unit", X, "--pass")),),
         "dispatched", {X: "completed"}, shows={"narrative": "实际拖欠四个月工资"}),
    Pair("county submits | city grants an extension", (*DISPATCHED, *ACCEPTED, Done(X, "ask", EXTENSION)),
         (Done(X, "submit", RESULT),), (Done(C, "extend", ("--unit", X, "--grant", "--days", "5")),),
         "dispatched", {X: "submitted"}),
    Pair("county submits | city escalates", (*DISPATCHED, *ACCEPTED),
         (Done(X, "submit", RESULT),), (Done(C, "escalate", ("--text", "跨区县，由市里牵头")),),
         "dispatched", {X: "submitted"}),
    Pair("one city declines | another city declines", (Done(P, "dispatch", ("--lead", C, "--co", C2)),),
         (Done(C2, "decline", DECLINED),), (Done(C, "decline", DECLINED),),
         "registered", {C: "declined", C2: "declined"}),
    Pair("city dispatches to a county | province dispatches to the same county",
         (Done(P, "dispatch", ("--lead", C)),),
         (Done(C, "dispatch", ("--lead", X)),), (Done(P, "dispatch", ("--lead", X)),),
         "dispatched", {X: "received"}),
    Pair("owner archives | a unit above sends it back (`rework`)",
         (*OWN, Done(X, "submit", RESULT), Done(X, "review", ("--unit", X, "--pass")),
          Done(C, "follow-up", ("--outcome", "satisfied", "--result", "5")), Done(C, "quality-check", ("--pass",))),
         (Done(X, "archive"),), (Done(C, "rework", ("--reason", "supervision", "--text", "督办：工伤待遇未付")),),
         "registered", {}, frozenset({"archive"}), Restored(C, "archived"), round=2, registrar=X),
    Pair("owner follows up | a unit above dispatches on", OWN,
         (Done(X, "submit", RESULT), Done(X, "review", ("--unit", X, "--pass"))),
         (Done(C, "dispatch", ("--lead", Y, "--final")),),
         "dispatched", {X: "completed", Y: "received"}, frozenset({"advance"}), Restored(C, "follow_up"), registrar=X),
    Pair("one office links A to B | others link B to C, C to A", DISPATCHED,
         (Done(X, "link", ("--with", "#1"), on=3),),
         (Done(P, "link", ("--with", "#2")), Done(C, "link", ("--with", "#3"), on=2)),
         "dispatched", {X: "received"}, tickets=3),
)  # fmt: skip
