"""The registry as a file (登记册文件): for a node whose parent has no keys any more by which it could be told.

Every commit in it is signed by its author, and the first by the root; so whoever hands it over needs no trust.
One flat file: 8 bytes `QIAOREG1`, then a CBOR list of commits as messages carry them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from node import incarnation, intake, joining, reactions
from node.config import Config
from node.errors import Damaged, DiskTrouble, NotFound, Stale
from node.language import say
from node.page import Person
from node.registry import neighbours
from node.work import Work
from sync_protocol import cbor, messages
from sync_protocol.errors import ProtocolError
from sync_protocol.messages import CommitItem

HEAD = b"QIAOREG1"
MOST = 64 << 20  # bytes of such a file
_NOBODY = b"file"


def save(work: Work, params: Mapping[str, Any], _person: Person | None, _config: Config) -> dict[str, Any]:
    """Raises Stale `file_exists`, DiskTrouble."""
    path = Path(str(params["path"]))
    items = joining.registry(work)
    try:
        with path.open("xb") as file:
            file.write(HEAD + cbor.encode([messages.encode_item(one) for one in items]))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as fault:
        raise Stale(say(f"{path} 已存在", f"{path} exists"), code="file_exists", hint=f"rm {path}") from fault
    except OSError as fault:
        raise DiskTrouble(say(f"写不了 {path}：{fault}", f"{path} can't be written: {fault}")) from fault
    return {"path": str(path), "commits": len(items)}


def load(work: Work, params: Mapping[str, Any], _person: Person | None, _config: Config) -> dict[str, Any]:
    """Takes in what is new of it. Raises NotFound `no_file`, Damaged `bad_registry_file`."""
    path = Path(str(params["path"]))
    taken = intake.take(work, neighbours.registry_alone(_read(path)), peer=_NOBODY)
    incarnation.look(work)
    reactions.settle(work)
    return {"path": str(path), "commits": taken.new, "notes": sorted(set(taken.notes))}


def _read(path: Path) -> tuple[CommitItem, ...]:
    try:
        with path.open("rb") as file:
            raw = file.read(min(os.fstat(file.fileno()).st_size, MOST) + 1)  # room is made for as many
    except OSError as fault:
        raise NotFound(
            say(f"没有文件 {path}", f"there is no file {path}"), code="no_file", hint=f"ls -l {path.parent}"
        ) from fault
    try:
        listed = cbor.decode(raw.removeprefix(HEAD)) if raw.startswith(HEAD) and len(raw) <= MOST else None
        if not isinstance(listed, list) or not all(isinstance(one, bytes) for one in listed):
            raise _bad(path)
        return tuple(map(messages.parse_item, listed))
    except ProtocolError as fault:
        raise _bad(path) from fault


def _bad(path: Path) -> Damaged:
    return Damaged(
        say(f"{path} 不是登记册文件，或已损坏", f"{path} is no registry file, or is damaged"),
        code="bad_registry_file",
        hint="qiao registry save FILE",
    )
