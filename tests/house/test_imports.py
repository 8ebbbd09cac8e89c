"""What import-linter and ruff can't say: cli.py is no package, and built-ins aren't imported."""

from __future__ import annotations

import ast

import pytest

from tests.house.project import PACKAGES, PURE, ROOT, imported, sources

REACHES_OUT = {"open", "input", "print", "exec", "eval", "__import__", "breakpoint"}


def test_nobody_imports_the_command_line() -> None:
    guilty = [
        path for path, tree in sources(*PACKAGES) if "cli" in {name.split(".")[0] for name in imported(tree)}
    ]
    assert guilty == []


def test_nobody_imports_the_migrations() -> None:
    guilty = [
        path
        for path, tree in sources("sync_protocol", "conflict", "node", "tui", "cli")
        if "migrations" in {name.split(".")[0] for name in imported(tree)}
    ]
    assert guilty == []


def bound(tree: ast.Module) -> set[str]:
    """Names that the module itself gives: `open` as a parameter isn't the built-in."""
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return arguments | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def built_ins_called(tree: ast.Module) -> list[ast.Name]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [name for name in calls if isinstance(name, ast.Name) and name.id not in bound(tree)]


@pytest.mark.parametrize("package", PURE)
def test_the_pure_packages_call_nothing_that_reaches_out(package: str) -> None:
    calls = [
        f"{path.relative_to(ROOT)}:{name.lineno} {name.id}"
        for path, tree in sources(package)
        for name in built_ins_called(tree)
        if name.id in REACHES_OUT
    ]
    assert calls == []


@pytest.mark.parametrize("package", PURE)
def test_the_pure_packages_generate_no_keys(package: str) -> None:
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("generate", "generate_key")
    ]
    assert calls == []


def test_relative_imports_stay_in_their_package() -> None:
    """`from ..x` past the package's top would pass by the layers unseen."""
    for path, tree in sources(*PACKAGES):
        depth = len(path.relative_to(ROOT).parts) - 1
        levels = [node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert max(levels, default=0) <= depth, path


def test_a_database_is_opened_in_one_place() -> None:
    """Where an encrypted one is given its key."""
    opened = [
        str(path.relative_to(ROOT))
        for path, tree in sources("node", "tui", "cli")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("connect", "create_engine")
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("driver", "sqlite3", "sqlcipher3", "sqlalchemy")
    ]
    assert sorted(set(opened)) == ["node/store/converting.py", "node/store/raw.py"]
