"""Published in a tree: frozen, signed, on every node, corrected by a further issue; drafts everywhere else."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from node import author
from node.bulletin import content, freezing
from node.bulletin.cells import text
from node.bulletin.desk import Desk
from node.errors import DiskTrouble, Forbidden, NotFound, QiaoError, Stale, Usage
from node.lookup import Lookup
from node.matters import bulletin
from node.matters.draft import Draft
from tests.node.fakes import FakeClock
from tests.node.tree import Tree

MONTH = "2026-09"  # in which the clocks of tests stand, on the 21st
DAY = 24 * 3600 * 1000


def desk(tree: Tree, name: str) -> Desk:
    tree.at(name)
    found = Lookup(tree.base / name, "zh")
    found.clock = FakeClock(tree.clock(name).own_ms())  # type: ignore[assignment]
    tree._readers.append(found)
    return Desk(found)


@pytest.fixture
def busy(tree: Tree) -> Tree:
    """Two tickets of September, one of them at the county; then it is October, and the county was away."""
    tree.do("p", "staff.add", "a", id="ld", name="丙", roles=["leader"], password="password1")
    tree.dispatched()
    tree.register(topic="welfare/hardship/aid")
    tree.quiet()
    tree.later(12 * DAY)
    return tree


def publish(tree: Tree, who: str = "p", staff: str = "ld", **more: Any) -> dict[str, Any]:
    return tree.do(who, "bulletin.publish", staff, **{"month": MONTH, **more})


def correct(tree: Tree, **more: Any) -> dict[str, Any]:
    return tree.do("p", "bulletin.correct", "ld", **{"month": MONTH, "reason": "late_acts", **more})


def shown(made: Any, name: str) -> list[list[str]]:
    return [[text(cell) for cell in row] for one in made.tables if one.name == name for row in one.rows]


def refused(call: Any, *args: Any, **how: Any) -> tuple[type[QiaoError], str]:
    with pytest.raises(QiaoError) as told:
        call(*args, **how)
    return type(told.value), told.value.code


def test_a_published_month_is_the_same_on_every_node(busy: Tree) -> None:
    done = publish(busy)
    assert (done["month"], done["issue"], done["phase"], done["number"]) == (MONTH, 1, "issued", MONTH)
    busy.quiet()
    every = [desk(busy, name).issue(MONTH) for name in ("p", "c", "k", "t", "s")]
    assert all(one == every[0] for one in every)
    assert every[0].state == "第 1 期" and not every[0].is_draft
    assert ("tickets", 2) in {(name, one.numerator) for name, one, _ in every[0].figures}


def test_what_happens_afterwards_changes_nothing_of_it(busy: Tree) -> None:
    publish(busy)
    before = desk(busy, "p").issue(MONTH)
    busy.later(3 * DAY)
    busy.register(topic="legal/labour/contract")
    busy.do("p", "act", matter="ticket", verb="exclude", record=_any(busy), data={"text": "无理诉求"})
    after = desk(busy, "p")
    assert after.issue(MONTH) == before
    assert after.draft(MONTH) != before


def _any(tree: Tree) -> str:
    return str(tree.reader("p").list("ticket").items[0]["record"])


def test_its_bytes_as_a_file_are_the_same_on_two_nodes_on_two_days(busy: Tree, tmp_path: Path) -> None:
    publish(busy)
    busy.quiet()
    for kind in (".pdf", ".xlsx", ".md"):
        desk(busy, "p").write(tmp_path / f"p{kind}", MONTH)
        busy.later(DAY)
        desk(busy, "k").write(tmp_path / f"k{kind}", MONTH)
        assert (tmp_path / f"p{kind}").read_bytes() == (tmp_path / f"k{kind}").read_bytes()


def test_an_excluded_ticket_is_corrected_by_a_second_issue_and_the_first_stays(busy: Tree) -> None:
    publish(busy)
    assert refused(correct, busy) == (Stale, "nothing_changed")
    busy.do("p", "act", matter="ticket", verb="exclude", record=_any(busy), data={"text": "无理诉求"})
    done = correct(busy, reason="exclusion", text="一件无理诉求")
    assert (done["issue"], done["phase"]) == (2, "corrected")
    busy.quiet()
    county = desk(busy, "k")
    second, first = county.issue(MONTH), county.issue(MONTH, 1)
    assert second.state == "第 2 期（更正）"
    assert first.state == "第 1 期：已被第 2 期更正（剔除有变更：一件无理诉求），请以新的一期为准"
    assert ["工单量", "2", "1", "-1（-50.0%）"] in shown(second, "更正内容")
    assert ["工单量", "1", "–"] in shown(second, "剔除") and not shown(first, "剔除")
    assert [(one["issue"], one["standing"], one["reason"]) for one in county.every()["items"]] == [
        (2, "current", "exclusion"), (1, "corrected", ""),
    ]  # fmt: skip
    assert busy.verify("k") == busy.verify("p") == []


def test_a_figure_that_is_asked_for_anew_agrees_with_what_was_frozen(busy: Tree) -> None:
    """The bulletin's own sums against those of `stats`, figure by figure and unit by unit."""
    publish(busy)
    stats = busy.reader("p").stats(period=MONTH)
    told = {name: (one.numerator, one.denominator) for name, one, _ in desk(busy, "p").issue(MONTH).figures}
    for one in stats["figures"]:
        if one["id"] in told:
            assert told[one["id"]] == (one["numerator"], one["denominator"]), one["id"]
    assert any(numerator for numerator, _ in told.values())


