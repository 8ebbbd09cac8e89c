"""Administration (行政): offices are moved to other places of the tree, keys and the root are replaced, whatever
else is under way. No accident, but it meets all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from node.registry import replacing, rooting
from sync_protocol.names import covers, is_above
from tests.simulation.caller import FAILURES, Caller
from tests.simulation.faults import Fault, Phase
from tests.simulation.office import Office

if TYPE_CHECKING:
    from tests.simulation.world import World

_DEEPEST = 3  # tiers below the root


class Administration:
    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.kinds: list[Callable[[], None]] = [self.move, self.move, self.keys, self.root]
        self.papers: list[Path] = []  # with every recovery key that there ever was

    def one(self) -> None:
        self.random.choice(self.kinds)()

    # Places

    def move(self) -> None:
        """An office with all below it goes to another place, by order of somebody above both. Lines may be down, and
        work on its tickets goes on."""
        office = self._any([one for one in self.world.callers.values() if one.office.enrolled])
        if office is None:
            return
        places = [one for one in self.world.offices.values() if self._can_take(one, office)]
        if not places:
            return
        above = self.random.choice(places)
        judges = [
            one
            for one in self.world.offices.values()
            if one.up and is_above(one.path, office.path) and covers(one.path, above.path)
        ]
        if judges:
            self._move(self.random.choice(judges), office, above)

    def _any(self, callers: list[Caller]) -> Office | None:
        return self.random.choice(callers).office if callers else None

    def _can_take(self, above: Office, office: Office) -> bool:
        """A copied office isn't given children: they would call the one, and the other never hear of it."""
        return (
            above.enrolled
            and above.name != office.parent
            and not covers(office.path, above.path)
            and above.depth < _DEEPEST
            and above.name not in self.world.twins.copied
        )

    def _move(self, judge: Office, office: Office, above: Office) -> None:
        params = {"unit": office.path, "to": f"{above.path}/{office.code}"}
        self.world.callees.add(above.name)
        try:
            judge.work(Phase.ACTING, lambda writer: writer.do("registry.move", params, judge.staff[0]))
        except FAILURES:
            return
        self.world.met(Fault.MOVED, judge)
        self.world.say(f"{judge.name} moves {office.name} from {params['unit']} to {params['to']}")

    # Keys

    def keys(self) -> None:
        """An office goes on with new keys. One of which a copy runs, or ran, doesn't: what the copy signs may be what
        the tree keeps of their log, and the new keys with it be void."""
        offices = [
            one
            for one in self.world.offices.values()
            if one.up and one.enrolled and not one.is_root and one.name not in self.world.twins.copied
        ]
        if not offices:
            return
        office = self.random.choice(offices)
        try:
            office.work(
                Phase.ACTING,
                lambda writer: writer.do(replacing.OPERATION, {}, self.random.choice(office.staff)),
                anew=True,
            )
        except FAILURES:
            return
        self._renewed(office, Fault.KEYS)

    def root(self) -> None:
        """By the recovery key: the same machine goes on as the new root, from whatever there is on its disk."""
        root = self.world.root
        if not root.up:
            return
        following = root.folder / f"recovery-{len(self.papers) + 2}.pem"
        private, stolen = rooting._read(self._paper(root)), self.random.random() < 0.5
        try:
            root.work(
                Phase.ACTING,
                lambda writer: rooting._replace(writer, private, following, root.entropy, stolen),
                anew=True,
            )
        except FAILURES:
            return
        finally:
            self.papers += [following] if following.exists() else []
        self._renewed(root, Fault.ROOT)

    def _paper(self, root: Office) -> Path:
        """Where the recovery key is that counts: nobody may ever be left without it."""
        entry = root.registry.root
        assert entry is not None, "it founded itself"
        for paper in [root.folder / "recovery.pem", *self.papers]:
            if rooting._read(paper).public_key().public_bytes_raw() == entry.recovery:
                return paper
        raise self.world.breach("R1", "the recovery key that the root now names is on no paper")

    def _renewed(self, office: Office, fault: Fault) -> None:
        self.world.met(fault, office)
        self.world.say(f"{office.name} goes on as {office.node.hex()[:8]}")
