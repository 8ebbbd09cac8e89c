"""The project as the house's tests see it: its root, its files, its sources as syntax trees."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("sync_protocol", "conflict", "node", "tui", "migrations")
PURE = ("sync_protocol", "conflict")


def files() -> list[Path]:
    """Tracked files and new ones that aren't ignored; outside a repository, whatever is there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not _hidden(path)]
    return sorted(path for path in found if path.is_file())


def _hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part in (".venv", ".git", "__pycache__") or part.endswith(".egg-info") for part in parts)


def sources(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of these packages (cli.py too, where it is named), parsed."""
    for package in packages:
        single = ROOT / f"{package}.py"
        for path in [single] if single.is_file() else sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names of absolute imports, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
