"""A line as bad as any that is still used: 2 KB a second each way, and all connections cut every 100 KB.

    python -m tests.soak.lines [--rate 2000] [--cut 100000] [--commits 12] [--seed 1]

Both ends have commits of up to 64 KB to send. All of them have to arrive, and something has to arrive
within every few cuts: the time it takes is told, and isn't asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.acceptance.office import Tree, act, register
from tests.acceptance.relay import BadLine, Shape
from tests.soak.ledger import changes

PATIENCE = 4  # cuts within which another commit has to arrive
WASTE = 4  # times the bytes of the bodies may go over the line at most
SLACK = 400_000  # bytes besides: heads, receipts, and one batch that was cut
LARGEST = 64 * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=2000)
    parser.add_argument("--cut", type=int, default=100_000)
    parser.add_argument("--commits", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="qiao-line-") as folder:
        return Trial(Path(folder), Random(asked.seed)).run(Shape(asked.rate, asked.cut), asked.commits)


class Trial:
    """Two offices and the line between them."""

    def __init__(self, base: Path, random: Random) -> None:
        self._random = random
        self._lines: list[BadLine] = []
        self.tree = Tree(base, dial=self._dial)
        self.due: dict[str, set[str]] = {}  # by the code of whom it has to reach: changes in hex

    def _dial(self, _code: str, port: int) -> int:
        self._lines.append(BadLine(port))
        return self._lines[0].port

    def run(self, shape: Shape, commits: int) -> int:
        try:
            self.tree.build()
            self.tree.quiet()
            [line] = self._lines
            line.cut()
            payload = self._written(commits)
            line.shape, before = shape, line.carried()
            line.restore()
            return self._watched(line, before, payload)
        finally:
            self.tree.stop()

    def _written(self, commits: int) -> int:
        """Work at both ends while there is no line; returns the bytes of its texts."""
        province, city = self.tree.province, self.tree.city
        down = [register("下发"), act("dispatch", "$1", lead=city.code)]
        up = [register("上报")]
        for _ in range(commits):
            down.append(act("note", "$1", text=self._text()))
            up.append(act("note", "$1", text=self._text()))
        for office, other, acts in ((province, city, down), (city, province, up)):
            self.due[other.code] = {one["change"] for one in office.acts(*acts)}
        return sum(len(str(one["data"].get("text", "")).encode()) for one in [*down, *up])

    def _text(self) -> str:
        """Words that hardly compress, of three bytes each."""
        size = self._random.choice((200, 4_000, 30_000, LARGEST - 500))
        return "".join(chr(self._random.randrange(0x4E00, 0x9FA5)) for _ in range(size // 3))

    def _watched(self, line: BadLine, before: int, payload: int) -> int:
        begun, cuts, left = time.monotonic(), 0, self._left()
        while left:
            time.sleep(0.5)
            moved, now = line.carried() - before, self._left()
            if now < left:
                print(f"{time.monotonic() - begun:6.0f} s: {moved:9,} bytes, {line.cuts:3} cuts, {now} to come",
                      flush=True)  # fmt: skip
                left, cuts = now, line.cuts
            if line.cuts - cuts > PATIENCE or moved > WASTE * payload + SLACK:
                print(f"no progress: {moved} bytes, {line.cuts} cuts, {now} to come", file=sys.stderr)
                return 1
        moved, seconds = line.carried() - before, time.monotonic() - begun
        print(f"{payload:,} bytes of text took {moved:,} bytes and {line.cuts} cuts, {seconds:.0f} s")
        return 0

    def _left(self) -> int:
        """Changes that haven't arrived yet."""
        return sum(len(self.due[one.code] - changes(one.directory)) for one in self.tree.offices)


if __name__ == "__main__":
    sys.exit(main())
