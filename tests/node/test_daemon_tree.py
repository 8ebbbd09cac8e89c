"""The real daemon around the real writer: two offices as processes of their own, on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as driver

from node import founding, glance, rebuild
from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.face import Node, Person
from node.transport import local
from node.transport.client import Peer
from sync_protocol.invitation import read

pytestmark = pytest.mark.processes

RUN = "import sys; from pathlib import Path; from node import daemon; daemon.run(Path(sys.argv[1]))"


class Office:
    def __init__(self, directory: Path, run: str = RUN) -> None:
        self.directory = directory
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "QIAO_LISTEN": "127.0.0.1:0"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", run, str(directory)], stderr=subprocess.PIPE, text=True, env=environ
        )
        assert self.process.stderr is not None
        self.ready = self.process.stderr.readline()

    def do(self, operation: str, **params: Any) -> dict[str, Any]:
        return local.do(self.directory, operation, params, params.pop("staff", None))

    def heads(self, unit: str) -> set[tuple[str, int, str]]:
        """Where the logs of a unit stand here."""
        items = Node.open(self.directory).heads()
        return {(one["log"], one["seq"], one["id"]) for one in items if one["unit"].endswith(unit)}

    def resident_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def _until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it didn't come to hold"
        time.sleep(0.05)


def _post(address: str, sealed: bytes) -> bytes:
    async def ask() -> bytes:
        async with Peer(address) as peer:
            return await peer.join(sealed)

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    """A province, and a city that joined it over HTTP."""
    base = tmp_path_factory.mktemp("tree")
    tools = {"clock": SystemClock(), "entropy": SystemEntropy()}
    recovery = base / "recovery"
    founding.init(base / "province", "370000", "山东省总工会", root=True, recovery=recovery, **tools)
    province = Office(base / "province")
    staff = {"id": "li", "name": "李", "roles": ["admin"], "password": "correct horse"}
    province.do("staff.add", **staff)
    invited = province.do("invite", unit="370200", name="青岛市总工会", staff="li")
    founding.join(base / "city", read(invited["invitation"]), _post, **tools)
    city = Office(base / "city")
    yield province, city
    assert [office.stop() for office in (city, province)] == [0, 0]


def test_the_invitation_carries_the_port_that_the_system_chose(offices: tuple[Office, Office]) -> None:
    province, city = offices
    _until(lambda: city.do("line")["standing"] == "idle")
    assert city.do("line")["parent"] == "http://" + province.ready.split()[1]


def test_what_a_person_does_reaches_the_parent_while_the_line_idles(offices: tuple[Office, Office]) -> None:
    province, city = offices
    _until(lambda: city.do("line")["standing"] == "idle")
    before = city.heads("370200")
    city.do("staff.add", id="wang", name="王", roles=["dispatcher"], password="battery staple")
    assert city.heads("370200") != before
    _until(lambda: city.heads("370200") == province.heads("370200"))


def test_a_second_round_moves_nothing(offices: tuple[Office, Office]) -> None:
    _, city = offices
    _until(lambda: not any(city.do("sync")[way] for way in ("sent", "received")))
    report = city.do("sync")
    assert (report["sent"], report["received"], report["rounds"], report["complete"]) == (0, 0, 1, True)


def test_an_idle_node_is_small(offices: tuple[Office, Office]) -> None:
    assert [office.resident_kb() // 1024 for office in offices if office.resident_kb() > 120 * 1024] == []


def test_the_database_is_replicated_as_it_is_written(offices: tuple[Office, Office]) -> None:
    for office in offices:
        _until(lambda office=office: list(office.directory.glob("backup/ltx/*/*.ltx")))
        assert office.do("line")["backup_fault"] == ""


def test_after_an_upgrade_records_are_folded_anew_behind_the_daemons_work(tmp_path: Path) -> None:
    """Two at a time here; a person's act comes between."""
    Node.init(tmp_path / "p", "370000", "山东省总工会", root=True, recovery=tmp_path / "r.pem")
    with Node.open(tmp_path / "p") as node:
        who = Person("a01", "甲", frozenset(["admin", "operator"]))
        node.do("staff.add", {"id": who.id, "name": who.name, "roles": ["operator"], "password": "rebuild-1"})
        data = {"channel": "phone", "class": "enquiry", "topic": "legal/labour/wages/arrears",
                "narrative": "试用期最长多久？"}  # fmt: skip
        made = [
            node.do("act", {"matter": "ticket", "verb": "register", "data": data}, who)["record"]
            for _ in range(5)
        ]
    with closing(driver.connect(str(tmp_path / "p" / "node.db"))) as db:
        db.execute("UPDATE setting SET value = x'00' WHERE name = ?", (rebuild.STAMP,))
        db.execute("UPDATE folded SET title = 'old'")
        db.commit()
    few = "from node import rebuild; rebuild.AT_ONCE = 2; rebuild.some.__defaults__ = (2,)"
    office = Office(tmp_path / "p", f"{few}; {RUN}")
    try:
        office.do("act", staff=who.id, matter="ticket", verb="note", record=made[0], data={"text": "照样办"})
        _until(lambda: glance.status(tmp_path / "p")["rebuild_left"] == 0)
        titles = [one["title"] for one in Node.open(tmp_path / "p").list("ticket").items]
        assert len(titles) == 5 and "old" not in titles
    finally:
        assert office.stop() == 0
