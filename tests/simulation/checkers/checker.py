"""What a checker is: it sees each piece of work of each node, restarts, and the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from node.errors import QiaoError
    from tests.simulation.office import Office
    from tests.simulation.peek import Seen
    from tests.simulation.world import World


class Breach(Exception):
    """A promise was broken. `str()` names it and says where."""


class Stored(NamedTuple):
    """A commit that a node has made durable, as its database has it."""

    row: int
    log: bytes
    node: bytes
    seq: int
    commit: bytes
    time: int


class Checker:
    promise: ClassVar[str]

    def __init__(self, world: World) -> None:
        self.world = world

    def breach(self, text: str) -> Breach:
        return Breach(f"{self.promise}: {text}")

    def stored(self, office: Office, commits: Sequence[Stored]) -> None:
        """A transaction of this node brought these commits, and is durable."""

    def refused(self, office: Office, doing: str, fault: BaseException) -> None:
        """A node refused something, aloud."""

    def sent(self, sender: Office, receiver: Office, sealed: bytes, seen: Seen) -> None:
        """An envelope as it left its sender; `seen` is what its receiver will find in it."""

    def bundled(self, giver: Office, taker: Office, payload: bytes) -> None:
        """A letter of a bundle, as it was written and its taker will find it."""

    def begins(self, office: Office) -> None:
        """A piece of work begins."""

    def worked(self, office: Office, statements: int, rows: int, new: int) -> None:
        """A piece of work is over; it took so many statements, which brought so many rows, and grew by so much."""

    def reopened(self, office: Office) -> None:
        """A node stands again, after whatever ended its last life."""

    def could_not_work(self, office: Office, fault: QiaoError) -> None:
        """A person who may register couldn't."""

    def looked(self, office: Office) -> None:
        """A person looks at what there is."""

    def rested(self) -> None:
        """Faults have stopped, and the tree has come to rest."""
