"""Between the writer and the stick: whole bundles out and in, a letter at a time (protocol 3.10).

It runs in the command's own process, and asks the writer, its own or the daemon's, for each letter: so the file
is that person's, a pulled stick or Ctrl-C hurts nothing, and a running node isn't kept waiting.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node import handed, stick
from node.bundles.age import Age, sentence
from node.errors import Damaged
from node.language import say
from node.stick import Source
from sync_protocol import bundle
from sync_protocol.bundle import Letter, Trailer
from sync_protocol.errors import RemoteError

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]  # an operation of the writer
Tell = Callable[[int, int], None]  # (letters, bytes) so far


def _nobody(_letters: int, _bytes: int) -> None:
    return None


# Out


def export(ask: Ask, to: str, path: Path, tell: Tell = _nobody) -> dict[str, Any]:
    """Writes a bundle for the neighbour `to`; it is on the medium and was read back when this returns.

    Raises what `stick.write` and the operations raise; then there is no file.
    """
    made = _Made(ask, to, tell)
    size = stick.write(path, bundle.write(made.letters(), made.close))
    return {
        "file": str(path),
        "to": made.unit,
        "envelopes": made.count,
        "commits": made.commits,
        "bytes": size,
    }


@dataclass(slots=True)
class _Made:
    """A bundle in the making."""

    ask: Ask
    to: str
    tell: Tell
    unit: str = ""
    count: int = 0
    commits: int = 0

    def letters(self) -> Iterator[bytes]:
        cursor, size = None, 0
        while True:
            found = self.ask("bundle.letter", {"to": self.to, "cursor": cursor})
            letter = b64decode(found["letter"])
            self.unit, cursor = found["unit"], found["cursor"]
            self.count += 1
            self.commits += found["commits"]
            yield letter
            size += len(letter)
            self.tell(self.count, size)
            if cursor is None:
                return

    def close(self, end: Trailer) -> bytes:
        asked = {"to": self.to, "count": end.count, "digest": end.digest.hex()}
        return b64decode(self.ask("bundle.trailer", asked)["letter"])


# In


def take(ask: Ask, path: Path, tell: Tell = _nobody) -> dict[str, Any]:
    """Takes a bundle in: the whole file is looked through first, and nothing is taken of a bad one.

    Raises NotFound `no_file`, Damaged, Forbidden (for another, by a stranger), DiskTrouble; what was taken by
    then stays taken, and the rest comes when it is done again.
    """
    with stick.opened(path) as source:
        me = _addressed(ask, source)
        looked, taken = _Pass(ask, "bundle.look", tell), _Pass(ask, "bundle.take", tell)
        looked.through(source, me)
        taken.through(source, me)
    if taken.end != looked.end:
        raise Damaged(
            say("读到一半时文件变了，请再导入一次", "the file changed while it was read; take it again"),
            code="bundle_damaged",
            hint=f"qiao bundle import {path}",
        )
    age = Age(looked.last["age"])
    return {
        "file": str(path),
        "from": looked.last["unit"],
        "envelopes": taken.count - 1,
        "commits": taken.commits,
        "bytes": source.size,
        "age": str(age),
        "fits": taken.fits,
        "notes": list(taken.notes),
        "sentence": sentence(age, taken.commits, taken.fits),
    }


def _addressed(ask: Ask, source: Source) -> bytes:
    """By which of its ids this node is called: it may have changed its keys since."""
    mine = [bytes.fromhex(one) for one in ask("bundle.mine", {})["nodes"]]
    named = bundle.addressee(source.chunks())
    return named if named in mine else mine[0]


@dataclass(slots=True)
class _Pass:
    """Once through a file by one operation."""

    ask: Ask
    operation: str
    tell: Tell
    count: int = 0
    size: int = 0
    commits: int = 0
    fits: bool = True
    notes: dict[str, None] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)
    end: Letter | None = None

    def through(self, source: Source, me: bytes) -> None:
        with handed.over():
            for sealed, letter in bundle.read(source.chunks(), me=me, open=self._open):
                self.end = letter
                self.size += len(sealed)
                self.tell(self.count, self.size)

    def _open(self, sealed: bytes) -> Letter:
        """Raises RemoteError for what is wrong with it, QiaoError."""
        said = self.ask(self.operation, {"letter": b64encode(sealed).decode()})
        if "fault" in said:
            raise RemoteError(said["text"], code=said["fault"])
        self.last = said
        self.count += 1
        self.commits += said["commits"]
        self.fits = self.fits and said.get("fits", True)
        self.notes.update(dict.fromkeys(said.get("notes", ())))
        end = said["trailer"]
        trailer = None if end is None else Trailer(end[0], bytes.fromhex(end[1]))
        return Letter(bytes.fromhex(said["sender"]), bytes.fromhex(said["log"]), said["number"], trailer)
