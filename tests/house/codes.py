"""The stable codes that the source raises, read from its syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.project import PACKAGES, ROOT, sources


def raised() -> dict[str, str]:
    """Code → where it was seen first.

    Class attributes `code`, arguments `code="…"` of a call, arguments in the place of a parameter that the
    module itself names `code`, and the keys of its tables of sentences.
    """
    found: dict[str, str] = {}
    for path, tree in sources(*PACKAGES, "cli"):
        for code, line in _of(tree):
            found.setdefault(code, f"{path.relative_to(ROOT)}:{line}")
    return found


def _of(tree: ast.Module) -> Iterator[tuple[str, int]]:
    places = _places(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        elif isinstance(node, ast.Call):
            yield from _of_call(node, places)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            yield from _of_table(node, node.value)


def _places(tree: ast.Module) -> dict[str, int]:
    """Function → the position of its parameter `code`."""
    places = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
            if "code" in names and names[0] not in ("self", "cls"):
                places[node.name] = names.index("code")
    return places


def _of_table(node: ast.Assign | ast.AnnAssign, table: ast.Dict) -> Iterator[tuple[str, int]]:
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    if ast.unparse(target).endswith("SENTENCES"):
        for key in table.keys:
            if key is not None:
                yield from _text(key)


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "code":
            yield from _text(statement.value)


def _of_call(node: ast.Call, places: dict[str, int]) -> Iterator[tuple[str, int]]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in places and len(node.args) > places[name]:
        yield from _text(node.args[places[name]])
    for keyword in node.keywords:
        if keyword.arg == "code":
            yield from _text(keyword.value)


def _text(value: ast.expr) -> Iterator[tuple[str, int]]:
    """A literal, or the literals of a conditional expression."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value.value, value.lineno
    elif isinstance(value, ast.IfExp):
        yield from _text(value.body)
        yield from _text(value.orelse)
