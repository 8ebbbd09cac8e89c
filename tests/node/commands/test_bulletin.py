"""`qiao bulletin`, by the command's own words in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

import cli
from tests.node.tree import Tree

DAY = 24 * 3600
LAST = "2026-09"  # the month in which the clocks of tests stand


class Command:
    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory, self.capsys = directory, capsys

    def __call__(self, *words: str, by: str = "ld") -> Any:
        code, out = self.run("--json", *words, by=by)
        assert code == 0, out
        return json.loads(out)

    def text(self, *words: str) -> list[str]:
        code, out = self.run(*words)
        assert code == 0
        return out.splitlines()

    def refused(self, *words: str, by: str = "ld") -> tuple[int, str]:
        code, out = self.run("--json", *words, by=by)
        return code, json.loads(out)["error"]["code"]

    def run(self, *words: str, by: str = "ld") -> tuple[int, str]:
        self.capsys.readouterr()
        code = cli.main(["--dir", str(self.directory), "--as", by, *words])
        return code, self.capsys.readouterr().out


@pytest.fixture
def qiao(tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")
    tree.do("p", "staff.add", "a", id="ld", name="丙", roles=["leader"], password="password1")
    tree.do("p", "staff.add", "a", id="op", name="丁", roles=["operator"], password="password1")
    tree.dispatched()
    tree.quiet()
    tree.shut("p")
    return Command(tree.base / "p", capsys)


def test_a_month_is_drawn_up_published_listed_and_written(qiao: Command, tmp_path: Path) -> None:
    draft = qiao("bulletin", "--month", LAST)
    assert draft["draft"] is True
    tickets = next(one for one in draft["figures"] if one["id"] == "tickets")
    assert (tickets["numerator"], tickets["denominator"], tickets["excluded_numerator"]) == (1, None, 0)
    assert any("草稿" in line for line in qiao.text("bulletin", "--month", LAST))
    assert any("还没有发布过" in line for line in qiao.text("bulletin", "list"))
    done = qiao("bulletin", "publish", "--month", LAST)
    assert (done["issue"], done["month"]) == (1, LAST) and len(done["record"]) == 32
    for kind in ("xlsx", "pdf", "md"):
        told = qiao("bulletin", "--month", LAST, "--out", str(tmp_path / f"b.{kind}"))
        assert told["draft"] is False and told["state"] == "第 1 期"
    assert (tmp_path / "b.pdf").read_bytes()[:4] == b"%PDF"
    assert "总体" in load_workbook(tmp_path / "b.xlsx").sheetnames
    assert "# 山东省总工会 2026 年 9 月工作通报" in (tmp_path / "b.md").read_text("utf-8")
    [one] = qiao("bulletin", "list")["items"]
    assert (one["month"], one["issue"], one["standing"], one["actor"]) == (LAST, 1, "current", "ld")
    assert any(LAST in line and "现行" in line for line in qiao.text("bulletin", "list"))
    [act] = qiao("bulletin", "show", LAST)["timeline"]
    assert (act["action"], act["verdict"], act["words"]) == ("publish", "stands", {})
    assert any("发布" in line for line in qiao.text("bulletin", "show", LAST))


def test_a_correction_is_asked_for_with_its_reason_and_both_issues_are_written(
    qiao: Command, tmp_path: Path
) -> None:
    qiao("bulletin", "publish", "--month", LAST)
    record = qiao("ticket", "list", by="a")["items"][0]["record"]
    qiao("ticket", "exclude", record, "--text", "无理诉求", by="a")
    done = qiao("bulletin", "correct", "--month", LAST, "--reason", "exclusion", "--text", "剔除一件")
    assert done["issue"] == 2
    qiao("bulletin", "--month", LAST, "--issue", "1", "--out", str(tmp_path / "1.md"))
    qiao("bulletin", "--month", LAST, "--out", str(tmp_path / "2.md"))
    first, second = ((tmp_path / f"{at}.md").read_text("utf-8") for at in (1, 2))
    assert (
        "已被第 2 期更正" in first and "## 本期与上一期不同之处" in second and "## 不计入统计的工单" in second
    )
    assert qiao("bulletin", "--month", LAST, "--draft")["draft"] is True


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["bulletin"], "missing_field", 2),
        (["bulletin", "--month", "2026-9"], "bad_period", 2),
        (["bulletin", "--month", "2199-01"], "bad_period", 2),
        (["bulletin", "publish", "--month", "2199-01"], "bad_period", 2),
        (["bulletin", "correct", "--month", LAST, "--reason", "late_acts"], "no_bulletin", 4),
        (["bulletin", "--month", LAST, "--issue", "1"], "no_bulletin", 4),
        (["bulletin", "--month", LAST, "--out", "b.txt"], "bad_value", 2),
        (["bulletin", "--month", LAST, "--out", "/nowhere/b.pdf"], "no_folder", 2),
    ],
)
def test_wrong_use_is_said_plainly(qiao: Command, words: list[str], code: str, exit_code: int) -> None:
    assert qiao.refused(*words) == (exit_code, code)


def test_a_file_that_is_there_needs_force(qiao: Command, tmp_path: Path) -> None:
    file = tmp_path / "b.md"
    file.write_text("mine")
    words = ("bulletin", "--month", LAST, "--out", str(file))
    assert qiao.refused(*words) == (5, "export_exists") and file.read_text() == "mine"
    assert qiao(*words, "--force")["path"] == str(file)


def test_only_who_leads_publishes(qiao: Command) -> None:
    assert qiao.refused("bulletin", "publish", "--month", LAST, by="op") == (3, "role")


def test_a_city_drafts_and_doesnt_publish(
    tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")
    tree.shut("c")
    city = Command(tree.base / "c", capsys)
    assert city("bulletin", "--month", LAST, by="a")["title"].startswith("青岛市总工会")
    assert city.refused("bulletin", "publish", "--month", LAST, by="a") == (3, "root_only")
