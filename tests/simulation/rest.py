"""The end of a run: faults stop, everybody is there again, and links are worked until nothing moves."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from node import digests
from node.errors import Stale
from sync_protocol import clock
from sync_protocol.limits import AHEAD_MS
from tests.simulation.caller import FAILURES
from tests.simulation.clocks import DAY_MS, HOUR_MS
from tests.simulation.faults import Phase
from tests.simulation.office import Office

if TYPE_CHECKING:
    from tests.simulation.world import World


_HELD = "SELECT id FROM commit_ WHERE held OR time > ? LIMIT 1"
PATIENCE_MS = (
    2 * HOUR_MS
)  # a node that a copy of itself has overtaken waits an hour before it begins another log


def stop_faults(world: World) -> None:
    world.say("faults stop")
    world.wire.heal()
    world.twins.end()
    world.enemies.clear()
    world.pass_time(PATIENCE_MS)
    for office in world.offices.values():
        office.disk.disarm()
        office.clock.put_right()
        if not office.up:
            office.start()
    tick(world)
    bring_in(world)
    have_compared(world)


def bring_in(world: World) -> None:
    """Who isn't enrolled is, below whoever isn't himself too, and behind what says where he stands now."""
    for _ in range(len(world.callers)):
        outside = [one for one in world.callers.values() if not one.office.enrolled]
        if not outside:
            return
        for caller in outside:
            with suppress(*FAILURES):
                vouch_for_clocks(world, caller.parent)
                caller.join_without_faults()
        if any(not one.office.enrolled for one in outside):
            one_round(world)
    raise world.breach("R13", f"{outside[0].office.name} can't be brought in")


def vouch_for_clocks(world: World, office: Office) -> None:
    """What an office signed while its clock ran years ahead, an enrolment of its child among it, it signs again once
    somebody has said that the clock is right now: at the root a person, elsewhere the parent."""
    for one in reversed(world.upwards(office.name)):
        if one.parent is not None:
            world.callers[one.name].full_round()
            continue
        one.work(Phase.ACTING, lambda writer: writer.tick())
        with suppress(Stale):
            one.work(Phase.ACTING, lambda writer: writer.do("clock", {"confirm": True}, world.root.staff[0]))


def have_compared(world: World) -> None:
    """A parent that withholds isn't defended against (3.12): nothing on the line tells that its child lacks
    something. The 核对码, read out over the telephone, does; so these links alone somebody has compared, once."""
    for name in sorted(world.misled & world.callers.keys()):
        world.offices[name].work(Phase.RECONCILING, lambda writer: writer.compare())


def any_held(world: World) -> bool:
    """Or such as its author doesn't hold alone, as somebody is still to say that the clock is right by which it was to
    be; anybody else would (seed 500029)."""
    return any(_has_held(world, office) for office in world.offices.values())


def _has_held(world: World, office: Office) -> bool:
    ahead = clock.from_ms(world.now_ms + AHEAD_MS)
    with office.read() as db:
        return db.exec_driver_sql(_HELD, (ahead,)).first() is not None


def let_held_come(world: World) -> None:
    """What was signed far ahead is held until its time comes: here it comes."""
    latest = max(one.newest_ms for one in world.offices.values())
    world.pass_time(max(0, latest - world.now_ms) + DAY_MS)
    tick(world)


def tick(world: World) -> None:
    for office in world.offices.values():
        office.work(Phase.ACTING, lambda writer: writer.tick())


def one_round(world: World) -> int:
    """Every link once, in any order. Returns how many commits moved."""
    callers = [one for one in world.callers.values() if one.office.enrolled]
    world.random.shuffle(callers)
    return sum(caller.full_round() for caller in callers)


def write_off(world: World) -> None:
    """What an office lost with its disk, and nobody beside or above it has: those who have it called it once, and were
    moved away before they gave it back. They don't hand it to their new parent: its records needn't be for that one
    to see, and a bare header would give nobody the act back. Nothing is excused that any office has which was never
    moved away from its author, nor what that one still has, or has back."""
    for name, lost in world.ledger.lost.items():
        if name not in world.offices:
            continue
        near = {one.name for one in world.upwards(name)}
        left = {one for one in lost if world.authors.get(one) == name and one not in world.ledger.gone}
        for commit in left:
            holders = [one for one in world.offices.values() if commit in world.ledger.holds(one.name)]
            if holders and all(one.name not in near and _was_moved_away(world, one, name) for one in holders):
                world.say(f"{commit.hex()[:8]} of {name} is with {[one.name for one in holders]} alone")
                world.ledger.gone.add(commit)


def _was_moved_away(world: World, office: Office, author: str) -> bool:
    """Whether it, or somebody above it, called that office once, and it isn't below that one now."""
    above = [one.name for one in world.upwards(office.name)]
    return author not in above and any((one, author) in world.parted for one in above)


def apart_links(world: World) -> list[str]:
    """Links whose two ends don't agree on what the child is entitled to, or that go elsewhere than to the office
    above it."""
    found = []
    for caller in world.callers.values():
        child, parent = caller.office, caller.parent
        if child.path != world.now(child.path) or child.path != f"{parent.path}/{child.code}":
            found.append(f"{child.name} calls {parent.name} and is at {world.now(child.path)}")
        mine, theirs = digest(child, child.path), digest(parent, child.path)
        if mine != theirs:
            found.append(f"{child.name} {mine} and {parent.name} {theirs}")
    return found


def digest(office: Office, path: str) -> tuple[str, int]:
    with office.read() as db:
        found = digests.digest(db, path)
    return found["digest"][:12], found["records"]
