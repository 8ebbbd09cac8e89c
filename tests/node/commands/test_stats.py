"""`qiao stats`, `qiao policy` and `qiao calendar`, by the command's own words in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cli
from node.commands.shown import cells
from tests.node.tree import Tree


class Command:
    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory, self.capsys = directory, capsys

    def __call__(self, *words: str) -> Any:
        """The document of a command that is done."""
        code, out = self._run("--json", *words)
        assert code == 0, out
        return json.loads(out)

    def text(self, *words: str) -> list[str]:
        code, out = self._run(*words)
        assert code == 0
        return out.splitlines()

    def refused(self, *words: str) -> tuple[int, str]:
        code, out = self._run("--json", *words)
        return code, json.loads(out)["error"]["code"]

    def _run(self, *words: str) -> tuple[int, str]:
        self.capsys.readouterr()
        code = cli.main(["--dir", str(self.directory), "--as", "a", *words])
        return code, self.capsys.readouterr().out


@pytest.fixture
def qiao(tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")
    tree.do("p", "staff.add", "a", id="root", name="甲", roles=["admin"], password="password1")
    tree.do("p", "staff.add", "a", id="b", name="乙", roles=["operator", "leader"], password="password1")
    tree.register("p")
    tree.register("p", topic="welfare/hardship/aid", employer_name="青岛某建筑公司")
    tree.quiet()
    tree.shut("p")
    return Command(tree.base / "p", capsys)


def by_id(told: Any) -> dict[str, Any]:
    return {one["id"]: one for one in told["figures"]}


def test_every_figure_has_numerator_denominator_and_their_ids(qiao: Command) -> None:
    told = qiao("stats")
    assert (told["items"], told["by"], told["next"]) == ([], None, None)
    keys = {"numerator", "denominator", "numerator_id", "denominator_id", "value", "excluded_numerator"}
    assert all(keys <= set(one) for one in told["figures"])
    assert by_id(told)["tickets"]["numerator"] == 2 and by_id(told)["completed"]["denominator"] == 2


def test_by_a_dimension_there_is_an_item_a_group(qiao: Command) -> None:
    told = qiao("stats", "--by", "topic:1", "--figure", "tickets,completed")
    assert {one["key"]: one["figures"][0]["numerator"] for one in told["items"]} == {
        "welfare": 1,
        "legal": 1,
    }
    assert [one["id"] for one in told["items"][0]["figures"]] == ["tickets", "completed"]


def test_ids_name_the_records(qiao: Command) -> None:
    [found] = qiao("stats", "--figure", "tickets", "--ids")["figures"]
    assert len({one["record"] for one in found["numerator_ids"]}) == 2
    assert all(len(one["record"]) == 32 for one in found["numerator_ids"])


def test_a_period_without_anything_is_said_and_isnt_an_error(qiao: Command) -> None:
    assert by_id(qiao("stats", "--period", "2001-02"))["tickets"]["numerator"] == 0
    for words in (["--period", "2001"], ["--period", "2001", "--by", "unit"]):
        assert any("没有可统计" in one for one in qiao.text("stats", *words))


def test_the_table_is_aligned_also_with_chinese(qiao: Command) -> None:
    lines = qiao.text("stats", "--by", "unit", "--figure", "tickets", "--figure", "completed")
    head = next(one for one in lines if one.startswith("unit"))
    row = next(one for one in lines if "山东省" in one)
    assert cells(head[: head.index("工单量")]) == cells(row[: row.rindex("  2 ") + 2])
    assert cells(head[: head.index("办结率")]) == cells(row[: row.index("0.0%")])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["stats", "--period", "2026-13"], "bad_period"),
        (["stats", "--by", "tpoic"], "unknown_dimension"),
        (["stats", "--figure", "'; DROP TABLE fact"], "unknown_figure"),
        (["stats", "--unit", "999999"], "no_unit"),
        (["stats", "chart"], "bad_value"),
        (["stats", "--bucket", "day"], "bad_value"),
        (["stats", "kline", "--by", "unit"], "bad_value"),
        (["stats", "kline", "--bucket", "hour"], "bad_value"),
        (["stats", "kline", "--period", "2001..2199"], "bad_period"),
        (["policy", "set"], "missing_field"),
        (["policy", "set", "accept_days"], "bad_value"),
        (["policy", "set", "acept_days=4"], "unknown_field"),
        (["policy", "set", "accept_days=0"], "bad_value"),
        (["policy", "set", "accept_days=viel"], "bad_value"),
        (["policy", "set", "check_sample_percent=101"], "bad_value"),
        (["policy", "set", "check_items=facts"], "bad_value"),
        (["policy", "set", "accept_days=4", "--effective", "2020-01-01"], "bad_value"),
        (["calendar", "import", "nowhere.csv"], "no_file"),
    ],
)
def test_wrong_use_is_said_plainly(qiao: Command, words: list[str], code: str) -> None:
    found, told = qiao.refused("--as", "root", *words)
    assert told == code and found in (2, 4)


def test_the_k_line_and_what_is_overdue(qiao: Command) -> None:
    assert qiao("stats", "kline", "--bucket", "week", "--period", "2026")["bucket"] == "week"
    assert any("没有来电" in one for one in qiao.text("stats", "kline"))
    late = qiao("stats", "overdue")["items"]
    assert {one["clock"] for one in late} <= {"forward"}  # an hour, by the clock of this machine


def test_the_root_changes_policy_from_tomorrow_on(qiao: Command) -> None:
    before = qiao("policy", "show")
    assert before["in_force"]["accept_days"] == 3
    qiao(
        "--as",
        "root",
        "policy",
        "set",
        "accept_days=5",
        "check_items=态度=60,结果=40",
        "submit-with-review=no",
    )
    after = qiao("policy", "show")
    assert after["in_force"] == before["in_force"] and after["record"] == before["record"]
    values = after["changes"][-1]["values"]
    assert values == {"accept_days": 5, "check_items": {"态度": 60, "结果": 40}, "submit_with_review": False}
    assert any("accept_days=5" in one for one in qiao.text("policy", "show"))


def test_whoever_isnt_administrator_changes_nothing(qiao: Command, tmp_path: Path) -> None:
    file = tmp_path / "2031.csv"
    file.write_text("date,day\n2031-01-01,rest\n", "utf-8")
    assert qiao.refused("--as", "b", "policy", "set", "accept_days=5")[0] == 3
    assert qiao.refused("--as", "b", "calendar", "import", str(file))[0] == 3
    assert qiao("calendar", "show", "2031")["published"] is False


def test_a_calendar_is_imported_corrected_and_left_alone(qiao: Command, tmp_path: Path) -> None:
    file = tmp_path / "2031.csv"
    file.write_bytes("日期,类型\n2031-01-01,休息\n2031-01-25,上班\n".encode("gb18030"))
    told = qiao("--as", "root", "calendar", "import", str(file))
    assert (
        told["changed"] and told["days"] == {"2031-01-01": "rest", "2031-01-25": "work"} and told["warnings"]
    )
    assert qiao("--as", "root", "calendar", "import", str(file))["changed"] is False
    file.write_text("date,day\n2031-01-01,rest\n2031-01-02,rest\n", "utf-8")
    qiao("--as", "root", "calendar", "import", str(file))
    assert qiao("calendar", "show", "2031")["days"] == {"2031-01-01": "rest", "2031-01-02": "rest"}
    assert any("周三 休息" in one for one in qiao.text("calendar", "show", "2031"))


def test_a_county_cant_say_what_is_a_holiday(
    tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")
    tree.do("k", "staff.add", "a", id="root", name="甲", roles=["admin"], password="password1")
    tree.shut("k")
    file = tmp_path / "f.csv"
    file.write_text("date,day\n2031-01-01,rest\n", "utf-8")
    county = Command(tree.base / "k", capsys)
    assert county.refused("--as", "root", "calendar", "import", str(file)) == (3, "root_only")
    assert county.refused("--as", "root", "policy", "set", "accept_days=9") == (3, "root_only")
