"""docs/promises.md has a row for every promise, and names no test that isn't there."""

from __future__ import annotations

import ast
import re

from tests.house.project import ROOT, read

PROMISES = [f"R{number}" for number in range(1, 17)]


def rows() -> dict[str, list[str]]:
    """Promise → the cells of its row."""
    lines = [line for line in read("docs/promises.md").splitlines() if re.match(r"\| R\d", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].split()[0]: row for row in cells}


def named() -> set[str]:
    """Every test that the page names, as pytest names it."""
    return set(re.findall(r"`((?:tests|bench)/[^`\s]+)`", read("docs/promises.md")))


def missing(name: str) -> bool:
    path, _, function = name.partition("::")
    if not (ROOT / path).exists():
        return True
    if not function:
        return False
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return function not in {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_promise_has_its_row() -> None:
    assert list(rows()) == PROMISES


def test_every_promise_says_what_tests_it() -> None:
    assert [promise for promise, cells in rows().items() if "`tests/" not in cells[2]] == []


def test_every_test_named_is_there() -> None:
    assert sorted(filter(missing, named())) == []
