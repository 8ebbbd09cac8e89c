"""A hint can be run: every `qiao …` that an error suggests names a command that there is, and options that it has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.house import hints as lines
from tests.house.project import ROOT, sources
from tests.house.test_docs import commands

TAKES_A_WORD = {"--dir", "--as"}


def hints() -> Iterator[tuple[str, str]]:
    """(where, text); what an f-string fills in stands as X."""
    for path, tree in sources("sync_protocol", "conflict", "node", "tui", "cli"):
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                for text in texts(node.value):
                    yield f"{path.relative_to(ROOT)}:{node.value.lineno}", text


def texts(value: ast.expr) -> Iterator[str]:
    """Literals, also inside calls and conditional expressions."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in value.values)
    else:
        for below in ast.iter_child_nodes(value):
            if isinstance(below, ast.expr):
                yield from texts(below)


def named(hint: str) -> Iterator[list[str]]:
    """The words behind each `qiao` up to the first option or argument."""
    for call in re.findall(r"\bqiao\b([^;|&\n（）]*)", hint):
        words = iter(call.split())
        found: list[str] = []
        for word in words:
            if word in TAKES_A_WORD:
                next(words, None)
            elif re.fullmatch(r"[a-z][a-z-]*", word):
                found.append(word)
            elif not word.startswith("--json"):
                break
        if found:
            yield found


@pytest.fixture(scope="module")
def known() -> set[str]:
    import typer

    import cli

    tree: Any = typer.main.get_command(cli.app)
    names = {name for name, _ in commands(tree, "")}
    return names | {name.split()[0] for name in names}


def test_every_hint_names_a_command_that_there_is(known: set[str]) -> None:
    wrong = [
        f"{where}: {hint}"
        for where, hint in hints()
        for words in named(hint)
        if words[0] != "X" and not {words[0], " ".join(words[:2])} & known
    ]
    assert wrong == []


def test_a_hint_that_names_a_subject_names_one_of_its_commands(known: set[str]) -> None:
    subjects = {name.split()[0] for name in known if " " in name}
    wrong = [
        f"{where}: {hint}"
        for where, hint in hints()
        for words in named(hint)
        if len(words) > 1 and words[0] in subjects and not {" ".join(words[:2]), " ".join(words[:3])} & known
    ]
    assert wrong == []


def test_every_hint_has_options_that_its_command_has() -> None:
    """One with a gap (X) for its command is looked at where it is filled, by the seeded world."""
    wrong = [
        f"{where}: {hint}"
        for where, hint in hints()
        if any(words and "X" not in words[:2] and lines.fault_of(words) for words in lines.calls(hint))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("qiao --dir /srv/qiao status", ""),
        ("QIAO_PASSWORD=… qiao --as STAFF …", ""),
        ("qiao ticket ask ID --for escalate --text TEXT --json", ""),
        ("df -h .", ""),
        ("qiao --version", "qiao has no option --version"),
        ("qiao registry", "qiao registry is no command by itself"),
        ("qiao registry forget 3701", "qiao registry has no command forget"),
        ("qiao ticket accept ID --lead 3702", "qiao ticket accept has no option --lead"),
        ("问管理员", "names no command: 问管理员"),
    ],
)
def test_what_cant_be_run_is_told(hint: str, told: str) -> None:
    assert lines.fault(hint) == told
