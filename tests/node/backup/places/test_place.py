"""One contract for a directory, an SFTP server and a bucket, each a real one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node.backup.places import settings
from node.backup.places.place import Place, place
from node.errors import Damaged, Forbidden, LineDown
from tests.node.backup.servers import Server

KINDS = ("file", "sftp", "s3")
Far = Callable[[str], Server]
FOREIGN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJoKtFyCpRSXOJVFAvs+0UnWvLaGd6kPtI0SMSkDqiWh"


def _url(kind: str, far: Far, tmp_path: Path) -> str:
    return str(tmp_path / "place") if kind == "file" else far(kind).url(f"{tmp_path.name}/deep")


@pytest.fixture(params=KINDS)
def there(
    request: pytest.FixtureRequest, far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    kind: str = request.param
    if kind != "file":
        monkeypatch.setenv(settings.SECRET, far(kind).secret)
    with place(settings.of_text(_url(kind, far, tmp_path), Path())) as found:
        yield found


def test_what_is_put_is_listed_and_comes_back_byte_for_byte(there: Place, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(300_000))
    there.put("blobs/ab/one", source, 1_700_000_000_000)
    there.put("blobs/ab/two 二", source, 1_700_000_000_000)
    there.put("blobs/ab/one", source, 1_700_000_001_000)  # over it
    assert {name: one.size for name, one in there.listed("blobs").items()} == {
        "blobs/ab/one": 300_000,
        "blobs/ab/two 二": 300_000,
    }
    there.fetch("blobs/ab/one", target)
    assert target.read_bytes() == source.read_bytes() == there.read("blobs/ab/one")
    there.remove("blobs/ab/one")
    there.remove("blobs/ab/one")
    assert list(there.listed("blobs")) == ["blobs/ab/two 二"]


def test_a_piece_keeps_the_time_at_which_it_was_made(there: Place, tmp_path: Path) -> None:
    (tmp_path / "piece").write_bytes(b"piece")
    name = "ltx/9/0000000000000001-0000000000000004.ltx"
    there.put(name, tmp_path / "piece", 1_700_000_000_000)
    assert list(there.listed("ltx")) == [name]
    assert there.made_ms(name) == 1_700_000_000_000


def test_what_isnt_there_is_told_and_nothing_is_made_of_it(there: Place, tmp_path: Path) -> None:
    assert (there.read("owner"), there.listed("nothing")) == (None, {})
    with pytest.raises(Damaged) as caught:
        there.fetch("blobs/none", tmp_path / "target")
    assert caught.value.code == "backup_gone"


@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_a_place_that_doesnt_answer_is_unreachable(
    far: Far, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.SECRET, far(kind).secret)
    with pytest.raises(LineDown) as caught, place(settings.of_text(far(kind).url("x", 1), Path())) as there:
        there.listed("")
    assert caught.value.code == "backup_unreachable"


def test_a_wrong_password_is_refused_and_not_told(sftp: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.SECRET, "another secret")
    with pytest.raises(Forbidden) as caught, place(settings.of_text(sftp.url("x"), Path())):
        pass
    assert caught.value.code == "backup_refused" and "another secret" not in caught.value.text


def test_a_server_with_another_key_is_refused(sftp: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.SECRET, sftp.secret)
    url = settings.of_text(Server("sftp", sftp.port, "", FOREIGN).url("x"), Path())
    with pytest.raises(Forbidden) as caught, place(url):
        pass
    assert caught.value.code == "backup_refused"


def test_a_bucket_without_a_secret_is_refused_before_it_is_dialled() -> None:
    with pytest.raises(Forbidden) as caught, place(settings.of_text("s3://qiao/x", Path())):
        pass
    assert caught.value.code == "backup_refused"


def test_a_directory_that_cant_be_written_is_full_and_nothing_is_half_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with place(settings.of_text("/dev/full/x", Path())) as there, pytest.raises(LineDown):
        there.put("a", tmp_path / "file", 0)
    with place(settings.of_text(str(tmp_path / "file"), Path())) as there, pytest.raises(LineDown):
        there.put("a", tmp_path / "file", 0)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file"]
