"""What is so of a node that is there: files, database, line, backup, people, registry."""

from __future__ import annotations

import datetime
import http.client
import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver

from node import certificate, glance
from node.backup import account
from node.doctor import backup, channel, clock, database, line, permissions, standing
from node.doctor.finding import Level, Site
from tests.node.doctor.looking import found, level

OK, WARNING, RED = Level


@pytest.fixture(scope="module")
def whole(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city's node; nobody writes to it."""
    target = tmp_path_factory.mktemp("whole") / "c"
    shutil.copytree(planted / "c", target)
    return target


@pytest.fixture
def own(planted: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(planted / "c", tmp_path / "c"))


def _site(directory: Path, **status: Any) -> Site:
    """As if `status` said so."""
    site = Site(directory)
    site.__dict__["status"] = {**glance.status(directory), **status}
    return site


def test_a_directory_open_to_others_is_told(own: Path) -> None:
    own.chmod(0o755)
    assert level(permissions.permissions, own, "permissions") is WARNING
    own.chmod(0o700)
    assert level(permissions.permissions, own, "permissions") is OK


def test_keys_that_others_can_read_are_red_former_ones_as_well(own: Path) -> None:
    assert level(permissions.private, own) is OK
    former = own / "keys.former"
    shutil.copytree(own / "keys", former)
    (former / "sign.pem").chmod(0o644)
    (one,) = found(permissions.private, own).values()
    assert one.level is RED and "keys.former/sign.pem" in one.sentence


def test_what_the_hint_says_mends_the_keys(own: Path) -> None:
    (own / "keys" / "sign.pem").chmod(0o666)
    (one,) = found(permissions.private, own).values()
    assert os.system(one.hint) == 0
    assert level(permissions.private, own) is OK


def test_a_node_without_keys_is_red(own: Path) -> None:
    shutil.rmtree(own / "keys")
    assert level(permissions.private, own) is RED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_red(own: Path) -> None:
    os.chown(own / "node.db", 65534, 65534)
    assert level(permissions.permissions, own, "owners") is RED


def test_a_database_that_can_be_used_is_well(whole: Path) -> None:
    assert level(database.database, whole) is OK
    assert level(database.projection, whole) is OK
    assert found(database.wal, whole) == {} and found(database.integrity, whole) == {}


def test_a_damaged_database_is_red(own: Path) -> None:
    (own / "node.db").write_bytes(b"rubbish" * 2000)
    assert level(database.database, own) is RED


def test_a_write_ahead_log_that_grew_is_told(own: Path) -> None:
    with (own / "node.db-wal").open("wb") as file:
        file.truncate(database.LARGE_WAL + 1)
    assert level(database.wal, own) is WARNING


def test_projections_of_another_program_are_told(own: Path) -> None:
    with driver.connect(str(own / "node.db")) as db:
        db.execute("UPDATE setting SET value = x'00' WHERE name = 'projection'")
    assert level(database.projection, own) is WARNING


def test_every_page_is_looked_at_where_all_is_asked_for(whole: Path) -> None:
    every = found(database.integrity, whole, full=True)
    assert {name: one.level for name, one in every.items()} == {"integrity": OK, "foreign_keys": OK}


def test_a_damaged_page_is_found(own: Path) -> None:
    """Behind the first pages, so that the file still opens."""
    with driver.connect(str(own / "node.db")) as db:
        db.execute("PRAGMA journal_mode=DELETE")
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'commit_'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (own / "node.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(os.urandom(size))
    assert level(database.integrity, own, "integrity", full=True) is RED


def test_a_reference_to_nothing_is_found(own: Path) -> None:
    with driver.connect(str(own / "node.db")) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        db.execute("DELETE FROM log")
    assert level(database.integrity, own, "foreign_keys", full=True) is RED


def test_the_time_given_bounds_the_look(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "STEPS", 100)
    every = found(database.integrity, own, full=True, seconds=-1)
    assert every["integrity"].level is WARNING and "--seconds" in every["integrity"].hint


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"clock_offset_ms": 900, "clock_question": None}, OK),
        ({"clock_offset_ms": -70_000, "clock_question": None}, WARNING),
        ({"clock_offset_ms": 0, "clock_question": "对吗？"}, RED),
    ],
)
def test_the_clock_against_the_parents(whole: Path, status: dict[str, Any], told: Level) -> None:
    assert level(clock.offset, _site(whole, **status)) is told


