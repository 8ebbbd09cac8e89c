"""The record of a drill (演练): one signed statement a file, DIR/drills/TIME-REPLICA.cose.

COSE_Sign1 by the node's own key with aad `qiao/drill/1` over a CBOR map with text keys. A file rather than a row: a
drill is made beside a running node, needs no turn of the writer, and its record is for people who have no node.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from node.errors import Damaged
from node.iso import iso
from node.keys import Keys
from node.language import say
from node.private import sync_directory
from node.private import write as write_private
from sync_protocol import cbor, cose
from sync_protocol.errors import ProtocolError

FOLDER = "drills"
AAD = b"qiao/drill/1"
KEPT = 200  # of the newest


def write(directory: Path, keys: Keys, statement: dict[str, Any], at_ms: int) -> Path:
    """Durable when it returns. Raises OSError."""
    folder = directory / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    signed = cose.sign(cbor.encode({**statement, "time_ms": at_ms}), keys.node, AAD, keys.sign)
    name = f"{iso(at_ms)[:19].replace(':', '').replace('-', '')}-{statement['replica']}.cose"
    path, aside = folder / name, folder / f".{name}-{os.getpid()}"
    aside.unlink(missing_ok=True)
    write_private(aside, signed.raw)
    aside.replace(path)
    sync_directory(folder)
    for old in sorted(folder.glob("*.cose"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def read(path: Path, key: bytes) -> dict[str, Any]:
    """The statement, checked against the signer's public key. Raises Damaged `bad_drill`."""
    try:
        signed = cose.parse(path.read_bytes())
        signed.verify(key, AAD)
        statement = cbor.decode(signed.payload)
    except (OSError, ProtocolError) as fault:
        zh, en = f"{path} 不是本节点签过的演练记录", f"{path} is no record of a drill signed by this node"
        raise Damaged(say(zh, en), code="bad_drill", hint="qiao backup drill") from fault
    return {**statement, "node": signed.kid.hex()}


def every(directory: Path) -> Iterator[Path]:
    """The newest first."""
    yield from sorted((directory / FOLDER).glob("*.cose"), reverse=True)
