"""A record's attachments as commands and screens show them, and one of them taken out to a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from conflict.declaration import Matter
from conflict.state import State
from node import whole_file
from node.errors import Damaged, NotFound, QiaoError, Stale
from node.language import say

from . import reference, store
from .claims import not_here
from .files import PIECE, Files
from .store import BLOB, Presence

Item = dict[str, Any]


def listed(db: Connection, matter: Matter, state: State) -> list[Item]:
    """number (from 1), hash, size, type, name, state, have (bytes here)."""
    return [
        {"number": at, **one.as_json(), **_state(db, one.hash)}
        for at, one in enumerate(reference.named(matter, state), 1)
    ]


def _state(db: Connection, content: bytes) -> Item:
    found, have = store.presence(db, content)
    known = {"size": have} if found is Presence.PRESENT else {}
    return {**known, "state": str(found), "have": have}


def chosen(items: Sequence[Item], which: str) -> Item:
    """By its number, or by the beginning of its hash (8 digits or more). Raises NotFound `no_attachment`."""
    wanted = which.strip().lower()
    found = [one for one in items if str(one["number"]) == wanted]
    if not found and len(wanted) >= 8:
        found = [one for one in items if one["hash"].startswith(wanted)]
    if len(found) != 1:
        text = say(f"没有附件 {which}", f"there is no attachment {which}")
        raise NotFound(text, code="no_attachment", hint="qiao ticket attachments ID")
    return found[0]


def take_out(directory: Path, item: Mapping[str, Any], target: Path, again: Callable[[str], object]) -> None:
    """Copies an attachment to a new file, if its bytes are what the hash says. `again`: told the hash of one
    that isn't, so that it is asked for anew. Raises Stale `file_exists`, `attachment_not_here`, Usage `no_folder`
    `bad_name`, DiskTrouble, Damaged `attachment_damaged`."""
    if whole_file.is_there(target):
        raise Stale(say(f"{target} 已存在", f"{target} exists"), code="file_exists")
    whole_file.refuse_existing(target, force=False)
    if item["state"] == Presence.PRESENT:
        if _copied(Files(directory), bytes.fromhex(item["hash"]), target):
            return
    elif item["state"] != Presence.DAMAGED:
        raise not_here(item["name"])
    again(item["hash"])
    raise _damaged(item)


def _damaged(item: Mapping[str, Any]) -> QiaoError:
    zh = f"附件 {item['name']} 已损坏，将重新向上下级索取"
    en = f"the attachment {item['name']} is damaged; it will be asked for again"
    return Damaged(say(zh, en), code="attachment_damaged", hint="qiao sync")


def _copied(files: Files, content: bytes, target: Path) -> bool:
    """False, and no file, where the bytes aren't those. Raises as whole_file.beside."""
    seen = hashlib.sha256()
    try:
        with files.path(content).open("rb") as source, whole_file.beside(target, force=False) as out:
            while piece := source.read(PIECE):
                seen.update(piece)
                out.write(piece)
            if seen.digest() != content:
                raise _OtherBytes
    except (FileNotFoundError, _OtherBytes):
        return False
    return True


class _OtherBytes(Exception):
    """Than the hash says."""


def problems(db: Connection, directory: Path) -> Iterator[dict[str, str]]:
    """For `verify`: of what should be whole here, what isn't. Reads every file."""
    files = Files(directory)
    for row in db.execute(select(BLOB.c.hash).where(BLOB.c.complete.is_(True)).order_by(BLOB.c.hash)):
        if not files.is_sound(row.hash):
            text = say(
                "附件文件不在，或与哈希不符", "an attachment's file is gone, or isn't what its hash says"
            )
            yield {"code": "attachment_damaged", "sentence": text, "where": row.hash.hex()}