def test_a_root_has_no_line(planted: Path) -> None:
    assert found(line.line, planted / "p") == {} and found(line.exchange, planted / "p") == {}


def test_a_name_that_doesnt_resolve_and_a_port_where_nothing_listens_are_red(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own / "node.toml").write_text('parent = "http://127.0.0.1:9"\n')
    assert level(line.line, own) is RED

    def unknown(*_words: object, **_more: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert level(line.line, own) is RED


@pytest.mark.parametrize(
    ("answer", "told"),
    [(200, OK), (503, WARNING), (404, RED), (None, RED), (http.client.BadStatusLine("x"), RED)],
)
def test_what_the_parent_answers(answer: object, told: Level) -> None:
    assert line.judged(answer, 12, "http://127.0.0.1:1").level is told


def test_what_takes_too_long_is_given_up() -> None:
    gate = socket.socketpair()
    assert line.within(0.01, lambda: gate[0].recv(1)) is None
    gate[1].send(b"x")
    assert line.within(20, lambda: 7) == 7
    assert isinstance(line.within(20, lambda: 1 / 0), ZeroDivisionError)


@pytest.mark.parametrize(("age", "told"), [(None, WARNING), (30, OK), (8 * 24 * 3600, RED)])
def test_when_the_parent_was_heard_last(
    whole: Path, monkeypatch: pytest.MonkeyPatch, age: int | None, told: Level
) -> None:
    monkeypatch.setattr(glance, "counts", lambda _directory: {"parent_seen_seconds": age})
    assert level(line.exchange, whole) is told


@pytest.mark.parametrize(
    ("settings", "told", "says"),
    [
        ('parent = "http://10.0.0.1:7000"', WARNING, "TLS"),
        ('parent = "https://qiao.example.org"', OK, "上级的密钥"),
        ('parent = "https://qiao.example.org"\n[tls]\nca = "system"', OK, "机构"),
        ('parent = "http://127.0.0.1:7000"', OK, "本机"),
        ('parent = "http://10.0.0.1:7000"\n[tls]\nrequired = true', RED, "tls.required"),
    ],
)
def test_whether_the_line_is_encrypted_and_by_what(own: Path, settings: str, told: Level, says: str) -> None:
    (own / "node.toml").write_text(f"{settings}\n")
    one = found(channel.channel, own)["channel"]
    assert one.level is told and says in one.sentence


def test_children_that_come_in_clear_are_named(whole: Path) -> None:
    child = {"commits": 0, "oldest": None, "last_seen": None}
    below = {
        "370000/370200/1": {**child, "channel": "plain"},
        "370000/370200/2": {**child, "channel": "pinned"},
    }
    one = found(channel.channel, _site(whole, pending_down=below))["channel_down"]
    assert one.level is WARNING and "370200/1" in one.sentence and "370200/2" not in one.sentence
    assert "channel_down" not in found(channel.channel, _site(whole, pending_down={}))


def test_a_certificate_that_is_gone_or_ends_soon_is_told(own: Path) -> None:
    assert found(channel.certificate, own) == {}
    (own / "node.toml").write_text('[web]\ncertificate = "keys/web.pem"\nprivate_key = "keys/web.pem"\n')
    assert level(channel.certificate, own) is RED
    made, _ = certificate.own(own, ["localhost"], datetime.datetime.now(datetime.UTC))
    (own / "node.toml").write_text(f'[web]\ncertificate = "{made}"\nprivate_key = "{made}"\n')
    assert level(channel.certificate, own) is OK
    days = channel.days_left(made)
    assert days is not None and days > channel.SOON_DAYS


@pytest.mark.parametrize(("days", "told"), [(29, WARNING), (-1, RED)])
def test_how_long_a_certificate_is_good_for(
    own: Path, monkeypatch: pytest.MonkeyPatch, days: int, told: Level
) -> None:
    (own / "node.toml").write_text('[web]\ncertificate = "x"\nprivate_key = "x"\n')
    monkeypatch.setattr(channel, "days_left", lambda _path: days)
    assert level(channel.certificate, own) is told


@pytest.mark.parametrize(
    ("age", "verified", "colour", "told"),
    [
        (None, None, account.RED, (RED, WARNING)),
        (0.0, 3600.0, account.GREEN, (OK, OK)),
        (60.0, None, account.YELLOW, (WARNING, WARNING)),
        (3 * 24 * 3600.0, 3600.0, account.RED, (RED, OK)),
    ],
)
def test_how_old_the_backup_is_and_when_one_was_verified(
    whole: Path,
    monkeypatch: pytest.MonkeyPatch,
    age: float | None,
    verified: float | None,
    colour: str,
    told: tuple[Level, Level],
) -> None:
    summary = {"age_seconds": age, "verified_seconds": verified, "colour": colour}
    monkeypatch.setattr(account, "summary", lambda _config: summary)
    seen = found(backup.backup, whole)
    assert (seen["backup"].level, seen["drill"].level) == told


@pytest.mark.parametrize(
    ("faults", "levels"),
    [
        (("", ""), {}),
        (("backup_emptied", "backup_first"), {"backup_places": RED, "backup_first": WARNING}),
        (("", "backup_full"), {"backup_places": WARNING}),
    ],
)
def test_what_is_wrong_at_which_place_is_told(
    whole: Path, monkeypatch: pytest.MonkeyPatch, faults: tuple[str, str], levels: dict[str, Level]
) -> None:
    every = [
        {"name": name, "place": f"/{name}", "fault": fault, "age_seconds": 9000}
        for name, fault in zip(("disk", "nas"), faults, strict=True)
    ]
    summary = {"replicas": every, "instead": account.instead(every)}
    monkeypatch.setattr(account, "summary", lambda _config: summary)
    seen = found(backup.places, whole)
    assert {name: one.level for name, one in seen.items()} == levels
    assert all("nas" in one.sentence for one in seen.values())


def test_a_backup_that_is_off_and_one_on_the_same_disk_are_told(own: Path) -> None:
    assert level(backup.apart, own) is WARNING
    both = '[[backup.replica]]\npath = "backup"\n[[backup.replica]]\npath = "/dev/shm/qiao"\nname = "elsewhere"\n'
    (own / "node.toml").write_text(both)
    assert found(backup.apart, own) == {}, "one elsewhere is enough"
    (own / "node.toml").write_text("[backup]\nenabled = false\n")
    assert level(backup.backup, own) is WARNING and found(backup.apart, own) == {}


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ({"registry_age_seconds": 60, "registry_missing": 0}, OK),
        ({"registry_age_seconds": 8 * 24 * 3600, "registry_missing": 0}, WARNING),
        ({"registry_age_seconds": None, "registry_missing": 0}, WARNING),
        ({"registry_age_seconds": 60, "registry_missing": 2}, RED),
        ({"standing": "revoked"}, RED),
        ({"standing": "denied"}, RED),
    ],
)
def test_the_registry(whole: Path, status: dict[str, Any], told: Level) -> None:
    assert level(standing.registry, _site(whole, **status)) is told


