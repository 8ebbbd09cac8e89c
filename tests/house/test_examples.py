"""The commands that the documents show: each exists, with each of its options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from node.commands.options import codes_as_flags, option
from node.matters import KINDS
from tests.house.project import ROOT, read
from tests.house.test_docs import commands

EVERYWHERE = {"--json", "--help"}
VALUED = {"--dir", "--as"}
PAGES = [
    "README.md",
    "README.zh-CN.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]


def shown(page: str) -> Iterator[list[str]]:
    """The words of every `qiao …`, in blocks and in lines, without --dir and --as."""
    text = read(page).replace("\\\n", " ")
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^qiao (.*)$", blocks, re.MULTILINE) + re.findall(r"`qiao (-[^`]*|[a-z][^`]*)`", text)
    for line in lines:
        yield list(own(shlex.split(line.rstrip("& "))))


def own(words: list[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in VALUED:
            next(rest, None)
        elif word not in EVERYWHERE:
            yield word


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    import typer

    import cli

    return dict(commands(typer.main.get_command(cli.app), ""))


def options_of(name: str, command: Any) -> set[str]:
    found = {flag for parameter in command.params for flag in parameter.opts}
    matter, _, verb = name.partition(" ")
    for one in KINDS[matter].verbs if matter in KINDS else ():
        if one.name == verb:
            found |= {option(code) for code in codes_as_flags(one.takes)}
    return found


def fault(words: list[str], tree: dict[str, Any]) -> str:
    name = next((name for most in (3, 2, 1) if (name := " ".join(words[:most])) in tree), None)
    if name is None:
        alone = any(one.startswith(" ".join(words) + " ") for one in tree)
        return "" if alone else f"no command {words[:2]}"
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    unknown = given - options_of(name, tree[name])
    return f"{name}: no {sorted(unknown)}" if unknown else ""


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_document_shows_exists(page: str, tree: dict[str, Any]) -> None:
    faults = [fault(words, tree) for words in shown(page) if words and words[0].islower()]
    assert [one for one in faults if one] == []


def test_the_readme_shows_a_whole_day(tree: dict[str, Any]) -> None:
    seen = {" ".join(words[:2]) for words in shown("README.md")}
    verbs = ("register", "dispatch", "accept", "submit", "review", "follow-up", "quality-check", "archive")
    assert {f"ticket {verb}" for verb in verbs} <= seen


def test_both_readmes_show_the_same_commands() -> None:
    def plain(page: str) -> list[list[str]]:
        return [[word for word in words if word.isascii() and word.islower()] for words in shown(page)]

    assert plain("README.md") == plain("README.zh-CN.md")
