from __future__ import annotations

from pathlib import Path

import pytest

from node import config as configuration
from node.backup.places import settings
from node.backup.places.settings import Replica, named, of_text, replicas
from node.config import Config
from node.errors import Forbidden, NotFound, Usage

HOST_KEY = "ssh-ed25519 AAAA"


def _loaded(directory: Path, text: str, **environ: str) -> Config:
    (directory / "node.toml").write_text(text, encoding="utf-8")
    return configuration.load(directory, environ=environ)


def test_the_path_alone_is_one_directory_as_before(tmp_path: Path) -> None:
    (found,) = replicas(Config(tmp_path))
    assert (found.name, found.kind, found.path) == ("file", "file", str(tmp_path / "backup"))


def test_a_path_means_the_same_wherever_it_is_asked_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Litestream runs in the node's directory: given a relative one (`--dir n`) it wrote to n/n/backup."""
    monkeypatch.chdir(tmp_path)
    (found,) = replicas(Config(Path("n")))
    assert found.path == str(tmp_path / "n" / "backup")
    table = {"url": f"sftp://qiao@h/b?host_key={HOST_KEY.replace(' ', '%20')}", "key_file": "id"}
    assert replicas(Config(Path("n"), backup_replicas=[table]))[0].key_path == str(tmp_path / "n" / "id")


def test_several_are_read_and_a_directory_comes_first(tmp_path: Path) -> None:
    config = _loaded(tmp_path, f"""
[[backup.replica]]
name = "nas"
kind = "sftp"
url = "sftp://qiao@10.0.0.8:2222/srv/b"
host_key = "{HOST_KEY}"
key_file = "id"
[[backup.replica]]
kind = "s3"
url = "s3://bucket/pre/fix"
endpoint = "https://oss.example.org"
[[backup.replica]]
name = "disk"
path = "/mnt/disk"
""")  # fmt: skip
    disk, nas, cloud = replicas(config)
    assert (disk.name, disk.path) == ("disk", "/mnt/disk")
    assert (nas.host, nas.port, nas.user, nas.path, nas.host_key) == (
        "10.0.0.8",
        2222,
        "qiao",
        "/srv/b",
        HOST_KEY,
    )
    assert nas.key_path == str(tmp_path / "id") and nas.shown == "sftp://qiao@10.0.0.8:2222/srv/b"
    assert (cloud.name, cloud.host, cloud.path) == ("s3-2", "bucket", "pre/fix")
    assert named(config, "nas") == nas and named(config, "/other").path == "/other"


def test_the_variable_names_places_too(tmp_path: Path) -> None:
    config = _loaded(tmp_path, "", QIAO_BACKUP_REPLICA="/mnt/a s3://b/c?endpoint=http://x")
    assert [one.shown for one in replicas(config)] == ["/mnt/a", "s3://b/c"]


@pytest.mark.parametrize(
    "entry",
    [
        "paht = '/x'", "path = 1", "name = 'x'", "kind = 'sftp'\npath = '/x'", "name = 'A b'\npath = '/x'",
        "url = 'ftp://x/y'", "url = 'sftp://u@h/p'", "url = 'sftp://u:geheim@h/p'\nhost_key = 'k'",
        "url = 's3://b/c?secret=geheim'", "url = 'sftp://h/p'\nhost_key = 'k'",
    ],
)  # fmt: skip
def test_a_wrong_entry_is_told_and_a_secret_in_it_isnt(tmp_path: Path, entry: str) -> None:
    config = _loaded(tmp_path, f"[[backup.replica]]\n{entry}\n")
    with pytest.raises(Usage) as caught:
        replicas(config)
    assert caught.value.code == "bad_config" and str(tmp_path / "node.toml") in caught.value.text
    assert ":geheim" not in caught.value.text


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    config = _loaded(
        tmp_path, "[[backup.replica]]\nname='a'\npath='x'\n[[backup.replica]]\nname='a'\npath='y'\n"
    )
    with pytest.raises(Usage):
        replicas(config)


def test_a_secret_comes_from_its_own_variable_the_common_one_or_a_file_of_the_owner(tmp_path: Path) -> None:
    one = Replica("my-nas", "sftp", "/", secret_file="pw", directory=tmp_path)
    (tmp_path / "pw").write_text("from the file\n")
    (tmp_path / "pw").chmod(0o600)
    assert one.secret({}) == "from the file"
    assert one.secret({settings.SECRET: "common"}) == "common"
    assert one.secret({settings.SECRET: "common", "QIAO_BACKUP_SECRET_MY_NAS": "own"}) == "own"
    (tmp_path / "pw").chmod(0o640)
    with pytest.raises(Forbidden) as loose:
        one.secret({})
    (tmp_path / "pw").unlink()
    with pytest.raises(NotFound) as none:
        one.secret({})
    assert (loose.value.code, none.value.code) == ("loose_secret", "no_secret")


def test_an_url_says_all_but_the_secret() -> None:
    found = of_text("sftp://u@h/p%20q?host_key=ssh-ed25519%20AAAA&secret_file=/s", Path())
    assert (found.path, found.host_key, found.secret_file) == ("/p q", HOST_KEY, "/s")
