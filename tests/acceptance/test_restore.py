"""A county's database put back from a backup, with its marker and without: nothing that had left it is lost."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from tests.acceptance.office import Office, Tree, act, given, until

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]


def _backed_up(office: Office, aside: Path) -> Path:
    """As SQLite's own backup has it, taken beside the running node."""
    with (
        contextlib.closing(driver.connect(str(office.directory / "node.db"))) as source,
        contextlib.closing(driver.connect(str(aside / "node.db"))) as copy,
    ):
        source.backup(copy)
    return aside / "node.db"


def _put_back(office: Office, backup: Path, *, marker: bool) -> None:
    for name in ("node.db-wal", "node.db-shm", *(() if marker else ("marker",))):
        (office.directory / name).unlink(missing_ok=True)
    (office.directory / "node.db").write_bytes(backup.read_bytes())


def _texts(office: Office, record: str) -> set[str]:
    lines = [one for one in office.show(record)["timeline"] if one["verdict"] == "stands"]
    return {one["words"]["text"] for one in lines if one["words"].get("text")}


def test_a_restored_county_loses_nothing_and_forks_nothing(tree: Tree, tmp_path: Path) -> None:
    county = tree.counties[0]
    record = given(tree, "恢复备份前后的工单", county)
    tree.quiet()
    backup = _backed_up(county, tmp_path)
    written = {"备份之后"}  # what the loop adds is waited for before the next turn
    county.acts(act("accept", record), act("note", record, text="备份之后"))
    tree.quiet()
    for marker in (True, False):
        county.stop()
        _put_back(county, backup, marker=marker)
        word = "带着标记恢复" if marker else "没有标记恢复"
        county.acts(act("note", record, text=word))  # before it has spoken with anyone
        county.start()
        written.add(word)
        tree.quiet()
        until(lambda: all(_texts(one, record) >= written for one in (county, tree.city, tree.province)))
        told = county.status()
        assert ([one["reason"] for one in told["lives"]], told["lost"]) == (["restored"], [])
    assert county.problems() == tree.city.problems() == []
    tree.agree()
