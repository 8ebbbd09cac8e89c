from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from node import config, datakey, encrypting, glance, health, keylock, keys, passphrase
from node.errors import Damaged, DiskTrouble, Locked, NotFound, QiaoError, Stale
from node.reader import Reader
from node.store import converting, raw
from tests.node.fakes import SeededEntropy
from tests.node.tree import TICKET, Tree, grown


@pytest.fixture(scope="module")
def kept(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city's directory, with a ticket in it; nobody has it open."""
    tree = grown(planted, tmp_path_factory.mktemp("kept"))
    tree.dispatched()
    tree.close()
    return tree.base / "c"


@pytest.fixture
def city(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "c"))


def _content(directory: Path) -> dict[str, str]:
    path = directory / "node.db"
    return converting.contents(path, raw.key_for(path))


def _found(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.glob("node.db*")))


def test_an_encrypted_database_holds_the_same_and_shows_nothing(city: Path) -> None:
    secret = TICKET["narrative"].encode()
    glance.status(city)
    before = converting.contents(city / "node.db", None)
    assert secret in _found(city) and not config.load(city).encrypted
    done: list[int] = []
    told = encrypting.encrypt(city, SeededEntropy(), done.append)
    assert told["encrypted"] and config.load(city).encrypted and done == sorted(done)
    assert _content(city) == before and secret not in _found(city) and b"CREATE" not in _found(city)
    assert glance.status(city)["database"]["ok"] and health.check(city) == health.Health(True)
    encrypting.decrypt(city)
    assert _content(city) == before and secret in _found(city)


def test_a_node_works_on_an_encrypted_database_as_on_another(city: Path) -> None:
    encrypting.encrypt(city, SeededEntropy())
    tree = Tree(city.parent, seed=7)
    tree.register("c", narrative="加密之后登记的一件")
    tree.close()
    assert "加密之后登记的一件".encode() not in _found(city)
    reader = Reader(city, "zh")
    assert reader.search("加密之后").items and reader.verify()["ok"]
    reader.close()


def test_a_new_node_is_encrypted_where_the_settings_say_so(
    bare: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAO_DATABASE_ENCRYPTED", "true")
    bare.found()
    bare.close()
    path = bare.base / "p" / "node.db"
    assert raw.is_encrypted(path) and raw.key_for(path) is not None


def test_settings_that_ask_for_what_the_file_is_not_are_told(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAO_DATABASE_ENCRYPTED", "true")
    with pytest.raises(Stale) as caught:
        Tree(city.parent).at("c")
    assert caught.value.code == "not_encrypted" and caught.value.hint.endswith("database encrypt")


def test_without_its_key_or_with_another_nothing_is_read(city: Path) -> None:
    encrypting.encrypt(city, SeededEntropy())
    place = city / keys.DIRECTORY / datakey.FILE
    kept = place.read_bytes()
    place.unlink()
    with pytest.raises(NotFound) as caught:
        encrypting.decrypt(city)
    assert caught.value.code == "no_database_key"
    with pytest.raises(Damaged) as unread:
        Reader(city, "zh")
    assert "database.key" in unread.value.text
    assert health.check(city) == health.Health(False, "damaged")
    place.write_bytes(bytes(32).hex().encode())
    place.chmod(0o600)
    with pytest.raises(Damaged):
        glance.status(city)
    place.write_bytes(kept)
    assert glance.status(city)["database"]["ok"]


def test_the_key_of_the_database_is_under_the_passphrase_too(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keylock, "MEMORY_KIB", 64)
    monkeypatch.setattr(keylock, "PASSES", 1)
    encrypting.encrypt(city, SeededEntropy())
    keylock.lock(city, "a long passphrase", SeededEntropy())
    assert (city / "keys" / datakey.FILE).read_bytes().startswith(keylock.SEALED)
    keylock.forget(city)
    with pytest.raises(QiaoError) as caught:
        glance.status(city)
    assert caught.value.code == "keys_locked"
    keylock.open_with(city, "a long passphrase")
    assert glance.status(city)["database"]["ok"] and len(passphrase.master(city)) == 32


def test_a_change_of_keys_takes_the_databases_key_along(city: Path) -> None:
    encrypting.encrypt(city, SeededEntropy())
    following = keys.prepare(city, SeededEntropy(5), keys.load(city / "keys").node)
    keys.finish(city, following.node)
    assert keys.load(city / "keys").node == following.node and glance.status(city)["database"]["ok"]


@pytest.mark.parametrize(
    ("step", "fault"),
    [("copy", OSError(28, "No space left on device")), ("contents", KeyboardInterrupt()),
     ("_take_its_place", KeyboardInterrupt())],
)  # fmt: skip
def test_a_conversion_that_is_cut_short_or_has_no_room_leaves_the_database_as_it_was(
    city: Path, monkeypatch: pytest.MonkeyPatch, step: str, fault: BaseException
) -> None:
    before = _content(city)
    place: Any = encrypting if step.startswith("_") else converting
    real = getattr(place, step)

    def failing(*given: Any) -> Any:
        real(*given) if step == "copy" else None
        raise fault

    monkeypatch.setattr(place, step, failing)
    with pytest.raises((DiskTrouble, KeyboardInterrupt)):
        encrypting.encrypt(city, SeededEntropy())
    monkeypatch.undo()
    assert _content(city) == before and [one.name for one in city.glob("*converting*")] == []


def test_a_copy_that_differs_is_not_taken(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _content(city)
    monkeypatch.setattr(converting, "contents", lambda _path, _key: {})
    with pytest.raises(Damaged) as caught:
        encrypting.encrypt(city, SeededEntropy())
    monkeypatch.undo()
    assert caught.value.code == "conversion_differs" and _content(city) == before


def test_while_somebody_reads_it_nothing_is_converted(city: Path) -> None:
    reader = raw.connect(city / "node.db", "ro")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM commit_").fetchone()
    with pytest.raises(Locked):
        encrypting.encrypt(city, SeededEntropy())
    reader.close()
    with pytest.raises(Stale) as caught:
        encrypting.decrypt(city)
    assert caught.value.code == "not_encrypted"


def test_what_a_kill_left_in_clear_goes_when_the_node_is_opened(city: Path) -> None:
    (city / encrypting.ASIDE).write_bytes(b"in clear")
    tree = Tree(city.parent)
    tree.at("c")
    tree.close()
    assert not (city / encrypting.ASIDE).exists()
