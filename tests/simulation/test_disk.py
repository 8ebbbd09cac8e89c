"""The faulty disk keeps what was synced, and nothing else for sure."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import apsw
import pytest

from tests.simulation import shim
from tests.simulation.disk import VFS, Disk, File, Killed, Trouble

PLACE = "/qiao-test"


_disks: list[Disk] = []


@pytest.fixture
def disk() -> Iterator[Disk]:
    VFS.disks[PLACE] = Disk()
    yield VFS.disks[PLACE]
    while _disks:
        _disks.pop().shut()


def opened() -> shim.Connection:
    db = shim.connect(f"{PLACE}/node.db")
    _disks.append(db.disk)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    return db


def numbers(db: shim.Connection) -> list[int]:
    return [row[0] for row in db.execute("SELECT n FROM t ORDER BY n").fetchall()]


def fill(db: shim.Connection, first: int, last: int) -> None:
    for number in range(first, last):
        db.execute("INSERT INTO t VALUES (?, zeroblob(3000))", (number,))


def again(trouble: Trouble, disk: Disk, seed: int) -> shim.Connection:
    VFS.disks[PLACE] = Disk(disk.after(trouble, Random(seed)))
    return opened()


@pytest.mark.parametrize("seed", range(8))
def test_what_was_committed_survives_power_loss(disk: Disk, seed: int) -> None:
    db = opened()
    db.execute("CREATE TABLE t (n INTEGER, filler)")
    fill(db, 0, 60)
    db.execute("BEGIN")
    fill(db, 60, 90)
    assert numbers(again(Trouble.POWER, disk, seed)) == list(range(60))


def test_without_syncing_power_loss_takes_what_was_committed(disk: Disk) -> None:
    """The disk bites: a node that didn't sync would be found out."""
    db = opened()
    db.execute("CREATE TABLE t (n INTEGER, filler)")
    db.execute("PRAGMA synchronous=OFF")
    fill(db, 0, 20)
    lost = 0
    for seed in range(5):
        copy = Disk({name: File(bytearray(one.data), bytearray(one.durable), list(one.pending))
                     for name, one in disk.files.items()})  # fmt: skip
        try:
            lost += len(numbers(again(Trouble.POWER, copy, seed))) < 20
        except shim.DatabaseError:
            lost += 1
    assert lost


def test_a_killed_process_raises_at_every_statement_from_then_on(disk: Disk) -> None:
    db = opened()
    db.execute("CREATE TABLE t (n INTEGER, filler)")
    disk.arm(Trouble.KILL, 5)
    with pytest.raises(Killed):
        fill(db, 0, 50)
    with pytest.raises(Killed):
        db.execute("SELECT 1")
    left = numbers(again(Trouble.KILL, disk, 1))
    assert left == list(range(len(left)))


def test_what_a_dead_process_had_open_takes_nothing_from_its_next_life(disk: Disk) -> None:
    """SQLite deletes a WAL by its name when the last connection is closed, be it by the garbage collector."""
    db = opened()
    db.execute("CREATE TABLE t (n INTEGER, filler)")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    disk.shut()
    next_life = again(Trouble.KILL, disk, 1)
    fill(next_life, 0, 1)
    db.close()
    del db
    assert numbers(again(Trouble.KILL, next_life.disk, 1)) == [0]


@pytest.mark.parametrize("trouble", [Trouble.FULL, Trouble.IO])
def test_a_disk_in_trouble_refuses_whole_transactions_and_recovers(disk: Disk, trouble: Trouble) -> None:
    db = opened()
    db.execute("CREATE TABLE t (n INTEGER, filler)")
    disk.arm(trouble, 1)
    with pytest.raises(shim.OperationalError):
        fill(db, 0, 1)
    assert not disk.armed
    fill(db, 1, 3)
    assert numbers(db) == [1, 2]


def test_apsw_is_the_one_that_was_pinned() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= (3, 51, 3)
