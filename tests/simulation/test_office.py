"""What a node signed before it died is told of in its next life, and was signed by the clock that it had then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store import settings
from node.work import HIGH_WATER
from node.writer import Writer
from sync_protocol.clock import from_ms
from tests.simulation import planting
from tests.simulation.checkers.checker import Breach
from tests.simulation.clocks import YEAR_MS
from tests.simulation.disk import VFS, Killed, Trouble
from tests.simulation.faults import Phase
from tests.simulation.marker import WorldMarker
from tests.simulation.office import Gone, Office
from tests.simulation.world import World


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Office]:
    VFS.disks.clear()
    world = World(1, tmp_path)
    root = world.offices["n0"] = Office(world, "n0", "37", None)
    with planting.cheap_passwords():
        planting.found(root)
    yield root
    root.give_up()


def sign_and_die(root: Office) -> None:
    """It is killed behind what it signs, which is durable."""
    data, _ = root.world.people._data("register", root, None)

    def signing(writer: Writer) -> None:
        params = {"matter": "ticket", "verb": "register", "record": None, "data": data}
        writer.do("act", params, root.staff[0])
        raise Killed

    with pytest.raises(Gone):
        root.work(Phase.ACTING, signing)


def test_a_clock_that_is_put_right_behind_a_death_was_the_nodes_nevertheless(root: Office) -> None:
    """Seed 780606."""
    seen, known = root.seen_row, root.high_ms
    root.clock.step(2 * YEAR_MS)
    sign_and_die(root)
    root.clock.put_right()
    root.start()
    assert root.seen_row > seen and root.high_ms >= known + 2 * YEAR_MS


def test_so_was_that_of_a_death_while_it_was_opened(root: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its marker is gone: it begins a log, and dies before it has another marker."""

    def die(*_: object) -> None:
        raise Killed

    seen = root.seen_row
    root.die(Trouble.KILL)
    root.marked.note = None
    root.clock.step(2 * YEAR_MS)
    with monkeypatch.context() as patch, pytest.raises(Gone):
        patch.setattr(WorldMarker, "note", die)
        root.start()
    root.clock.put_right()
    root.start()
    assert root.seen_row > seen


def test_a_time_that_its_clock_never_had_is_a_breach_though_it_died_at_it(root: Office) -> None:
    def misled(writer: Writer) -> None:
        with writer.work() as work:
            settings.put_number(work.db, HIGH_WATER, from_ms(work.now_ms + 2 * YEAR_MS))

    root.work(Phase.ACTING, misled)
    sign_and_die(root)
    with pytest.raises(Breach, match="R8: n0 signed 63072000 s ahead"):
        root.start()