def test_beside_a_rate_stands_that_its_office_was_offline_when_it_was_published(busy: Tree) -> None:
    publish(busy)
    made = desk(busy, "p").issue(MONTH)
    lines = {row[0]: row[2] for row in shown(made, "线路")}
    assert lines["青岛市总工会"] == "离线 12 天"
    assert [row for row in shown(made, "直属下级排名") if "离线 12 天" in row[-1]]


# Who may, and when


def test_the_root_s_supervisor_or_leader_publishes_and_nobody_else(busy: Tree) -> None:
    busy.do("p", "staff.add", "a", id="op", name="丁", roles=["operator", "dispatcher"], password="password1")
    assert refused(publish, busy, staff="op") == (Forbidden, "role")
    assert refused(publish, busy, "c", "a") == (Forbidden, "root_only")
    assert publish(busy, staff="a")["issue"] == 1


def test_a_city_s_own_act_wouldnt_count_either(busy: Tree) -> None:
    """The screen refuses; the declaration does too, on every node."""
    with busy.at("c").work() as work, pytest.raises(Forbidden) as told:
        author.write(
            work,
            bulletin.KIND,
            None,
            [Draft("publish", {"issue": 1})],
            actor="a",
            roles=frozenset({"supervisor"}),
        )
    assert told.value.code == "root_only"


def test_any_office_draws_up_a_draft_of_itself_and_all_below(busy: Tree) -> None:
    made = desk(busy, "c").whole(MONTH)
    assert made.is_draft and made.title.startswith("青岛市总工会")
    assert [row[1] for row in shown(made, "直属下级排名")] == ["黄岛区总工会", "青岛市总工会（本级，不排名）"]


def test_an_audit_node_draws_up_what_its_province_would(busy: Tree) -> None:
    busy.clock("a").set(busy.clock("p").own_ms())
    busy.join("p", "a", busy.invite("p", "SJ01", "省总审计", role="auditor"))
    busy.sync("a", "p")
    theirs, ours = desk(busy, "a").draft(MONTH), desk(busy, "p").draft(MONTH)
    assert (theirs.title, theirs.figures) == (ours.title, ours.figures)
    assert [row[:7] for row in shown(theirs, "再下一级排名")] == [
        row[:7] for row in shown(ours, "再下一级排名")
    ]


@pytest.mark.parametrize(
    ("month", "code"),
    [("2026-10", "month_not_over"), ("2026-11", "bad_period"), ("2026-13", "bad_period"), ("", "bad_period"),
     ("2026", "bad_period"), ("2026-09-01", "bad_period"), ("2026-W40", "bad_period"), ("1999-12", "bad_period")],
)  # fmt: skip
def test_a_month_that_isnt_over_or_is_none_is_refused(busy: Tree, month: str, code: str) -> None:
    assert refused(publish, busy, month=month) == (Usage, code)


def test_the_present_month_is_a_draft_and_the_next_isnt_yet(busy: Tree) -> None:
    assert desk(busy, "p").whole("2026-10").is_draft
    assert refused(desk(busy, "p").whole, "2026-11") == (Usage, "bad_period")


