"""One node (节点) of the world: its disk, clock, process. Every piece of its work goes through `work`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from node import config, keys
from node.errors import QiaoError
from node.link import PARENT
from node.work import Work
from node.writer import Writer
from sync_protocol.errors import ProtocolError
from sync_protocol.names import code_of
from sync_protocol.registry import Registry
from tests.simulation import shim
from tests.simulation.checkers.checker import Breach, Stored
from tests.simulation.clocks import MachineClock
from tests.simulation.disk import VFS, Disk, File, Killed, Trouble
from tests.simulation.faults import Phase
from tests.simulation.marker import Marked, Note, WorldMarker

if TYPE_CHECKING:
    from tests.simulation.world import World

Result = TypeVar("Result")

_STORED = """SELECT c.id, l.log, l.node, c.seq, c."commit", c.time
FROM commit_ c JOIN log l ON l.id = c.log WHERE c.id > ? ORDER BY c.id"""
_PARENT = "SELECT value FROM setting WHERE name = ?"
_RECORDS = "SELECT count(*) FROM record"


class Gone(Exception):
    """The node isn't running, or died at this."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What was put aside: files, marker, the commits that were in it, how far the checkers had looked, whether it was
    enrolled by then, and by which keys."""

    files: dict[str, File]
    note: Note | None
    holds: set[bytes]
    seen_row: int
    enrolled: bool
    node: bytes


class Entropy:
    """A node's randomness, from the world's seed. Fits node.entropy.Entropy."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def fraction(self) -> float:
        return self._random.random()


