"""The running node's look into the drop folder: each file that lies there whole is attached to its ticket, signed by
the person whom node.toml names, and moved to `done`; what can't be is moved to `rejected` with the reason."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from pathlib import Path
from typing import Any

from node.attachments import reference, upload
from node.attachments.naming import HEAD, media_type
from node.attachments.reference import Reference
from node.config import Config
from node.errors import Forbidden, NotFound, QiaoError, Usage
from node.language import say
from node.logs.events import tell
from node.matters import KINDS
from node.transport.hand import Hand

from .folder import DONE, QUIET_S, REJECTED, Folder, Found

log = logging.getLogger("qiao.drop")

EVERY_S = 1.0
_NUMBER = re.compile(r"(\d{6,12}-\d{8}-\d{4,6}(?:-[0-9a-f]{4})?|[0-9a-f]{32})(?![0-9A-Za-z])")
_SHORT = re.compile(r"\d{6,12}-\d{8}-\d{4,6}")
_PHOTOS = (b"heic", b"heix", b"mif1", b"heif", b"avif")  # what a telephone takes, in a film's container


def numbers(one: Found) -> list[str]:
    """The ticket numbers that a file may mean: of its folder, else its name's beginning; the longest first."""
    hit = _NUMBER.match(one.folder or one.name)
    if hit is None or (one.folder and hit[0] != one.folder):
        return []
    short = _SHORT.match(hit[0])
    return list(dict.fromkeys([hit[0], *([short[0]] if short and not one.folder else [])]))


def is_photo(head: bytes) -> bool:
    kind = media_type(head, "")
    return (
        kind.startswith("image/")
        or kind == "application/pdf"
        or head[4:12] in {b"ftyp" + one for one in _PHOTOS}
    )


class Drop:
    def __init__(self, config: Config, hand: Hand) -> None:
        assert config.drop_directory is not None, "there is a folder to look into"
        self._config, self._hand = config, hand
        self._folder = Folder(config.drop_directory)
        self._seen: dict[Found, tuple[tuple[int, int, int], float]] = {}  # as it was, and since when
        self._trouble = ""

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """One round. What stands in the way of all of them is logged once, by its code, and tried again."""
        try:
            for one in await asyncio.to_thread(self._whole):
                await self._take(one)
            self._trouble = ""
        except (OSError, QiaoError) as fault:
            code = fault.code if isinstance(fault, QiaoError) else type(fault).__name__
            if code != self._trouble:
                tell(log, logging.WARNING, "drop_failed", code=code)
            self._trouble = code

    def _whole(self) -> list[Found]:
        """What hasn't changed for two seconds."""
        now = time.monotonic()
        listed = dict(self._folder.listed())
        self._seen = {
            one: self._seen[one] if one in self._seen and self._seen[one][0] == look else (look, now)
            for one, look in listed.items()
        }
        return [one for one, (_, since) in self._seen.items() if now - since >= QUIET_S]

    async def _take(self, one: Found) -> None:
        """Raises Forbidden `auth`, DiskTrouble, Locked: then the file stays where it is."""
        try:
            await self._attach(one)
        except (NotFound, Usage, Forbidden) as fault:
            if fault.code in ("auth", "no_such_operation"):
                raise
            await asyncio.to_thread(self._reject, one, f"{fault.text} [{fault.code}]")
        else:
            await asyncio.to_thread(self._folder.move, one, DONE)
        self._seen.pop(one, None)

    def _reject(self, one: Found, why: str) -> None:
        self._folder.explain(self._folder.move(one, REJECTED), why)

    async def _attach(self, one: Found) -> None:
        named = numbers(one)
        if not one.plain:
            raise _refused(
                "not_a_file", "不是普通文件（链接、管道不收）", "is no plain file: links aren't followed"
            )
        if not named:
            raise _refused("no_number", "文件名应以工单号开头，或放在以工单号命名的文件夹里",
                           "its name must begin with a ticket's number, or its folder be one")  # fmt: skip
        kept = await asyncio.to_thread(self._keep, one)
        fault: QiaoError | None = None
        for name in named:
            try:
                await self._hand.run(lambda writer, name=name: self._act(writer, name, kept))  # type: ignore[misc]
                return
            except NotFound as found:
                fault = found
        assert fault is not None, "it names at least one"
        raise fault

    def _keep(self, one: Found) -> Reference:
        """The bytes in the node's own keeping. Raises Usage, DiskTrouble."""
        with self._folder.open(one) as source:
            head = source.read(HEAD)
            source.seek(0)
            if head and not is_photo(head):
                raise _refused("not_a_photo", "不是照片或 PDF", "is neither a photo nor a PDF")
            return upload.kept(self._config.directory, source, Path(one.name), self._config.attachment_max)

    def _act(self, writer: Any, name: str, kept: Reference) -> None:
        """On the writer's thread. Attached already (before a crash, or twice): nothing is signed."""
        for kind in KINDS.values():
            fields = {field.name for field in reference.fields(kind.matter)}
            verb = next(
                (one for one in kind.verbs if len(one.required) == 1 and one.required <= fields), None
            )
            if verb is not None:
                asked = {"matter": kind.matter.name, "verb": verb.name, "record": name,
                         "data": {next(iter(verb.required)): [kept.as_json()]}, "once": True}  # fmt: skip
                writer.do("act", asked, self._config.drop_staff)
                return


def _refused(code: str, zh: str, en: str) -> Usage:
    return Usage(say(zh, en), code=code, hint="ls -l FOLDER")