def test_a_month_is_published_once(busy: Tree) -> None:
    publish(busy)
    assert refused(publish, busy) == (Stale, "already_published")


def test_what_isnt_published_cant_be_corrected_or_read_as_an_issue(busy: Tree) -> None:
    assert refused(correct, busy) == (NotFound, "no_bulletin")
    assert refused(desk(busy, "p").issue, MONTH) == (NotFound, "no_bulletin")
    publish(busy)
    assert refused(desk(busy, "p").issue, MONTH, 2) == (NotFound, "no_bulletin")


@pytest.mark.parametrize(("more", "code"), [({"reason": "mood"}, "unknown_code"), ({"reason": ""}, "unknown_code"),
                                            ({"reason": "other"}, "missing_field")])  # fmt: skip
def test_a_correction_needs_its_reason(busy: Tree, more: dict[str, str], code: str) -> None:
    publish(busy)
    assert refused(correct, busy, **more) == (Usage, code)


def test_a_month_long_ago_in_which_nothing_happened_can_be_published(busy: Tree) -> None:
    publish(busy, month="2020-01")
    assert all(not one.says for _, one, _ in desk(busy, "p").issue("2020-01").figures)


# Made twice


def test_two_publications_of_one_month_are_both_listed_and_have_to_be_named(busy: Tree) -> None:
    """A root whose log forked, or that came back from a backup, may have published twice."""
    first = publish(busy)
    with busy.at("p").work() as work:
        found = freezing.freeze(work.db, work.node, work.path, "山东省总工会", MONTH, work.now_ms)
        data = {"number": MONTH, "month": MONTH, **content.data(replace(found, issue=1))}
        author.write(
            work, bulletin.KIND, None, [Draft("publish", data)], actor="ld", roles=frozenset({"leader"})
        )
    busy.quiet()
    county = desk(busy, "k")
    assert [one["standing"] for one in county.every()["items"]] == ["current", "current"]
    assert refused(county.whole, MONTH) == (Stale, "two_bulletins")
    assert county.whole(MONTH, record=first["record"]).state == "第 1 期"
    assert refused(correct, busy) == (Stale, "two_bulletins")


# Files


def test_a_file_that_is_there_is_left_unless_it_may_be_written_over(busy: Tree, tmp_path: Path) -> None:
    target = tmp_path / "b.pdf"
    target.write_bytes(b"mine")
    assert refused(desk(busy, "p").write, target, MONTH) == (Stale, "export_exists")
    assert target.read_bytes() == b"mine"
    assert desk(busy, "p").write(target, MONTH, force=True)["draft"] is True
    assert target.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "code"), [("b.docx", "bad_value"), ("b", "bad_value"), ("no/b.pdf", "no_folder")]
)
def test_another_kind_of_file_or_a_folder_that_isnt_there_is_refused(
    busy: Tree, tmp_path: Path, name: str, code: str
) -> None:
    assert refused(desk(busy, "p").write, tmp_path / name, MONTH) == (Usage, code)
    assert list(tmp_path.glob("b*")) == []


def test_a_full_disk_is_said_and_nothing_stays(busy: Tree) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    for kind in (".pdf", ".xlsx", ".md"):
        with pytest.raises(DiskTrouble):
            _onto_a_full_disk(desk(busy, "p"), kind, busy.base)
        assert not list(busy.base.glob(f"*{kind}*"))


def _onto_a_full_disk(at: Desk, kind: str, folder: Path) -> None:
    real = os.open

    def full(name: Any, flags: int, *more: Any, **how: Any) -> int:
        if str(name).endswith(".part"):
            real(name, flags, *more, **how)
            return real("/dev/full", os.O_WRONLY)
        return real(name, flags, *more, **how)

    with mock.patch("os.open", full):
        at.write(folder / f"b{kind}", MONTH)


def test_it_carries_no_words_and_nothing_of_a_person(busy: Tree) -> None:
    publish(busy)
    raw = busy.one("p", "SELECT body FROM change WHERE instr(body, CAST('bulletin/1' AS BLOB))")
    assert "拖欠工钱".encode() not in raw and "王小明".encode() not in raw and b"13800001111" not in raw
    assert "青岛市总工会".encode() in raw


def test_months_are_told_with_those_that_they_are_compared_with() -> None:
    found = freezing.months("2026-01", 1_790_000_000_000)
    assert [one.text for one in found] == ["2026-01", "2025-12", "2025-01"]
