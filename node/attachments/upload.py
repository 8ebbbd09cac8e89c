"""From a person's disk into the node's keeping: before an act may name a file, its bytes are durable here.

Run by whatever process the person sits at; the writer only takes what is in DIR/blobs already.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from node.errors import DiskTrouble, NotFound, Usage
from node.language import say

from .files import Files, TooLarge
from .naming import HEAD, display_name, media_type
from .reference import Reference

FIELD = "attachments"


def has_paths(params: Mapping[str, Any]) -> bool:
    """Whether an `act` names files of the disk, so that they have to be brought in first."""
    data = params.get("data")
    return isinstance(data, Mapping) and any(isinstance(one, str) for one in _listed(data.get(FIELD)))


def brought(directory: Path, most: int, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an `act` with every path among its attachments stored and replaced by what is to be
    signed. Raises NotFound `no_file`, Usage `attachment_too_large`, `attachment_empty`, DiskTrouble."""
    data = params["data"]
    listed = [
        store(directory, Path(one), most).as_json() if isinstance(one, str) else one
        for one in _listed(data.get(FIELD))
    ]
    return {**params, "data": {**data, FIELD: listed}}


def _listed(raw: Any) -> list[Any]:
    return list(raw) if isinstance(raw, list | tuple) else [] if raw is None else [raw]


def store(directory: Path, path: Path, most: int) -> Reference:
    """Copies one file in, durably."""
    with _opened(path) as source:
        return kept(directory, source, path, most)


def kept(directory: Path, source: IO[bytes], path: Path, most: int) -> Reference:
    """The same of a file that is open already. `path`: how it is called."""
    head = source.read(HEAD)
    source.seek(0)
    if not head:
        raise Usage(say(f"{path} 是空的", f"{path} is empty"), code="attachment_empty", hint=_look(path))
    try:
        content, size = Files(directory).add(source, most)
    except TooLarge:
        raise too_large(path.name, most) from None
    except OSError as fault:
        raise _not_stored(directory, fault) from fault
    name = display_name(path.name)
    return Reference(content, size, media_type(head, name), name)


def _opened(path: Path) -> IO[bytes]:
    try:
        if not path.is_file():
            raise FileNotFoundError(path)
        return path.open("rb")
    except (OSError, ValueError) as fault:
        text = say(f"没有文件 {path}，或读不了", f"there is no file {path}, or it can't be read")
        raise NotFound(text, code="no_file", hint=_look(path)) from fault


def too_large(name: str, most: int) -> Usage:
    zh, en = f"{name} 超过 {most} 字节", f"{name} is over {most} bytes"
    return Usage(say(zh, en), code="attachment_too_large", hint="ls -l FILE")


def _not_stored(directory: Path, fault: OSError) -> DiskTrouble:
    zh, en = f"附件存不进 {directory}：{fault}", f"the attachment can't be stored in {directory}: {fault}"
    return DiskTrouble(say(zh, en), hint=f"df -h {directory}")


def _look(path: Path) -> str:
    return f"ls -l {path.parent}"
