"""What answers in a parent's place may be a captive portal, a broken gateway or a recording of yesterday."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from sync_protocol.limits import MAX_ENVELOPE
from tests.acceptance.office import Tree, at_once
from tests.acceptance.relay import Relay

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]

ENVELOPE = "application/vnd.qiao.envelope"
PAGE = b"<html>please log in</html>"


class Portal(BaseHTTPRequestHandler):
    """Answers POST /NAME/sync with what is kept under NAME: status, type, body."""

    answers: ClassVar[dict[str, tuple[int, str, bytes]]] = {}

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        status, kind, body = self.answers[self.path.split("/")[1]]
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("location", "http://127.0.0.1:9/")
        self.send_header("qiao-code", "<b>portal</b>")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the test's own stderr."""


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_isnt_the_parents_reply_is_refused_and_changes_nothing(
    tree: Tree, portal: str, relays: dict[str, Relay]
) -> None:
    county = tree.counties[1]
    yesterday = max(relays[county.code].replies(), key=len)
    Portal.answers.update({
        "page": (200, "text/html", PAGE),
        "moved": (302, "text/html", PAGE),
        "broken": (502, "text/html", PAGE),
        "garbage": (200, ENVELOPE, PAGE),
        "endless": (200, ENVELOPE, b"\0" * (MAX_ENVELOPE + 1)),
        "yesterday": (200, ENVELOPE, yesterday),
    })  # fmt: skip
    wanted = {"page": "not_a_node", "moved": "not_a_node", "broken": "not_a_node", "garbage": "bad_envelope",
              "endless": "peer_too_large", "yesterday": "not_asked"}  # fmt: skip
    before = county.digest(), county.heads()
    told = at_once(lambda name: county("sync", "--parent", f"{portal}/{name}", staff=None), wanted)
    assert dict(zip(wanted, [one.error for one in told], strict=True)) == wanted
    assert {one.code for one in told} == {6}
    assert all(one.json["error"]["message"] and one.json["error"]["hint"] for one in told)
    assert (county.digest(), county.heads()) == before
    report = county.ok("sync", "--once", staff=None)
    assert report["complete"], "the true parent is found again"
