"""What a running Litestream says of itself, by its control socket: DIR/litestream.sock, HTTP and JSON.

It is never asked to `sync` by it: 0.5.17 then takes its read lock for as long as that request lasts. Without the lock
SQLite begins the write-ahead log anew behind it, what it hadn't read is left out, and the replica is damaged from then
until its next snapshot, without a word (a restart, `sync`, 1,000 pages; found by tests/soak/week.py).
"""

from __future__ import annotations

import http.client
import json
import os
import socket
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from node.transport.local import short_path

SOCKET = "litestream.sock"
LOOK_SECONDS = 10.0


def synced_ms(directory: Path) -> int | None:
    """When it last had everything at the replica, unix milliseconds; None: not yet. Raises OSError where it doesn't
    answer."""
    known = _asked(directory, "GET", "/list", None, LOOK_SECONDS).get("databases") or [{}]
    at = known[0].get("last_sync_at")
    return int(datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() * 1000) if at else None


def number(directory: Path, database: Path) -> int:
    """Of the last of its transactions that it has read out of the write-ahead log. Raises OSError."""
    path = quote(str(database.absolute()), safe="")
    return int(_asked(directory, "GET", f"/txid?path={path}", None, LOOK_SECONDS).get("txid") or 0)


def _asked(directory: Path, method: str, path: str, body: Any, seconds: float) -> dict[str, Any]:
    connection = http.client.HTTPConnection("localhost", timeout=seconds)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.sock.settimeout(seconds)
        with short_path(directory / SOCKET) as short:
            connection.sock.connect(os.fspath(short))
        connection.request(
            method, path, json.dumps(body) if body else None, {"content-type": "application/json"}
        )
        said = json.loads(connection.getresponse().read(1 << 20))
    except (http.client.HTTPException, ValueError) as fault:
        raise OSError(f"litestream's answer makes no sense: {fault}") from fault
    finally:
        connection.close()
    return said if isinstance(said, dict) else {}
