"""A copy's doings are the world's to tell from those of the office that it is a copy of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.registry import replacing
from tests.simulation import planting
from tests.simulation.caller import Caller
from tests.simulation.clocks import DAY_MS
from tests.simulation.disk import VFS
from tests.simulation.faults import Phase
from tests.simulation.office import Backup, Office
from tests.simulation.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A root and an office below it."""
    VFS.disks.clear()
    world = World(1, tmp_path)
    with planting.cheap_passwords():
        for name, path, parent in (("n0", "37", None), ("n1", "37/01", "n0")):
            office = world.offices[name] = Office(world, name, path, parent)
            if parent is None:
                planting.found(office)
            else:
                planting.settle_in(office)
                planting.add_staff(office)
                planting.join(world.root, office)
    yield world
    for office in world.machines:
        office.give_up()


def sync(child: Office, parent: Office) -> None:
    """Exchanges until neither has more."""
    assert any(not exchange(child, parent) for _ in range(12)), "they never come to rest"


def exchange(child: Office, parent: Office) -> bool:
    """Whether there is more."""
    asked = child.work(Phase.UP, lambda writer: writer.request(0))
    reply = parent.work(Phase.UP, lambda writer: writer.take(asked)).reply
    assert reply is not None
    return child.work(Phase.UP, lambda writer: writer.take_reply(reply)).more


def put_back_to_before_new_keys(world: World, office: Office, *, known: bool) -> None:
    """`known`: to the root, from which it will hear of them again."""
    sync(office, world.root)  # by whose clock the keys are enrolled
    holds = set(world.ledger.holds(office.name))
    backup = Backup(
        office.disk.image(), office.marked.note, holds, office.seen_row, office.enrolled, office.node
    )
    office.work(Phase.ACTING, lambda writer: writer.do(replacing.OPERATION, {}, office.staff[0]))
    if known:
        sync(office, world.root)
    world.accidents._put_back(office, backup)
    office.start()


def test_a_backup_of_before_the_enrolment_forks_the_log_of_the_keys_that_are_in_it(world: World) -> None:
    """Not of those that followed, which it hears of before it writes by them (seed 200053)."""
    office = world.offices["n1"]
    sync(office, world.root)
    before = office.node
    backup = Backup(office.disk.image(), office.marked.note, set(), office.seen_row, False, before)
    office.work(Phase.ACTING, lambda writer: writer.do(replacing.OPERATION, {}, office.staff[0]))
    assert office.node != before
    world.accidents._put_back(office, backup)
    assert world.forked == {before}


@pytest.mark.parametrize("known", [False, True])
def test_what_a_copy_signs_is_not_its_originals_though_both_were_put_back_to_before_new_keys(
    world: World, known: bool
) -> None:
    office = world.offices["n1"]
    put_back_to_before_new_keys(world, office, known=known)
    office.clock.step(-3 * DAY_MS)
    world.pass_time(2 * DAY_MS)
    copy = world.twins._twin(office, snapshot=False)
    copy.start()  # its marker doesn't fit: it begins a log, at a time that its original never had
    sync(copy, world.root)
    assert (copy.node == office.nodes[-1]) is not known, "it took up the newer keys that it heard of"
    sync(office, world.root)
    theirs = {one for one, machine in world.signers.items() if machine == copy.name}
    assert theirs and theirs & world.ledger.holds("n1")
    assert {world.authors[one] for one in theirs} == {"n1"}
    assert world.upwards("n1") == [office, world.root]


def test_what_a_copy_signs_is_not_its_originals_though_their_keys_were_revoked(world: World) -> None:
    """Nobody is the author of what a stolen machine signs; that isn't news of its own making where it gets it from the
    parent (seed 780178)."""
    office = world.offices["n1"]
    sync(office, world.root)
    copy = world.twins._twin(office, snapshot=True)
    world.callers["n1"] = Caller(world, office)
    world.cast_out(office)
    office.clock.step(-3 * DAY_MS)
    world.pass_time(DAY_MS)
    copy.start()
    assert world.people.register(copy, copy.staff[0])
    signed = {one for one, machine in world.signers.items() if machine == copy.name}
    sync(copy, world.root)
    sync(office, world.root)
    assert signed and signed <= world.ledger.holds("n1")
    assert {world.signers[one] for one in signed} == {copy.name}
