"""The administrator's steps: each command that they show can be typed as it stands, and is understood whole."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import cli
from node.commands.hoist import hoist
from node.commands.session import Session
from tests.house.project import read

PAGE = "docs/administrator.md"
STEPS = ("第一天", "加一个县", "恢复", "搬机器", "一个单位撤并", "机器被偷", "时钟被改", "一年的日程")


def sections() -> dict[str, str]:
    """Heading of the third level → what stands below it."""
    parts = re.split(
        r"^### (.+)$", read(PAGE).partition("\n## 一步一步\n")[2].partition("\n## ")[0], flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def shown(text: str) -> Iterator[list[str]]:
    """Words of each back-quoted `qiao …` that is a call, not only a name."""
    for line in re.findall(r"`qiao ([^`]+)`", text):
        yield shlex.split(line)


def misunderstood(words: list[str]) -> str:
    """What the option parser says against it; empty where it takes every word."""
    call = hoist(words)
    command: Any = typer.main.get_command(cli.app)
    context = typer.Context(command, info_name="qiao", obj=Session(call))
    rest = list(call.rest)
    while hasattr(command, "resolve_command") and rest:
        try:
            name, command, rest = command.resolve_command(context, rest)
            context = (
                command.make_context(name, rest, parent=context)
                if not _is_group(command)
                else (typer.Context(command, parent=context, info_name=name))
            )
        except Exception as fault:
            return f"{' '.join(words)}: {fault}"
    return "" if not _is_group(command) else f"{' '.join(words)}: no command by itself"


def _is_group(command: Any) -> bool:
    return hasattr(command, "list_commands")


def test_every_situation_has_its_steps_in_order() -> None:
    found = sections()
    assert tuple(found) == STEPS
    for name, text in found.items():
        numbers = [int(one) for one in re.findall(r"^(\d+)\. ", text, re.MULTILINE)]
        assert name == "恢复" or (len(numbers) > 3 and numbers == list(range(1, len(numbers) + 1))), name


@pytest.mark.parametrize("name", STEPS)
def test_every_command_of_the_steps_is_understood(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    calls = list(shown(sections()[name]))
    assert calls
    assert [said for words in calls if (said := misunderstood(words))] == []


@pytest.mark.parametrize(
    "words",
    [
        "registry retire 370211",
        "registry retire --successor 370212",
        "clock --confrm",
        "service",
        "digest --for",
        "staff add",
        "doctor --seconds many",
        "no-such-command",
        "status now",
    ],
)
def test_what_isnt_understood_is_told(words: str) -> None:
    assert misunderstood(words.split())
