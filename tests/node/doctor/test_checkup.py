"""All checks together."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.doctor import checkup
from node.doctor.finding import Finding, Level, Site
from tests.house import hints
from tests.house.project import ROOT


def test_of_a_directory_without_a_node_the_machine_alone_is_examined(tmp_path: Path) -> None:
    found = checkup.examined(Site(tmp_path / "nowhere"))
    assert {"program", "sqlite", "disk_space", "node"} <= {one.name for one in found}
    assert not {"database", "keys"} & {one.name for one in found} and not (tmp_path / "nowhere").exists()


def test_a_nodes_checks_all_say_something_that_can_be_run(planted: Path, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(planted / "c", tmp_path / "c"))
    found = checkup.examined(Site(directory, full=True))
    names = {one.name for one in found}
    assert {"database", "integrity", "keys", "line", "backup", "registry", "staff", "marker"} <= names
    assert [one for one in found if one.level is not Level.OK and hints.fault(one.hint)] == []


def test_where_the_database_cant_be_read_the_rest_isnt_guessed_at(planted: Path, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(planted / "c", tmp_path / "c"))
    (directory / "node.db").write_bytes(b"rubbish" * 2000)
    found = checkup.examined(Site(directory))
    assert checkup.worst(found) is Level.RED and "staff" not in {one.name for one in found}


def test_a_check_that_fails_says_so_and_keeps_no_other_from_being_made(tmp_path: Path) -> None:
    def broken(_site: Site) -> Iterator[Finding]:
        raise ValueError("王小明")
        yield

    (one,) = checkup.guarded(broken, Site(tmp_path))
    assert one.level is Level.RED and "ValueError" in one.sentence and "王小明" not in one.sentence
    assert hints.fault(one.hint) == ""


@pytest.mark.parametrize(
    ("levels", "worst"), [([], "ok"), (["ok", "warning"], "warning"), (["red", "warning", "ok"], "red")]
)
def test_the_worst_of_them_counts(levels: list[str], worst: str) -> None:
    assert checkup.worst([Finding("x", Level(one), "x") for one in levels]) == worst


def test_every_check_is_in_the_list() -> None:
    """A function of a site that nobody calls would be a check that nobody makes."""
    listed = {check.__name__ for check in (*checkup.MACHINE, *checkup.FILES, *checkup.NODE)}
    checks = {
        node.name
        for path in (ROOT / "node/doctor").glob("*.py")
        if path.name != "checkup.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.unparse(node.returns or ast.Constant(0)) == "Iterator[Finding]"
    }
    assert checks == listed