def test_somebody_must_be_able_to_let_people_in(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from node.face import Node

    with Node.open(whole) as node:
        people = [{"unit": node.unit, "roles": ["admin"], "disabled": False}]
    for told, change in (
        (OK, {}),
        (RED, {"disabled": True}),
        (RED, {"roles": ["handler"]}),
        (RED, {"unit": "x"}),
    ):
        monkeypatch.setattr(Node, "staff", lambda _self, change=change: [{**people[0], **change}])
        assert level(standing.staff, whole) is told


def test_years_without_a_calendar_are_named(whole: Path) -> None:
    assert found(standing.calendar, _site(whole, calendar_missing=[])) == {}
    (one,) = found(standing.calendar, _site(whole, calendar_missing=[2031])).values()
    assert one.level is WARNING and "2031" in one.sentence


@pytest.mark.parametrize(("count", "told"), [(0, OK), (4, WARNING)])
def test_exceptions_that_wait(whole: Path, count: int, told: Level) -> None:
    assert level(standing.exceptions, _site(whole, exceptions=count)) is told


def test_a_marker_of_another_file_tells_a_copy(own: Path, planted: Path) -> None:
    """The copy that the test made is one."""
    assert level(standing.marker, own, "marker") is WARNING
    assert level(standing.marker, planted / "c", "marker") in (OK, WARNING)


def test_two_machines_on_one_directory_are_told(whole: Path) -> None:
    life = {"reason": "shown", "at": "2026-11-21T10:00:00+08:00"}
    assert found(standing.lives, _site(whole, lives=[life])) == {}
    assert level(standing.lives, _site(whole, lives=[life, life])) is RED
