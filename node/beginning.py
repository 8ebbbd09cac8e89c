"""The beginning of a node (开局) in steps, as the first run goes through them: each may fail, and be tried again.

What the commands `init`, `join` and `staff add` do, for whoever sits at the machine. A node that a refused
invitation left behind is taken away again; one whose request may have reached the parent stays, since the parent
knows its keys by then, and the next try asks with the same ones.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node import enrolling, founding, glance, stick
from node.clock import SystemClock
from node.entropy import SystemEntropy
from node.errors import DiskTrouble, NotFound, QiaoError, Usage
from node.faults import explained
from node.language import say
from sync_protocol.errors import ProtocolError
from sync_protocol.invitation import PREFIX, Invitation

EMPTY, ALONE, WAITING, UNSTAFFED, READY = "empty", "alone", "waiting", "unstaffed", "ready"
REFUSED = frozenset(
    {"bad_invitation", "invitation_used", "invitation_expired", "wrong_root", "bad_mac", "join_refused"}
)  # the parent took nothing
LONGEST = 64 << 10  # bytes of a file with an invitation
LEADER = ["operator", "dispatcher", "handler"]  # of an administrator who works at the desk as well


class Beginning:
    """Every method may take long and raises QiaoError."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def standing(self) -> str:
        """EMPTY: no node. ALONE: a node in no tree, and nobody can sign in; WAITING: besides, its request went by
        file. UNSTAFFED: in a tree, and nobody can sign in. READY."""
        if not (self.directory / glance.DATABASE).exists():
            self._must_be_writable()
            return EMPTY
        from node.face import Node

        with Node.open(self.directory) as node:
            enrolled, asked, staffed = node.begun()
        if staffed:
            return READY
        return UNSTAFFED if enrolled else WAITING if asked else ALONE

    def _must_be_writable(self) -> None:
        """Told at once, not behind a form."""
        place = self.directory.absolute()
        while not place.exists():
            place = place.parent
        if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
            raise DiskTrouble(
                say(f"{self.directory} 不能写", f"{self.directory} can't be written"), hint=f"ls -ld {place}"
            )

    def root(self, unit: str, name: str, recovery: Path) -> dict[str, Any]:
        """The first node of a tree. Raises as founding.init, and Usage `recovery_near` for a key kept beside what it
        is to rescue."""
        self.check_recovery(recovery)
        return founding.init(
            self.directory, unit.strip(), name.strip(), clock=SystemClock(), entropy=SystemEntropy(), root=True,
            recovery=recovery,
        )  # fmt: skip

    def check_recovery(self, recovery: Path) -> None:
        """Raises Usage `recovery_near`, NotFound `no_file`."""
        if recovery.resolve().is_relative_to(self.directory.resolve()):
            raise Usage(
                say(
                    "恢复密钥不要和节点放在同一个目录：节点没了，它也就没了",
                    "keep the recovery key away from the node's directory: it goes where the node goes",
                ),
                code="recovery_near",
                hint="ls /media",
                field="recovery",
            )
        if not recovery.absolute().parent.is_dir():
            raise NotFound(
                say(f"没有文件夹 {recovery.parent}", f"there is no folder {recovery.parent}"),
                code="no_file",
                hint="ls /media",
            )

    def read(self, given: str) -> Invitation:
        """From a line, however it was broken on its way, or the name of a file that holds it. Raises Usage with the
        code of what is wrong, NotFound `no_file`."""
        line = "".join(given.split())
        if not line.startswith(PREFIX):
            line = "".join(_content(Path(given.strip())).decode("utf-8", "replace").split())
        return enrolling.read(line)

    def join(self, given: str) -> dict[str, Any]:
        """Over the line. Raises as founding.join, and a refusal explained."""
        from node.transport.round import poster

        asked = self.read(given)
        return self._undone_where_refused(
            lambda: founding.join(
                self.directory,
                asked,
                poster(self.directory, asked.sign),
                clock=SystemClock(),
                entropy=SystemEntropy(),
            )
        )

    def ask(self, given: str, request: Path) -> dict[str, Any]:
        """By a file to be carried to the parent. Raises Stale `file_exists`, as founding.found and stick.write."""
        asked = self.read(given)
        return self._undone_where_refused(lambda: self._ask(asked, request))

    def _ask(self, asked: Invitation, request: Path) -> dict[str, Any]:
        founding.found(self.directory, asked, clock=SystemClock(), entropy=SystemEntropy())
        made = self._do("join.ask", {"invitation": asked.to_text()})
        content = b64decode(made.pop("request"))
        if not (request.is_file() and request.read_bytes() == content):
            stick.write(request, [content])
        return {**made, "file": str(request)}

    def take(self, reply: Path) -> dict[str, Any]:
        """The parent's reply. Raises Damaged, Forbidden, NotFound."""
        return self._do("join.take", {"reply": b64encode(_content(reply, 1 << 26)).decode()})

    def staff(self, id: str, name: str, password: str, *, works: bool) -> dict[str, Any]:
        """The first person, who becomes administrator. Raises Usage `bad_value`, `weak_password`."""
        roles = ["admin", *LEADER] if works else ["admin"]
        told = {"id": id, "name": name.strip(), "roles": roles, "password": password}
        if not told["name"]:
            raise Usage(
                say("写上姓名", "a name is needed"),
                code="bad_value",
                hint="qiao staff add --help",
                field="name",
            )
        return self._do("staff.add", told)

    def _do(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        from node.face import Node

        with Node.open(self.directory) as node:
            return node.do(operation, params)

    def _undone_where_refused(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        made_here = not (self.directory / glance.DATABASE).exists()
        try:
            return work()
        except (ProtocolError, QiaoError) as fault:
            told = explained(fault) if isinstance(fault, ProtocolError) else fault
            if made_here and told.code in REFUSED:
                founding.unmake(self.directory)
            raise told from fault


def _content(path: Path, most: int = LONGEST) -> bytes:
    try:
        with path.open("rb") as file:
            found = file.read(most + 1)
    except OSError as fault:
        raise NotFound(
            say(f"读不了文件 {path}", f"the file {path} can't be read"), code="no_file", hint=f"ls -l {path}"
        ) from fault
    if len(found) > most:
        raise Usage(
            say(f"{path} 太大", f"{path} is too large"), code="bad_invitation", hint="qiao join --help"
        )
    return found
