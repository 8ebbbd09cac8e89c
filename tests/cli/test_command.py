"""The command itself: its form, its errors, what it imports."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Qiao = Callable[..., object]


def test_help_lists_every_subject_in_chinese(qiao) -> None:  # type: ignore[no-untyped-def]
    done = qiao("--help")
    assert done.code == 0 and "工单" in done.out and "qiao demo" in done.out
    for name in ("init", "invite", "join", "run", "sync", "status", "staff", "ticket", "call", "batch"):
        assert f"  {name} " in done.out


def test_help_with_json_is_one_document(qiao) -> None:  # type: ignore[no-untyped-def]
    assert "--keep-going" in qiao("batch", "--help", "--json").json["help"]


@pytest.mark.parametrize("words", [["--help"], ["status"], ["ticket", "dispatch", "--help"]])
def test_what_must_answer_at_once_imports_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    code = (
        "import cli, json, sys\n"
        f"cli.main({['--dir', str(tmp_path), *words]!r})\n"
        "heavy = {'sqlmodel', 'sqlalchemy', 'textual', 'httpx', 'rich', 'alembic', 'uvicorn', 'argon2'}\n"
        "sys.stderr.write('\\n' + json.dumps(sorted(heavy & set(sys.modules))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert json.loads(done.stderr.decode().splitlines()[-1]) == []


def test_a_mistyped_command_is_told_with_the_nearest_one(qiao) -> None:  # type: ignore[no-untyped-def]
    done = qiao("--json", "statuss")
    assert done.code == 2 and done.error == "no_such_command"
    assert "status" in done.json["error"]["message"] and done.json["error"]["hint"] == "qiao status --help"
    assert qiao("ticket", "acept", "--json").error == "no_such_command"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["status"], "no_node"),
        (["heads"], "no_node"),
        (["verify"], "no_node"),
        (["run", "--no-tui"], "no_node"),
        (["--as", "li", "ticket", "list"], "no_node"),
    ],
)
def test_where_there_is_no_node_it_is_said(qiao, tmp_path: Path, words: list[str], code: str) -> None:  # type: ignore[no-untyped-def]
    done = qiao("--dir", str(tmp_path), "--json", *words)
    assert (done.code, done.error) == (4, code)
    assert done.json["error"]["hint"].startswith(f"qiao --dir {tmp_path} init")


@pytest.mark.parametrize(
    "words",
    [
        ["ticket", "list"],
        ["batch", "x.jsonl"],
        ["search", "工资"],
        ["exceptions", "list"],
        ["--as"],
        ["ticket"],
        ["ticket", "accept"],
        ["ticket", "decline", "ID", "--reason"],
        ["digest", "--nonsense"],
        ["status", "extra"],
        ["staff", "add", "li"],
        ["audit", "export", "--format", "pdf", "f"],
    ],
)
def test_wrong_use_is_2_and_an_error_object(qiao, tmp_path: Path, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    done = qiao("--dir", str(tmp_path), "--json", *words)
    assert done.code == 2, done
    assert set(done.json["error"]) == {"code", "message", "hint"} and done.json["error"]["message"]


def test_in_text_an_error_goes_to_stderr_with_its_code_and_a_hint(qiao, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = qiao("--dir", str(tmp_path), "status")
    assert done.code == 4 and done.out == ""
    assert "[no_node]" in done.err and f"qiao --dir {tmp_path} init" in done.err
    assert "Traceback" not in done.err


def test_english_is_spoken_when_asked_for(qiao, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = qiao("--dir", str(tmp_path), "status", environment={"QIAO_LANGUAGE": "en"})
    assert "there is no node" in done.err


def test_the_directory_is_taken_from_the_environment(qiao, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = qiao("status", environment={"QIAO_DIR": str(tmp_path)})
    assert str(tmp_path) in done.err
