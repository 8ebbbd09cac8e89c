"""What the writer does for a bulletin: adds a month up and signs it, in one transaction (product 1.1, 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conflict.state import State
from node import author, people
from node.config import Config
from node.errors import Forbidden, NotFound, Stale, Usage
from node.language import say
from node.matters import border, bulletin
from node.matters.draft import Draft
from node.operations import done
from node.page import Person
from node.store import folded, records, settings
from node.work import NAME, Work

from . import content, freezing
from .content import Content

Params = Mapping[str, Any]
KIND = bulletin.KIND


def publish(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: month. The first issue of a month that is over, by the root.

    Raises Usage (`bad_period`, `month_not_over`), Forbidden (`role`, `root_only`), Stale `already_published`.
    """
    who = _may(work, person, "publish")
    month = str(params.get("month") or "")
    found = _frozen(work, month)
    if any(state.shown("month") == month for _, state in _records(work)):
        text = say(
            f"{month} 的通报已发布；有变化请发更正", f"the bulletin of {month} is published: correct it"
        )
        raise Stale(
            text, code="already_published", hint=f"qiao bulletin correct --month {month} --reason late_acts"
        )
    data = {"number": month, "month": month, **content.data(replace(found, issue=1))}
    return _signed(work, None, Draft("publish", data), who, 1)


def correct(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: month, reason (a code), text, record where several are of that month. A new issue of what the figures
    are now.

    Raises as `publish`, NotFound `no_bulletin`, Stale (`two_bulletins`, `nothing_changed`), Usage (`unknown_code`,
    `missing_field`).
    """
    who = _may(work, person, "correct")
    why = _why(params)
    found = _frozen(work, str(params.get("month") or ""))
    record, state = _published(work, found.month, str(params.get("record") or ""))
    if _is_same(state, found):
        text = say(
            "各项数据与上一期相同，没有可更正的",
            "the figures are those of the last issue: nothing to correct",
        )
        raise Stale(text, code="nothing_changed", hint=f"qiao bulletin --month {found.month}")
    issue = bulletin.newest(state) + 1
    return _signed(
        work, record, Draft("correct", {**content.data(replace(found, issue=issue)), **why}), who, issue
    )


def _may(work: Work, person: Person | None, action: str) -> Person:
    """Before a month is added up for nothing."""
    if person is None:
        raise people.refused()
    author.permitted(KIND.matter, Draft(action), person.id, person.roles)
    if "/" in work.path or not work.enrolled:
        text = say(
            "通报由最上级单位发布；本单位可以出草稿",
            "the root publishes bulletins; any office may draw up a draft",
        )
        raise Forbidden(text, code="root_only", hint="qiao bulletin --month 2026-10 --out FILE.pdf")
    return person


def _frozen(work: Work, month: str) -> Content:
    spans = freezing.months(month, work.now_ms)
    if not freezing.is_over(month, work.now_ms):
        text = say(
            f"{month} 还没有过完（{spans[0].last} 24:00 之后才能发布）",
            f"{month} isn't over; it can be published after {spans[0].last}",
        )
        raise Usage(text, code="month_not_over", hint=f"qiao bulletin --month {month}")
    return freezing.freeze(work.db, work.node, work.path, settings.text(work.db, NAME), month, work.now_ms)


def _why(params: Params) -> dict[str, Any]:
    reason = border.value(bulletin.REASON, params.get("reason") or "")
    text = str(border.value(bulletin.TEXT, params.get("text") or "")).strip()
    if reason == "other" and not text:
        words = say("原因为“其他”的，须写说明（text）", "a reason of 'other' needs its text")
        raise Usage(words, code="missing_field", hint="qiao bulletin correct --help", field="text")
    return {"reason": reason, **({"text": text} if text else {})}


def _records(work: Work) -> list[tuple[bytes, State]]:
    """Id and state of every bulletin here."""
    rows = folded.open_records(work.db, KIND.matter.name)
    found = ((records.name_of(work.db, row)[0], folded.state(work.db, row)) for row in rows)
    return [(name, state) for name, state in found if state is not None]


def _published(work: Work, month: str, record: str) -> tuple[bytes, State]:
    of_month = [one for one in _records(work) if one[1].shown("month") == month]
    found = [one for one in of_month if record in ("", one[0].hex())]
    if not found:
        text = say(f"{month} 的通报还没有发布", f"no bulletin of {month} is published")
        raise NotFound(text, code="no_bulletin", hint=f"qiao bulletin publish --month {month}")
    if len(found) > 1:
        names = " ".join(one[0].hex() for one in found)
        text = say(
            f"{month} 有多份通报，请用 --record 指明：{names}", f"several are of {month}, name one: {names}"
        )
        raise Stale(text, code="two_bulletins", hint="qiao bulletin list")
    return found[0]


def _is_same(state: State, found: Content) -> bool:
    """Not while two issues stand beside each other: a further one settles which figures hold."""
    held = state.at("issue")
    last = next((one for one in bulletin.issued(state) if held and one.value == held.value), None)
    if last is None or any(row.open for row in state.rows):
        return False
    return content.read(found.month, last.data).same_figures(found)


def _signed(work: Work, record: bytes | None, draft: Draft, who: Person, issue: int) -> dict[str, Any]:
    written = author.write(work, KIND, record, [draft], actor=who.id, roles=who.roles)
    return {**done(work, written), "month": written.state.shown("month"), "issue": issue}


OPERATIONS = {"publish": publish, "correct": correct}
