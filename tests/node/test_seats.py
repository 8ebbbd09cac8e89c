"""Links and seats: each link once, each name one seat, nothing that gives a secret away."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from node.entropy import SystemEntropy
from node.errors import DiskTrouble, NotFound, Usage
from node.seats import LINK_MS, SEAT_MS, Seats


class Now:
    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def seats(tmp_path: Path, now: Now) -> Seats:
    return Seats(tmp_path, now, SystemEntropy())


def opened(seats: Seats, name: str) -> str:
    taken = seats.take(seats.link(name))
    assert taken is not None
    return taken[0]


def test_a_link_becomes_a_seat_once(seats: Seats) -> None:
    token = seats.link("op1")
    taken = seats.take(token)
    assert taken is not None
    secret, seat = taken
    assert seats.seat(secret) == seat and seat.name == "op1" and seats.stands(seat)
    assert seats.take(token) is None


def test_of_two_that_take_a_link_at_once_one_gets_the_seat(seats: Seats) -> None:
    for _ in range(20):
        token = seats.link("op1")
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda _n, token=token: seats.take(token), range(8)))
        assert sum(one is not None for one in taken) == 1


def test_a_newer_link_makes_the_older_one_worthless_and_its_use_ends_the_seat(seats: Seats) -> None:
    older, secret = seats.link("op1"), ""
    secret = opened(seats, "op1")
    assert seats.take(older) is None
    token = seats.link("op1")
    assert seats.seat(secret) is not None
    assert seats.take(token) is not None
    assert seats.seat(secret) is None


def test_links_and_seats_of_other_names_stay(seats: Seats) -> None:
    one, other = opened(seats, "op1"), opened(seats, "op2")
    seats.end("op1")
    assert seats.seat(one) is None and seats.seat(other) is not None
    with pytest.raises(NotFound) as told:
        seats.end("op1")
    assert told.value.code == "no_seat"


def test_a_link_and_a_seat_have_their_time(seats: Seats, now: Now) -> None:
    late, secret = seats.link("late"), opened(seats, "op1")
    now.ms += LINK_MS + 1
    assert seats.take(late) is None and seats.seat(secret) is not None
    now.ms += SEAT_MS
    assert seats.seat(secret) is None and seats.every() == []


def test_what_is_listed_gives_no_secret_away(seats: Seats, tmp_path: Path) -> None:
    token, secret = seats.link("link"), opened(seats, "seat")
    assert [(one.name, opened) for one, opened in seats.every()] == [("link", False), ("seat", True)]
    written = "".join(f"{path} {path.read_text()}" for path in tmp_path.rglob("*") if path.is_file())
    assert token not in written and secret not in written
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x1b[2J", "x" * 65])
def test_a_name_that_cant_be_shown_is_refused(seats: Seats, name: str) -> None:
    with pytest.raises(Usage):
        seats.link(name)


@pytest.mark.parametrize("token", ["", "0" * 64, "../seats/x", "\ud800", "x" * 10_000])
def test_a_token_that_nobody_made_opens_nothing(seats: Seats, token: str) -> None:
    opened(seats, "op1")
    assert seats.take(token) is None and seats.seat(token) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 1}', json.dumps({"name": "a"}).encode()])
def test_what_a_crash_left_is_no_seat(seats: Seats, tmp_path: Path, content: bytes) -> None:
    secret = opened(seats, "op1")
    place = next((tmp_path / "web" / "seats").iterdir())
    place.write_bytes(content)
    assert seats.seat(secret) is None and seats.every() == []


def test_the_servers_address_is_there_while_it_runs(seats: Seats) -> None:
    assert seats.address() == ""
    seats.serving("https://qiao.example.org:8443")
    assert seats.address() == "https://qiao.example.org:8443"
    seats.serving("")
    assert seats.address() == ""


def test_a_folder_that_cant_be_written_is_told(tmp_path: Path, now: Now) -> None:
    (tmp_path / "web").write_text("")
    with pytest.raises(DiskTrouble):
        Seats(tmp_path, now, SystemEntropy()).link("op1")