class Office:
    def __init__(self, world: World, name: str, path: str, parent: str | None) -> None:
        self.world, self.name, self.code = world, name, code_of(path)
        self.path, self.parent = path, parent  # as it believes itself, from when it is enrolled
        self._known: Registry | None = None
        self.nodes: list[bytes] = []  # node ids that it ever had, the present one last
        self.folder = world.base / name
        self.folder.mkdir()
        world.machines.append(self)
        self.clock = MachineClock(world.time)
        self.entropy = Entropy(Random(world.random.getrandbits(64)))
        self.disk = Disk()
        self.marked = Marked(world.random.getrandbits(32))
        self.writer: Writer | None = None
        self.phase = Phase.IDLE
        self.staff: list[str] = []
        self.enrolled = False
        self.lives = 0
        self.seen_row = 0  # newest commit row that the checkers were told of
        self.backup: Backup | None = None
        self.restored = False
        self.high_ms = 0  # the highest disciplined time that it ever had
        self.newest_ms = 0  # the time of the newest commit that it has

    @property
    def up(self) -> bool:
        return self.writer is not None

    @property
    def depth(self) -> int:
        return self.path.count("/")

    @property
    def is_root(self) -> bool:
        return self.parent is None

    @property
    def node(self) -> bytes:
        return self.keys.node

    @property
    def place(self) -> str:
        return str(self.folder)

    @property
    def registry(self) -> Registry:
        """What it knows of the tree."""
        assert self.writer is not None, "it runs"
        return self.writer._registry

    def born(self, files: dict[str, File]) -> None:
        """Keys and a first database."""
        self.keys = keys.make(self.folder / keys.DIRECTORY, self.entropy)
        self.nodes.append(self.node)
        self.config = config.load(self.folder)
        self.disk = Disk(files)
        self.world.met_office(self)

    def take_over(self, other: Office) -> None:
        """A copy of another office's directory: its keys (former ones, where the database was put back), its database,
        its people."""
        self.keys = other.keys
        self.config = other.config
        self.disk = Disk(other.disk.image())
        self.nodes = list(other.nodes)
        self.staff, self.enrolled = list(other.staff), other.enrolled
        self.seen_row, self.high_ms, self.restored = other.seen_row, other.high_ms, other.restored

    def give_up(self) -> None:
        """Switched off for good."""
        if self.up:
            self._bury()

    # Lives

    def start(self) -> None:
        """Opens the node over whatever is on its disk. Raises Gone where it dies again at once."""
        assert self.writer is None, "it runs"
        self._plug()
        self.lives += 1
        self.phase = Phase.OPENING
        try:
            marker = WorldMarker(self.disk, self.marked)
            self.writer = Writer.open(self.folder, self.config, self.clock, self.entropy, shim, marker)
        except Killed:
            self._died()
        except QiaoError as fault:
            self.world.refused(self, "open", fault)
            raise Gone(fault.code) from fault
        self.look()
        self.world.reopened(self)

    def _plug(self) -> None:
        VFS.disks[self.place] = self.disk

    def stop(self) -> None:
        """A tidy end of the process."""
        if self.writer is not None:
            self.work(Phase.OPENING, self._close)

    def _close(self, writer: Writer) -> None:
        writer.close()
        self.writer = None

    def die(self, trouble: Trouble) -> None:
        """The process, or with POWER the machine, ends between two pieces of work."""
        self._bury()
        self.disk = Disk(self.disk.after(trouble, self.world.random))
        self.world.say(f"{self.name} {trouble}")

    def _died(self) -> None:
        """In the midst of its work: what it signed by its clock of now may be durable, and is told of in its next life,
        whatever has become of the clock by then (seed 780606)."""
        self._look_at_clock()
        trouble = self.disk.cause
        self._bury()
        self.disk = Disk(self.disk.after(trouble, self.world.random))
        self.world.died(self, trouble)
        raise Gone(self.name)

    def put_back(self, backup: Backup) -> None:
        """An older copy of the database takes the place of what there was."""
        self.disk = Disk({name: one.copy() for name, one in backup.files.items()})
        self.seen_row, self.restored = backup.seen_row, True

    def _bury(self) -> None:
        self.disk.dead = True
        writer, self.writer = self.writer, None
        if writer is not None:
            writer.close()
        self.disk.shut()

    # Work

    def work(self, phase: Phase, job: Callable[[Writer], Result], *, anew: bool = False) -> Result:
        """One piece of this node's work. `anew`: it has every record judged anew. Raises Gone when it dies, QiaoError
        and ProtocolError as refused."""
        if self.writer is None:
            raise Gone(self.name)
        self.phase = phase
        disk = self.disk
        statements, rows = disk.statements, disk.rows
        self.world.begins(self)
        try:
            return job(self.writer)
        except Killed:
            self._died()
            raise AssertionError("never here") from None
        except (QiaoError, ProtocolError) as fault:
            self.world.refused(self, phase, fault)
            raise
        except (Gone, Breach):
            raise
        except Exception as fault:
            raise Breach(f"R16: {self.name} {phase}: {type(fault).__name__}: {fault}") from fault
        finally:
            found = self._new()
            grown = self._grown(found, anew=anew)
            self.world.bounded(self, disk.statements - statements, disk.rows - rows, grown)
            self._tell(found)

    def _grown(self, found: list[Stored], *, anew: bool) -> int:
        """With what the work may have grown: the commits that have become durable since it was looked at, or all
        records, where each is judged anew; nothing where it died."""
        every = self.asked(_RECORDS)[0][0] if anew and self.writer is not None else 0
        return max(len(found), every)

    def look(self) -> None:
        """Tells the checkers what has become durable."""
        self._tell(self._new())

    def _new(self) -> list[Stored]:
        """What has become durable since; nothing where it died."""
        return [Stored(*row) for row in self.asked(_STORED, self.seen_row)] if self.writer is not None else []

    def _look_at_clock(self) -> None:
        self.high_ms = max(self.high_ms, self.clock.now_ms())

    def _tell(self, found: list[Stored]) -> None:
        if self.writer is None:
            return
        self._look_at_clock()
        self._look_at_itself()
        if found:
            self.seen_row = found[-1].row
            honest = [one.time // 65536 for one in found if one.node not in self.world.wicked]
            self.newest_ms = max(self.newest_ms, *honest, 0)
            self.world.stored(self, found)

    def _look_at_itself(self) -> None:
        """Its keys, where it stands, and whom it calls: all of it may be other than before."""
        assert self.writer is not None, "it runs"
        if self.writer.keys.node != self.node:
            self.keys = self.writer.keys
            self.nodes.append(self.node)
            self.world.met_office(self)
        told = self.asked(_PARENT, PARENT)
        parent = told[0][0] if told else None
        if self.registry is not self._known:
            self._known = self.registry
            self.world.registry_changed(self.registry)
        entry = self.registry.node(self.node)
        self.enrolled = self.is_root or parent is not None
        if parent is not None:
            before, self.parent = self.parent, self.world.named(parent)
            if before is not None and before != self.parent:
                self.world.parted.add((self.name, before))
        if entry is not None and self.enrolled:
            self.path = entry.path

    def asked(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """One question for the checkers' own eyes, past every layer: they ask several behind each piece of work. Of an
        open transaction, which nobody may see, it is asked when that is taken back."""
        (connection,) = self.disk.opened
        if not connection.in_transaction:
            return list(connection.db.execute(question, values))
        with self.read() as db:
            return [tuple(row) for row in db.exec_driver_sql(question, values)]

    def read(self) -> Any:
        """A transaction for the checkers' own eyes; no fault meets it."""
        return _Quietly(self)

    @contextmanager
    def quiet_work(self) -> Iterator[Work]:
        """A piece of work for the checkers' own eyes, in which nothing is written."""
        assert self.writer is not None, "it runs"
        self.disk.calm = True
        try:
            with self.writer.work() as work:
                yield work
        finally:
            self.disk.calm = False


class _Quietly:
    """The writer's own connection, with the disk's troubles put off."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __enter__(self) -> Connection:
        assert self._office.writer is not None, "it runs"
        self._office.disk.calm = True
        self._begun = self._office.writer._engine.begin()
        return self._begun.__enter__()

    def __exit__(self, *raised: Any) -> None:
        try:
            self._begun.__exit__(*raised)
        finally:
            self._office.disk.calm = False
