"""The wait behind wrong passwords: it grows, survives restarts and set clocks, and tells nobody who is known."""

from __future__ import annotations

from typing import Any

import pytest

from node import signin
from node.errors import Forbidden
from tests.node.tree import Tree

RIGHT = "password1"
HOUR_MS = 3_600_000


def told(tree: Tree, staff: Any, password: Any) -> tuple[str, str, str] | None:
    """How a login is refused; None where it isn't."""
    try:
        tree.at("p").do("login", {"staff": staff, "password": password}, None)
    except Forbidden as fault:
        return fault.code, str(fault), fault.hint
    return None


def fail(tree: Tree, times: int, staff: str = "a") -> None:
    for _ in range(times):
        assert told(tree, staff, "wrong") is not None
        tree.clock("p").advance(signin.MOST_MS)


def test_a_slip_or_two_cost_no_time(tree: Tree) -> None:
    for _ in range(signin.FREE - 1):
        told(tree, "a", "wrong")
    assert told(tree, "a", RIGHT) is None


def test_after_several_wrong_ones_the_right_one_has_to_wait_too(tree: Tree) -> None:
    for _ in range(signin.FREE):
        told(tree, "a", "wrong")
    assert told(tree, "a", RIGHT) == told(tree, "a", "wrong")
    tree.clock("p").advance(signin.FIRST_MS - 1)
    assert told(tree, "a", RIGHT) is not None
    tree.clock("p").advance(1)
    assert told(tree, "a", RIGHT) is None
    assert told(tree, "a", "wrong") is not None  # and the count begins anew
    assert told(tree, "a", RIGHT) is None


def test_the_wait_doubles_up_to_a_bound() -> None:
    waits = [signin.wait_ms(failures) for failures in range(signin.FREE, 60)]
    assert waits[:3] == [2_000, 4_000, 8_000]
    assert max(waits) == waits[-1] == signin.MOST_MS == 900_000
    assert [signin.wait_ms(failures) for failures in range(signin.FREE)] == [0, 0, 0]


def test_an_attempt_within_the_wait_makes_it_no_longer(tree: Tree) -> None:
    fail(tree, signin.FREE - 1)
    told(tree, "a", "wrong")
    for _ in range(20):
        told(tree, "a", "wrong")
    tree.clock("p").advance(signin.FIRST_MS)
    assert told(tree, "a", RIGHT) is None


@pytest.mark.parametrize("jump_ms", [-90 * 24 * HOUR_MS, -1, HOUR_MS, 400 * 24 * HOUR_MS])
def test_setting_the_clock_makes_the_wait_no_shorter_and_no_longer(tree: Tree, jump_ms: int) -> None:
    fail(tree, signin.FREE + 8)
    told(tree, "a", "wrong")
    clock = tree.clock("p")
    clock.set(clock.own_ms() + jump_ms)
    clock.advance(signin.MOST_MS - 1)
    assert told(tree, "a", RIGHT) is not None
    clock.advance(1)
    assert told(tree, "a", RIGHT) is None


def test_the_wait_survives_a_restart_of_the_program(tree: Tree) -> None:
    for _ in range(signin.FREE):
        told(tree, "a", "wrong")
    tree.shut("p")
    assert told(tree, "a", RIGHT) is not None
    tree.clock("p").advance(signin.FIRST_MS)
    assert told(tree, "a", RIGHT) is None


def test_a_restart_of_the_machine_begins_the_wait_anew_and_no_more(tree: Tree) -> None:
    for _ in range(signin.FREE):
        told(tree, "a", "wrong")
    tree.shut("p")
    tree.clock("p").steady = 5  # its running time counts from nothing again
    assert told(tree, "a", RIGHT) is not None
    tree.clock("p").advance(signin.FIRST_MS)
    assert told(tree, "a", RIGHT) is None


def test_an_id_that_nobody_has_waits_and_writes_like_any_other(tree: Tree) -> None:
    for staff in ("a", "ghost"):
        answers = {told(tree, staff, "wrong") for _ in range(signin.FREE + 3)}
        assert len(answers) == 1
    rows = tree.one("p", "SELECT count(*) FROM attempt")
    failures = tree.one("p", "SELECT count(DISTINCT failures || steady_ms) FROM attempt")
    assert (rows, failures) == (2, 1)


def test_ids_that_nobody_has_fill_no_more_than_their_share(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "SHARES", 3)
    for number in range(12):
        told(tree, f"ghost{number}", "")
    assert tree.one("p", "SELECT count(*) FROM attempt") == 3
    assert told(tree, "a", RIGHT) is None


def test_one_persons_wrong_passwords_keep_nobody_else_out(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password=RIGHT)
    for _ in range(signin.FREE + 2):
        told(tree, "b", "wrong")
    assert told(tree, "a", RIGHT) is None


@pytest.mark.parametrize("operation", ["staff.passwd", "staff.recover"])
def test_a_new_password_ends_the_wait(tree: Tree, operation: str) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password=RIGHT)
    for _ in range(signin.FREE + 2):
        told(tree, "b", "wrong")
    tree.do("p", operation, id="b", password="another-one")
    assert told(tree, "b", "another-one") is None


def test_without_a_writer_only_a_right_password_with_nothing_wrong_before_is_answered(tree: Tree) -> None:
    reader = tree.reader("p")
    assert reader.login("a", "wrong") is None and reader.login("ghost", RIGHT) is None
    assert reader.login("a", RIGHT) is not None
    told(tree, "a", "wrong")
    assert reader.login("a", RIGHT) is None, "only the writer can end what it has counted"


@pytest.mark.parametrize("staff", ["", None, "\ud800", "a" * 100_000, "? 7"])
def test_an_odd_staff_id_is_refused_like_any_other(tree: Tree, staff: Any) -> None:
    assert told(tree, staff, RIGHT) == told(tree, "a", "wrong")
    assert told(tree, "a", "\ud800") == told(tree, "a", "wrong")
