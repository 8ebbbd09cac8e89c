"""What isn't documented fails: codes, commands, settings, variables, matters, and links that lead nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.house.codes import raised
from tests.house.project import ROOT, files, read, sources

DOCS = ROOT / "docs"
PAGES = ["README.md", "README.zh-CN.md", *sorted(f"docs/{path.name}" for path in DOCS.glob("*.md"))]


@cache
def quoted(page: str) -> frozenset[str]:
    """Everything that a page sets in back-quotes."""
    return frozenset(re.findall(r"`([^`\n]+)`", read(page)))


def links(page: str) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        if "://" not in target and not target.startswith("#"):
            yield target.split("#")[0]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    here = (ROOT / page).parent
    assert [target for target in links(page) if not (here / target).exists()] == []


def test_the_reading_list_names_every_document() -> None:
    listed = {Path(target).name for target in links("docs/README.md")}
    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} - listed == set()


def test_every_error_code_is_documented() -> None:
    known = quoted("docs/errors.md")
    assert {code: where for code, where in raised().items() if code not in known} == {}


def test_every_denial_of_a_matter_is_documented() -> None:
    from node.matters import KINDS

    known = quoted("docs/errors.md")
    codes = {code for kind in KINDS.values() for code in kind.matter.codes}
    assert codes - known == set()


def test_every_reason_of_the_conflict_engine_is_documented() -> None:
    from conflict.sentence import CONFLICTS, REASONS

    assert (CONFLICTS.keys() | REASONS.keys()) - quoted("docs/errors.md") == set()


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command of the tree by its words, verbs of matters included."""
    subcommands = getattr(command, "commands", None)
    if name == "":
        names = command.list_commands(None)
        subcommands = {one: command.get_command(None, one) for one in names}
    if not subcommands:
        yield name, command
        return
    if name and command.invoke_without_command:
        yield name, command
    for one, below in subcommands.items():
        yield from commands(below, f"{name} {one}".strip())


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    import typer

    import cli

    return dict(commands(typer.main.get_command(cli.app), ""))


def generic(name: str) -> str:
    """`ticket list` and its like are documented once, for all matters."""
    from node.matters import KINDS

    words = name.split()
    return (
        f"MATTER {words[1]}"
        if words[0] in KINDS
        and words[1:] in (["list"], ["show"], ["export"], ["bulk"])
        and words[0] != "staff"
        else name
    )


def test_every_command_is_documented(tree: dict[str, Any]) -> None:
    known = quoted("docs/commands.md")
    assert [name for name in tree if generic(name) not in known] == []


def test_every_option_of_a_command_is_documented(tree: dict[str, Any]) -> None:
    """But for a verb's fields, which `--help` lists from the declaration."""
    from node.matters import KINDS

    page = read("docs/commands.md")
    missing = [
        f"{name} {flag}"
        for name, command in tree.items()
        if name.split()[0] not in KINDS or generic(name) != name or name.startswith("staff")
        for parameter in command.params
        for flag in parameter.opts
        if flag.startswith("--") and flag != "--help" and not re.search(rf"`{flag}[ `]", page)
    ]
    assert missing == []


def test_no_command_is_documented_that_does_not_exist(tree: dict[str, Any]) -> None:
    rows = re.findall(r"^\| `([a-zA-Z -]+)` \|", read("docs/commands.md"), re.MULTILINE)
    real = {generic(name) for name in tree}
    assert [row for row in rows if row not in real] == []


def test_no_option_is_documented_that_does_not_exist(tree: dict[str, Any]) -> None:
    rows = re.findall(r"^\| `([a-zA-Z -]+)` \|.*\|([^|]*)\|$", read("docs/commands.md"), re.MULTILINE)
    wrong = [
        (name, option)
        for name, cell in rows
        for option in re.findall(r"`(--[a-z-]+)`", cell)
        if option not in {flag for one in tree[name.replace("MATTER", "ticket")].params for flag in one.opts}
    ]
    assert wrong == []


def test_every_matter_is_named_among_the_commands() -> None:
    from node.matters import KINDS

    assert set(KINDS) - quoted("docs/commands.md") == set()


def test_every_setting_is_documented_with_its_default() -> None:
    from node import config

    defaults = config.Config(ROOT)
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| `([^`]*)` \|", read("docs/settings.md"), re.MULTILINE))
    assert set(rows) == set(config.KEYS)
    for name, key in config.KEYS.items():
        value = getattr(defaults, key.attribute)
        shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
        assert rows[name] == shown, name


def test_every_variable_is_documented() -> None:
    from node import config

    of_keys = {"QIAO_" + name.replace(".", "_").upper() for name in config.KEYS}
    text = read("docs/settings.md")
    missing = {
        (node.value, str(path.relative_to(ROOT)))
        for path, tree in sources("sync_protocol", "conflict", "node", "tui", "cli")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"QIAO_[A-Z_]+[A-Z]", node.value)
        and node.value not in of_keys
        and f"`{node.value}`" not in text
    }
    assert missing == set()


def test_the_packages_have_one_errors_module_each() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in files() if path.name == "errors.py"}
    assert {"sync_protocol", "conflict", "node"} <= found
