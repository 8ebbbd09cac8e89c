"""kill -9, and two that want to write (promises R1, R2, R7; design 4, locks)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from node.lock import Lock
from tests.acceptance.office import Office, Tree, act, given

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]

NOTES = 40
READ = 12


@pytest.fixture(scope="module")
def record(tree: Tree) -> str:
    return given(tree, "停电时的工单", tree.counties[0])


@pytest.fixture(scope="module")
def refused(alone: Office) -> Iterator[subprocess.Popen[bytes]]:
    """A command that waits for the lock of a node that never gives it free. It waits ten seconds, beside
    the other tests."""
    with Lock.take(alone.directory, 0):
        words = ["--json", "ticket", "register", "--channel", "visit", "--class", "enquiry",
                 "--topic", "legal/labour", "--narrative", "x"]  # fmt: skip
        waiting = alone.begin(*words, staff="op", stdout=subprocess.PIPE)
        yield waiting
        waiting.kill()


def _notes(office: Office, record: str, word: str) -> subprocess.Popen[bytes]:
    path = office.file([act("note", record, text=f"{word}{turn}") for turn in range(NOTES)])
    return office.begin("batch", str(path), staff="op", stdout=subprocess.PIPE)


def _first(batch: subprocess.Popen[bytes], count: int) -> list[str]:
    """The changes of the first result lines."""
    assert batch.stdout is not None
    return [json.loads(batch.stdout.readline())["change"] for _ in range(count)]


def _rest(batch: subprocess.Popen[bytes]) -> tuple[list[str], list[str]]:
    """(changes, codes of errors) of the lines behind."""
    out, _ = batch.communicate(timeout=60)
    lines = [json.loads(line) for line in out.splitlines() if line.endswith(b"}")]
    return [one["change"] for one in lines if "change" in one], [
        one["error"]["code"] for one in lines if "error" in one
    ]


def _kept(office: Office, record: str, word: str) -> list[tuple[str, str]]:
    """(change, text) of the notes whose text begins with `word`, all of which stand."""
    lines = [one for one in office.show(record)["timeline"] if one["words"].get("text", "").startswith(word)]
    assert {one["verdict"] for one in lines} <= {"stands"}
    return [(one["change"], one["words"]["text"]) for one in lines]


def _whole(office: Office, record: str) -> None:
    assert office.problems() == []
    assert [one for one in office.exceptions() if one["record"] == record] == []


def test_a_second_run_is_refused_at_once(tree: Tree, refused: object) -> None:
    done = tree.city("run", "--no-tui", "--listen", "127.0.0.1:0", staff=None)
    assert (done.code, done.error) == (8, "locked")


def test_what_was_printed_survives_the_death_of_the_childs_node(tree: Tree, record: str) -> None:
    county = tree.counties[0]
    batch = _notes(county, record, "甲")
    printed = _first(batch, READ)
    county.kill()
    more, errors = _rest(batch)
    assert errors in (["daemon_gone"], ["no_daemon"]) and batch.returncode == 6
    county.start()
    kept = _kept(county, record, "甲")
    assert {*printed, *more} <= {change for change, _ in kept}
    assert [text for _, text in kept] == [f"甲{turn}" for turn in range(len(kept))], (
        "the first ones, none twice"
    )
    tree.quiet()
    assert _kept(tree.province, record, "甲") == kept
    assert county.ok("verify", "--every-signature", staff=None)["ok"]
    _whole(county, record)


def test_what_was_printed_survives_the_death_of_the_writing_command(tree: Tree, record: str) -> None:
    county = tree.counties[0]
    county.stop()
    batch = _notes(county, record, "乙")
    printed = _first(batch, READ)
    batch.kill()
    more, _ = _rest(batch)
    county.acts(act("note", record, text="乙的后一条"))
    county.start()
    kept = _kept(county, record, "乙")
    assert {*printed, *more} <= {change for change, _ in kept} and len(kept) <= NOTES
    _whole(county, record)


def test_the_parents_death_in_the_middle_of_an_exchange_loses_nothing(tree: Tree, record: str) -> None:
    county = tree.counties[0]
    batch = _notes(county, record, "丙")
    printed = _first(batch, READ)
    tree.city.kill()
    more, errors = _rest(batch)
    assert (errors, batch.returncode, len(printed) + len(more)) == ([], 0, NOTES)
    down = county("sync", "--once", staff=None)
    assert (down.code, down.error) == (6, "line_down")
    tree.city.start()
    assert county.ok("sync", "--once", staff=None)["complete"]
    tree.quiet()
    assert [change for change, _ in _kept(tree.province, record, "丙")] == [*printed, *more]
    _whole(tree.city, record)


def test_the_parents_own_work_survives_its_death(tree: Tree, record: str) -> None:
    batch = _notes(tree.city, record, "丁")
    printed = _first(batch, READ)
    tree.city.kill()
    more, _ = _rest(batch)
    tree.city.start()
    kept = _kept(tree.city, record, "丁")
    assert {*printed, *more} <= {change for change, _ in kept}
    for office in (tree.city, tree.counties[0]):
        office.ok("sync", "--once", staff=None)
    tree.quiet()
    assert _kept(tree.counties[0], record, "丁") == _kept(tree.province, record, "丁") == kept
    assert _heads(tree.city, tree.city.code) == _heads(tree.province, tree.city.code), "no log has forked"


def _heads(office: Office, unit: str) -> set[tuple[str, int, str]]:
    """Where the logs of a unit and those below it stand here."""
    return {(one["log"], one["seq"], one["id"]) for one in office.heads() if f"/{unit}" in one["unit"]}


def test_a_command_without_a_daemon_gives_up_behind_the_lock(refused: subprocess.Popen[bytes]) -> None:
    out, _ = refused.communicate(timeout=60)
    assert (refused.returncode, json.loads(out)["error"]["code"]) == (8, "locked")
