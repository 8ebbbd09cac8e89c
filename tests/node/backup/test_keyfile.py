from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from node import keys as keyring
from node.backup import keyfile, sealed
from node.backup.sealed import Recipient, by_passphrase
from node.errors import Damaged, Forbidden, NotFound, Stale
from tests.node.fakes import SeededEntropy

WORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def to() -> Recipient:
    return sealed.recipient(WORD, SeededEntropy())


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """Three pairs: of now and two before."""
    directory = tmp_path / "node"
    directory.mkdir()
    for number, name in enumerate(("keys", "keys.former", "keys.former-1")):
        keyring.make(directory / name, SeededEntropy(number + 1))
    (directory / "marker").write_bytes(b"m")
    return directory


def test_every_pair_comes_back_and_the_marker_doesnt(node: Path, tmp_path: Path, to: Recipient) -> None:
    file, back = tmp_path / "k", tmp_path / "back"
    back.mkdir()
    assert keyfile.write(node, file, to, 1, SeededEntropy()) == 3
    assert file.stat().st_mode & 0o077 == 0
    assert keyfile.read(file, by_passphrase(lambda: WORD), back) == 3
    assert sorted(one.name for one in back.iterdir()) == ["keys", "keys.former", "keys.former-1"]
    for name in ("keys", "keys.former", "keys.former-1"):
        assert keyring.load(back / name).node == keyring.load(node / name).node


def test_no_file_is_written_over(node: Path, tmp_path: Path, to: Recipient) -> None:
    (tmp_path / "k").write_bytes(b"other")
    with pytest.raises(Stale):
        keyfile.write(node, tmp_path / "k", to, 1, SeededEntropy())
    assert (tmp_path / "k").read_bytes() == b"other"


def test_nothing_is_put_back_by_a_wrong_passphrase_or_from_no_file(
    node: Path, tmp_path: Path, to: Recipient
) -> None:
    keyfile.write(node, tmp_path / "k", to, 1, SeededEntropy())
    (tmp_path / "back").mkdir()
    with pytest.raises(Forbidden):
        keyfile.read(tmp_path / "k", by_passphrase(lambda: "not the passphrase"), tmp_path / "back")
    with pytest.raises(NotFound):
        keyfile.read(tmp_path / "none", by_passphrase(lambda: WORD), tmp_path / "back")
    assert list((tmp_path / "back").iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "keys/../../evil", "marker", "keys/a/b"])
def test_a_file_made_by_an_enemy_reaches_no_other_place(tmp_path: Path, to: Recipient, name: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with (tmp_path / "k").open("wb") as file:
        sealed.seal_file(io.BytesIO(packed.getvalue()), file, to, keyfile.WHAT, 1, SeededEntropy())
    back = tmp_path / "deep" / "back"
    back.mkdir(parents=True)
    with pytest.raises(Damaged):
        keyfile.read(tmp_path / "k", by_passphrase(lambda: WORD), back)
    assert list(back.iterdir()) == [] and sorted(one.name for one in tmp_path.iterdir()) == ["deep", "k"]
