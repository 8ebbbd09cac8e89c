"""The marker of a simulated node: its machine, its file and its disk are the world's. Fits node.marker.Marker."""

from __future__ import annotations

from dataclasses import dataclass, replace

from node.errors import DiskTrouble
from node.marker import Mark
from tests.simulation.disk import Disk, Full


@dataclass(frozen=True, slots=True)
class Note:
    """What the marker's file holds; `place` is the machine and the file in which it was written."""

    place: int
    log: bytes
    number: int
    seq: int


class Marked:
    """One directory's marker. `place` changes when the directory is put on another machine, or back from a copy."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.note: Note | None = None

    def move(self, place: int) -> None:
        self.place = place

    def refit(self) -> None:
        """As a snapshot of a whole machine would have it: everything fits, and yet it is a copy."""
        if self.note is not None:
            self.note = replace(self.note, place=self.place)


class WorldMarker:
    def __init__(self, disk: Disk, marked: Marked) -> None:
        self._disk, self._marked = disk, marked

    def read(self) -> Mark | None:
        note = self._marked.note
        return (
            None if note is None else Mark(note.log, note.number, note.seq, note.place == self._marked.place)
        )

    def note(self, log: bytes, number: int, seq: int) -> None:
        """The process may die before it is durable, or right after. Raises DiskTrouble, Killed."""
        self._disk.statement()
        try:
            self._disk.outside()
        except Full as fault:
            raise DiskTrouble("标记写不了", hint="df -h .") from fault
        self._marked.note = Note(self._marked.place, log, number, seq)
        self._disk.statement()
