"""An encrypted database's backups: the copy stays encrypted, and its key comes back with the keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import encrypting, keylock
from node.backup import account, keyfile, restoring, sealed, snapshots
from node.backup.drill import drill
from node.backup.places import settings
from node.backup.restoring import Wanted
from node.backup.round import Round
from node.backup.sealed import by_passphrase
from node.config import Config
from node.entropy import SystemEntropy
from node.face import Node
from node.store import raw
from tests.node.backup.conftest import Backed

WORD = "三十六计走为上计，第十二"


@pytest.fixture
def encrypted(backed: Backed, quick: None, tmp_path: Path) -> Config:
    encrypting.encrypt(backed.directory, SystemEntropy())
    to = sealed.recipient(WORD, SystemEntropy())
    sealed.write_recipient(backed.directory, to)
    keyfile.write(backed.directory, tmp_path / "keys.sealed", to, 1, SystemEntropy())
    (backed.directory / account.FILE).unlink()
    return Config(backed.directory, backup_replicas=[{"name": "one", "path": "one"}])


def test_a_sealed_copy_of_it_is_drilled_and_restored_with_its_keys(
    encrypted: Config, backed: Backed, tmp_path: Path
) -> None:
    Round(encrypted, SystemEntropy()).go()
    (replica,) = settings.replicas(encrypted)
    assert drill(encrypted, replica, lambda _text: None)["problems"] == []
    wanted = Wanted(replica, keys=tmp_path / "keys.sealed")
    told = restoring.restore(tmp_path / "new", wanted, by_passphrase(lambda: WORD), lambda _text: None)
    assert (told["keys"], told["attachments"]) == (1, 1)
    assert raw.is_encrypted(tmp_path / "new" / "node.db")
    with Node.open(tmp_path / "new") as node:
        assert {one["record"] for one in node.list("ticket").items} == set(backed.records)
        assert node.verify()["problems"] == []


def test_without_its_keys_it_comes_back_shut_and_says_so(encrypted: Config, tmp_path: Path) -> None:
    Round(encrypted, SystemEntropy()).go()
    (replica,) = settings.replicas(encrypted)
    told = restoring.restore(
        tmp_path / "new", Wanted(replica), by_passphrase(lambda: WORD), lambda _text: None
    )
    assert told["attachments"] == 0 and raw.is_encrypted(tmp_path / "new" / "node.db")


def test_the_file_with_the_keys_has_what_their_passphrase_opens(
    backed: Backed, quick: None, tmp_path: Path
) -> None:
    keylock.lock(backed.directory, "另一个口令，也要够长", SystemEntropy())
    to = sealed.recipient(WORD, SystemEntropy())
    keyfile.write(backed.directory, tmp_path / "keys.sealed", to, 1, SystemEntropy())
    (tmp_path / "new").mkdir()
    assert keyfile.read(tmp_path / "keys.sealed", by_passphrase(lambda: WORD), tmp_path / "new") == 1
    assert keylock.is_locked(tmp_path / "new")
    assert keylock.open_with(tmp_path / "new", "另一个口令，也要够长")


def test_no_plain_copy_of_it_ever_lies_on_the_disk(
    encrypted: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    seal_file = sealed.seal_file

    def looked(source: object, *rest: object) -> object:
        seen.extend(raw.is_encrypted(one) for one in encrypted.directory.glob(".copy-*.db"))
        return seal_file(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(snapshots.sealed, "seal_file", looked)
    Round(encrypted, SystemEntropy()).go()
    assert seen == [True]
