"""`erase` and `erase status`, as the command runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import cli
from tests.node.tree import NARRATIVE, Tree

Run = Callable[..., tuple[int, Any, str]]
GROUND = ("--ground", "《个人信息保护法》第四十七条")


@pytest.fixture
def qiao(tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("QIAO_PASSWORD", "password1")

    def run(*words: str, text: bool = False) -> tuple[int, Any, str]:
        tree.shut("c")
        how = [] if text else ["--json"]
        code = cli.main(["--dir", str(tree.base / "c"), "--as", "a", *how, *words])
        out, err = capsys.readouterr()
        return code, out if text else json.loads(out), err

    return run


def test_a_program_confirms_by_an_option_and_is_told_what_goes(tree: Tree, qiao: Run) -> None:
    record = tree.register("c")
    code, found, told = qiao("erase", record, *GROUND)
    assert (code, found["error"]["code"]) == (2, "not_confirmed")
    assert "narrative" in told and "370000/370200" in told
    assert tree.show("c", record)["narrative"] == NARRATIVE
    code, found, _ = qiao("erase", record, *GROUND, "--fields", "worker_phone,worker_name", "--yes")
    assert (code, found["listed"], found["receipts"][0]["destroyed"]) == (0, 1, 1)
    code, found, _ = qiao("erase", record, *GROUND, "--yes")
    assert code == 0 and found["items"][0]["record"] == record
    code, found, _ = qiao("erase", "status")
    assert code == 0 and [one["fields"] for one in found["items"]].count(None) == 1
    assert found["outstanding"] == ["370000"]
    code, text, _ = qiao("erase", "status", record, text=True)
    assert code == 0 and "370000" in text and "第四十七条" in text


def test_what_isnt_there_or_lacks_a_ground_is_refused(tree: Tree, qiao: Run) -> None:
    record = tree.register("c")
    code, found, _ = qiao("erase", record, "--yes")
    assert (code, found["error"]["code"]) == (2, "missing_field")
    for words in (("erase", "0" * 32, *GROUND, "--yes"), ("erase", "status", "0" * 32)):
        code, found, _ = qiao(*words)
        assert (code, found["error"]["code"]) == (4, "not_found")
    code, found, _ = qiao("erase", "status")
    assert (code, found["items"], found["outstanding"], found["clean"]) == (0, [], [], True)


def test_an_export_is_remembered(tree: Tree, qiao: Run) -> None:
    record = tree.register("c")
    code, _, _ = qiao("audit", "export", str(tree.base / "all.qlog"))
    assert code == 0
    _, found, _ = qiao("erase", record, *GROUND, "--yes")
    assert [one["path"] for one in found["items"][0]["exports"]] == [str(tree.base / "all.qlog")]
