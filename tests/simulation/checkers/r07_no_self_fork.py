"""R7 no self-fork: no two commits with one (log, seq), whatever is killed, or restored with its marker; the fork
that a machine's snapshot makes is found at the latest at the first common ancestor.

Looked at with each commit that any node makes durable; at the end each node that holds both branches says so, and no
stand or receipt that anybody kept accuses an honest node.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from node import trust
from node.audit import witnesses
from node.store import settings
from node.work import ROOT
from tests.simulation.checkers.checker import Checker, Stored
from tests.simulation.office import Office

_BOTH = """SELECT l.log, min(c.seq), l.forked FROM commit_ c JOIN commit_ d ON c.log = d.log AND c.seq = d.seq
AND c."commit" < d."commit" JOIN log l ON l.id = c.log GROUP BY l.log"""


class NoSelfFork(Checker):
    promise = "R7"

    def stored(self, office: Office, commits: Sequence[Stored]) -> None:
        for one in commits:
            if one.node in self.world.wicked or one.node in self.world.forked:
                continue
            places, place = self.world.ledger.places, (one.log, one.seq)
            first = places.setdefault(place, one.commit)
            if first in self.world.ledger.gone:
                places[place] = one.commit  # no disk had it any more: it never was
            elif first != one.commit:
                raise self.breach(f"two commits at {one.log.hex()[:8]}/{one.seq}, seen at {office.name}")

    def rested(self) -> None:
        for office in self.world.offices.values():
            with office.read() as db:
                for log, seq, forked in db.exec_driver_sql(_BOTH).fetchall():
                    if not forked or forked > seq:
                        raise self.breach(
                            f"{office.name} holds two branches of {log.hex()[:8]}, and doesn't know"
                        )
                self._accuses_nobody(office, db)

    def _accuses_nobody(self, office: Office, db: Connection) -> None:
        """Who was restored, copied, moved or has new keys is told of by the registry."""
        for one in witnesses.findings(db, trust.load(db, settings.get(db, ROOT))):
            if bytes.fromhex(one["evidence"]["node"]) not in self.world.wicked | self.world.perjured:
                raise self.breach(f"{office.name} accuses an honest node: {one['code']} {one['where']}")
