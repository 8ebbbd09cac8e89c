"""A stop while people and peers are at work: it ends, what was acknowledged stays, and nothing of it runs on."""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from node.logs import reading
from tests.acceptance.office import Office, Tree, act, given, until

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]

NOTES = 60
SECONDS = 60  # the node's own bound is longer; what is under way here takes two answers' time


def _helpers(office: Office) -> list[str]:
    """Programs that run for this directory, by their command lines: Litestream, and the shell that watches for it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "litestream" in words and f"{office.directory}/" in words:
            found.append(words)
    return found


def _half_sent(office: Office) -> socket.socket:
    """A request whose body doesn't come to its end."""
    line = socket.create_connection(("127.0.0.1", office.port), 20)
    line.sendall(b"POST /sync HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n" + b"x" * 100)
    return line


def test_what_is_under_way_is_ended_and_what_was_acknowledged_stays(tree: Tree) -> None:
    city = tree.city
    record = given(tree, "停机时的工单", tree.counties[0])  # behind it the city holds its children's requests
    path = city.file([act("note", record, text=f"停机{turn}") for turn in range(NOTES)])
    batch = city.begin("batch", str(path), staff="op", stdout=subprocess.PIPE)
    assert batch.stdout is not None and city.process is not None
    first = json.loads(batch.stdout.readline())
    with _half_sent(city) as stuck:
        city.process.terminate()
        assert city.process.wait(SECONDS) == 0
        stuck.settimeout(20)
        with suppress(ConnectionResetError):  # what it had sent was never read
            while stuck.recv(4096):
                pass
    rest = [
        json.loads(line) for line in batch.communicate(timeout=SECONDS)[0].splitlines() if line.endswith(b"}")
    ]
    acknowledged = {one["change"] for one in (first, *rest) if "change" in one}
    until(lambda: not _helpers(city))
    events = [one["event"] for one in reading.newest(city.directory, 20)]
    assert events[-1] == "node_stopped" and "node_stopping" in events
    kept = {one["change"] for one in city.show(record)["timeline"]}
    assert acknowledged and acknowledged <= kept
    city.start()
    tree.quiet()
    assert {one["change"] for one in tree.province.show(record)["timeline"]} >= acknowledged
