"""R14 autonomy: no line, peer, clock or expiry stops local reading and writing.

With every thing that a person does: registering works on a node that runs, unless its disk fails; what it has
can be listed, searched and shown.
"""

from __future__ import annotations

from node.errors import QiaoError
from tests.simulation.checkers.checker import Checker
from tests.simulation.looking import Looking
from tests.simulation.office import Office

_DISK = "disk"


class Autonomy(Checker):
    promise = "R14"

    def could_not_work(self, office: Office, fault: QiaoError) -> None:
        if fault.code != _DISK:
            raise self.breach(f"{office.name} couldn't register: {fault.code} {fault}")

    def looked(self, office: Office) -> None:
        reader = Looking(office)
        try:
            page = reader.list("ticket", limit=5)
            reader.search("拖欠", limit=5)
            reader.exceptions(limit=5)
            for item in page.items[:2]:
                reader.show("ticket", item["record"])
        except QiaoError as fault:
            raise self.breach(f"{office.name} couldn't read: {fault.code} {fault}") from fault
