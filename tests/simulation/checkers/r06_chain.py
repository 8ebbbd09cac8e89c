"""R6 chain: an export verifies with any words withheld, and fails on any flipped bit.

At the end, at one node: by the outsider's verifier, which has nothing but the file and the root's fingerprint.
"""

from __future__ import annotations

from node import exporting
from sync_protocol import proof
from sync_protocol.names import fingerprint
from tests.simulation.checkers.checker import Checker

_FLIPS = 2


class Chain(Checker):
    promise = "R6"

    def rested(self) -> None:
        random = self.world.random
        office = random.choice(list(self.world.offices.values()))
        path = office.folder / "export.qiao"
        with office.read() as db:
            exporting.write(db, office.keys, path)
        whole = path.read_bytes()
        path.unlink()
        root = fingerprint(self.world.anchor)
        report = proof.verify(whole, root)
        if not report.ok:
            raise self.breach(f"the export of {office.name}: {report.problems[:3]}")
        for _ in range(_FLIPS):
            at, bit = random.randrange(len(whole)), random.randrange(8)
            flipped = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
            if proof.verify(flipped, root).ok:
                raise self.breach(f"the export of {office.name} verifies with bit {bit} of byte {at} flipped")
