"""The knowledge base by the real command: taken in, looked up, cited, stopped half-way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Province

pytestmark = pytest.mark.processes
LINES = (
    '{"kind": "question", "external_id": "x1", "number": "x1", "question": "差评扣款", "answer": "可以申诉。"}\n'
    "这不是 JSON\n"
    '{"kind": "poem", "external_id": "x2", "answer": "好"}\n'
    '{"kind": "question", "external_id": "x1", "answer": "再来一次"}\n'
)


@pytest.fixture(scope="module")
def taken(province: Province, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("import") / "own.jsonl"
    file.write_text(LINES, "utf-8")
    done = province.ok("article", "import", str(file))
    assert (done["imported"], done["skipped"], done["rejected"]) == (1, 1, 2)
    return Path(done["rejects_file"])


def test_an_empty_shelf_says_who_fills_it_and_how(province: Province) -> None:
    """Before anything is brought in: it was told like a question without an answer."""
    told = province("article", "suggest", "老板拖欠工资").out
    assert "库里还没有内容" in told and "article import --shipped" in told


def test_rejected_lines_go_to_a_file_with_their_reasons(taken: Path) -> None:
    told = [json.loads(line) for line in taken.read_text("utf-8").splitlines()]
    assert [(one["line"], one["code"]) for one in told] == [(2, "bad_json"), (3, "unknown_code")]


def test_it_is_proposed_cited_and_counted(province: Province, taken: Path) -> None:
    call = province.ok("call", "register", "--channel", "phone", "--narrative", "平台差评扣款")["record"]
    assert province.ok("article", "suggest", "平台给我差评扣款了")["items"][0]["number"] == "x1"
    province.ok("article", "cite", "x1", "--for", call)
    assert province.ok("article", "suggest", "平台给我差评扣款了")["items"][0]["used"] == 1
    assert province.ok("search", "差评", "--in", "article")["items"][0]["matter"] == "article"


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("import",), 2, "usage"),
        (("import", "x.jsonl", "--shipped"), 2, "usage"),
        (("import", "/nowhere/x.jsonl"), 4, "no_file"),
        (("cite", "x1", "--for", "370000-20260101-9999"), 4, "not_found"),
        (("cite", "q999", "--for", "x1"), 2, "unknown_field"),
        (("draft", "--question", "甲", "--revises", "q999"), 2, "bad_value"),
        (("draft", "--question", "甲", "--valid-from", "明天"), 2, "bad_value"),
    ],
)
def test_wrong_input_is_said_and_nothing_is_done(
    province: Province, taken: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    before = province.ok("heads")["items"]
    done = province("--json", "article", *words)
    assert (done.code, done.error) == (code, error)
    assert province.ok("heads")["items"] == before


@pytest.mark.slow
def test_what_was_killed_half_way_is_whole_after_a_second_time(province: Province) -> None:
    secret = {**os.environ, "QIAO_PASSWORD": "geheim-1", "PYTHONPATH": str(ROOT)}
    words = ["--dir", str(province.directory), "--as", "op", "article", "import", "--shipped"]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "cli", *words], env=secret, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    for _ in range(3):
        process.stderr.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = province.ok("article", "import", "--shipped")
    assert 0 < again["skipped"] < 3332 and again["imported"] + again["skipped"] == 3332
    assert province.ok("article", "import", "--shipped")["imported"] == 0
    assert province.ok("verify")["ok"]
