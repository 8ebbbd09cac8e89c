"""Who sees the first run: a person in a terminal, where there is no node or nobody who can sign in; nobody else."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

import cli
from node.beginning import Beginning
from node.commands.session import Screens


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Directories for which the first run was shown; each time it was left."""
    found: list[Path] = []

    def first(directory: Path) -> bool:
        found.append(directory)
        return False

    monkeypatch.setattr(cli, "SCREENS", Screens(first=first))
    monkeypatch.delenv("QIAO_DIR", raising=False)
    return found


def called(monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """By a person in a terminal: exit code, and what was printed. (Put there by the test itself: between a fixture and
    its test the streams are the runner's again.)"""
    shown = Terminal()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", Terminal())
        patched.setattr(sys, "stdout", shown)
        return cli.main(list(words)), shown.getvalue()


@pytest.mark.parametrize("words", [["run"], []], ids=["run", "alone"])
def test_in_a_terminal_a_directory_without_a_node_is_led_through(
    tmp_path: Path, seen: list[Path], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    assert called(monkeypatch, "--dir", str(tmp_path / "new"), *words)[0] == 0
    assert seen == [tmp_path / "new"]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", [["--no-tui"], ["--json"]])
def test_a_program_is_told_no_node_as_before(
    tmp_path: Path, seen: list[Path], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    assert called(monkeypatch, "--dir", str(tmp_path), "run", *words)[0] == 4
    assert seen == []


def test_without_a_terminal_it_is_no_node_and_the_help(
    tmp_path: Path, seen: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--dir", str(tmp_path), "run"]) == 4
    assert "no_node" in capsys.readouterr().err
    assert cli.main(["--dir", str(tmp_path)]) == 0
    assert "Commands" in capsys.readouterr().out and seen == []


def test_a_node_to_which_nobody_can_sign_in_goes_on_from_there(
    tmp_path: Path, seen: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    Beginning(tmp_path / "node").root("370000", "山东省总工会", tmp_path / "key.pem")
    assert called(monkeypatch, "--dir", str(tmp_path / "node"), "run")[0] == 0
    assert seen == [tmp_path / "node"]


def test_alone_in_a_directory_with_other_things_it_is_the_help(
    tmp_path: Path, seen: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    code, told = called(monkeypatch)
    assert code == 0 and "Commands" in told and seen == []
