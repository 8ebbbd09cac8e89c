"""The other replicas of a Litestream: its files, copied from the first place, which never change once they are there.

In the order of their levels from the snapshots down, then by number; what the first has dropped goes only when all of
it stands: so at any moment what is there restores to some point, whenever it was cut off.
"""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from node.backup.places.place import Entry, Place
from node.errors import Damaged

FOLDER = "ltx"
PIECE = re.compile(r"ltx/([0-9])/([0-9a-f]{16})-([0-9a-f]{16})\.ltx")
_TIMESTAMP = 32  # where an LTX file's header says when it was made: 8 bytes, milliseconds
_MAGIC = b"LTX1"


def lacking(first: Mapping[str, Entry], other: Mapping[str, Entry]) -> list[str]:
    """What is to be copied, in order; a file of another size is one that was cut off."""
    pieces = {
        name: one for name, one in first.items() if PIECE.fullmatch(name)
    }  # no other name leads anywhere
    names = (name for name, one in pieces.items() if name not in other or other[name].size != one.size)
    return sorted(names, key=_turn)


def dropped(first: Iterable[str], other: Iterable[str]) -> list[str]:
    return sorted(set(other) - set(first))


def _turn(name: str) -> tuple[int, str]:
    """`ltx/LEVEL/NUMBERS.ltx`: the higher level first."""
    return (-int(name.split("/")[1]), name)


def copy(first: Place, other: Place, told: Callable[[str], None] = lambda _name: None) -> int:
    """Brings the other place to where the first is. Returns how many files. Raises as Place."""
    there, here = first.listed(FOLDER), other.listed(FOLDER)
    names = lacking(there, here)
    done = 0
    with tempfile.TemporaryDirectory(prefix="qiao-") as aside:
        for name in names:
            done += _carried(first, other, name, Path(aside, "piece"))
            told(name)
    if done == len(
        names
    ):  # else something was compacted away meanwhile: the next round sees what became of it
        for name in dropped(there, here):
            other.remove(name)
    return done


def _carried(first: Place, other: Place, name: str, aside: Path) -> bool:
    """False where the first has dropped it by now."""
    try:
        first.fetch(name, aside)
        other.put(name, aside, timestamp(aside))
        return True
    except Damaged:
        return False
    finally:
        aside.unlink(missing_ok=True)


def timestamp(path: Path) -> int:
    """When a piece was made, as its header says: by that Litestream restores to a time."""
    with path.open("rb") as file:
        head = file.read(_TIMESTAMP + 8)
    if head[:4] != _MAGIC or len(head) < _TIMESTAMP + 8:
        return int(path.stat().st_mtime * 1000)
    return int(struct.unpack_from(">q", head, _TIMESTAMP)[0])
