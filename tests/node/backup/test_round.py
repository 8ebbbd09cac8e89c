"""Rounds over the places: sealed copies and their retention, attachments, settings, faults told by code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from node.backup import account, sealed, snapshots, way
from node.backup.places import settings
from node.backup.restoring import Wanted, restore
from node.backup.round import Round
from node.backup.sealed import by_passphrase
from node.config import Config
from node.entropy import SystemEntropy
from node.errors import Usage
from tests.node.backup.conftest import Backed

WORD = "correct horse battery"
HOUR_MS = 3600 * 1000
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def closed(backed: Backed) -> Config:
    """The node of which sealed copies are made, to two directories."""
    sealed.write_recipient(backed.directory, sealed.recipient(WORD, SystemEntropy()))
    (backed.directory / account.FILE).unlink()
    places = [{"name": "one", "path": "one"}, {"name": "two", "path": "two"}]
    return Config(backed.directory, backup_way="sealed", backup_replicas=places)


def _go(config: Config, **more: Any) -> dict[str, str]:
    return {one["name"]: one["fault"] for one in Round(config, SystemEntropy()).go(**more)}


def _copies(config: Config, name: str = "one") -> list[Path]:
    return sorted((config.directory / name / "snapshots").glob("*.sealed"))


def test_a_sealed_copy_goes_to_every_place_and_comes_back_by_the_passphrase(
    closed: Config, tmp_path: Path
) -> None:
    assert _go(closed) == {"one": "", "two": ""}
    assert [len(_copies(closed, name)) for name in ("one", "two")] == [1, 1]
    raw = b"".join(path.read_bytes() for path in closed.directory.glob("one/*/**/*") if path.is_file())
    assert b"SQLite format" not in raw and b"%PDF" not in raw
    wanted = Wanted(settings.of_text(str(closed.directory / "two"), Path()))
    done = restore(tmp_path / "new", wanted, by_passphrase(lambda: WORD), lambda _text: None)
    assert (done["way"], done["attachments"]) == ("sealed", 1)
    assert not [one for one in closed.directory.iterdir() if one.name.startswith(".copy")]


def test_the_next_is_due_when_something_was_written_and_the_time_is_over(closed: Config) -> None:
    _go(closed)
    _go(closed)
    assert len(_copies(closed)) == 1
    for name in ("one", "two"):
        with account.noting(closed.directory, name) as known:
            known.synced_ms -= 2 * HOUR_MS
    for path in closed.directory.glob("node.db*"):
        os.utime(path, (1, 1))
    _go(closed)
    assert len(_copies(closed)) == 1  # nothing was written since, as far as the file's time says
    os.utime(closed.directory / "node.db")
    _go(closed)
    assert len(_copies(closed)) == 2
    _go(closed, now=True)
    assert len(_copies(closed)) == 3


def test_without_a_passphrase_there_is_no_copy_and_it_is_told(closed: Config) -> None:
    (closed.directory / sealed.PUBLIC).unlink()
    assert _go(closed, now=True) == {"one": "no_passphrase", "two": "no_passphrase"}
    assert _copies(closed) == [] and {one["colour"] for one in account.told(closed)} == {"red"}


def test_copies_past_their_time_go_and_the_newest_two_stay() -> None:
    known = [(at * HOUR_MS, snapshots.name_of(at * HOUR_MS)) for at in (1, 2, 300, 301)]
    assert snapshots.expired(known, 400 * HOUR_MS, 168) == [known[0][1], known[1][1]]
    assert snapshots.expired(known[:2], 400 * HOUR_MS, 168) == []
    assert [snapshots.time_of(name) for _, name in known] == [at for at, _ in known]
    assert snapshots.time_of("snapshots/../x.sealed") is None


def test_only_new_attachments_are_copied_and_gone_ones_stay_for_the_retention(backed: Backed) -> None:
    config = Config(backed.directory, backup_retention_hours=1)
    (blob,) = backed.place.glob("blobs/*/*")
    (own,) = backed.directory.glob("blobs/*/*")
    written = blob.stat().st_mtime_ns, blob.stat().st_ino
    assert _go(config) == {"file": ""}
    assert (blob.stat().st_mtime_ns, blob.stat().st_ino) == written
    own.unlink()
    _go(config)
    assert blob.exists()
    with account.noting(backed.directory, "file") as known:
        (name,) = known.gone
        known.gone[name] -= 2 * HOUR_MS
    _go(config)
    assert not blob.exists() and account.read(backed.directory)["file"].gone == {}


def test_one_place_that_fails_keeps_no_other_from_its_turn(backed: Backed) -> None:
    (backed.directory / "file").write_bytes(b"no directory")
    places = [{"path": "backup"}, {"name": "bad", "path": "file/x"}, {"name": "good", "path": "good"}]
    config = Config(backed.directory, backup_replicas=places)
    assert _go(config) == {"file": "", "bad": "backup_unreachable", "good": ""}
    assert {path.name for path in (backed.directory / "good").iterdir()} == {
        "ltx",
        "blobs",
        "node.toml",
        "owner",
    }
    assert {one["name"]: one["colour"] for one in account.told(config)}["bad"] == "red"


def test_the_place_of_another_node_is_left_alone(backed: Backed) -> None:
    (backed.place / "owner").write_text("qiao-backup/1 " + "ab" * 16 + "\n")
    before = sorted(path.name for path in backed.place.rglob("*"))
    assert _go(backed.config) == {"file": "backup_foreign"}
    assert sorted(path.name for path in backed.place.rglob("*")) == before


def test_settings_are_backed_up_and_neither_keys_nor_marker_are(backed: Backed) -> None:
    names = {path.name for path in backed.place.rglob("*")}
    assert "node.toml" in names and not names & {"marker", "sign.pem", "seal.pem", "keys"}


def test_encryption_and_litestream_together_are_refused_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Config, "encrypted", True)
    assert way.way(Config(tmp_path)) == "sealed"
    way.check(Config(tmp_path))
    with pytest.raises(Usage) as caught:
        way.check(Config(tmp_path, backup_way="litestream"))
    assert caught.value.code == "encrypted_litestream"
    way.check(Config(tmp_path, backup_way="litestream", backup_enabled=False))
