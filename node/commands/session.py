"""One call of the command: where, who, in which form the answer is wanted.

The node is opened at first need and closed at the end; the person's login is read once.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from node.errors import Forbidden, NotFound, QiaoError, Usage
from node.language import say, use, used

from .hoist import Call
from .shown import dumps, line

if TYPE_CHECKING:
    from node.face import Node, Person
    from node.web import Door

Lines = Iterable[str]


@dataclass(frozen=True, slots=True)
class Screens:
    """What shows something, handed in by `cli`, since node knows no screens: the UI on a directory; the first run in
    one without a node, which says whether there is one now; the UI served to browsers; the UI beside a node that runs
    already."""

    show: Callable[[Path], None] = lambda _directory: None
    first: Callable[[Path], bool] = lambda _directory: False
    serve: Callable[[Door], None] = lambda _door: None
    seat: Callable[[Path], None] = lambda _directory: None


class Session:
    """`out` is the real stdout: with --json everything else that prints goes to stderr."""

    def __init__(self, call: Call, screens: Screens | None = None) -> None:
        self.screens = screens or Screens()
        self.directory = Path(call.directory or os.environ.get("QIAO_DIR") or ".").expanduser()
        self.json = call.json
        self.staff = call.staff
        speak(self.directory)
        self.out = sys.stdout
        self.exit = 0
        self._node: Node | None = None
        self._person: Person | None = None
        self._actor: str | None = None
        self._daemon: bool | None = None

    def node(self) -> Node:
        """Opened once. Raises NotFound (`no_node`)."""
        if self._node is None:
            from node.face import Node

            self._node = Node.open(self.directory, language=used())
        return self._node

    def person(self) -> Person:
        """Who acts. Raises Usage without --as, Forbidden (`auth`) for every failure of the login alike."""
        if self._person is None:
            staff = self._named()
            self._person = self.node().login(staff, password())
        return self._person

    def acting(self) -> str:
        """The id of who acts. Beside a daemon it knows him, and the database's library needn't be imported."""
        if self._actor is None:
            staff = self._named()
            if self._beside_daemon():
                from node.transport import local

                local.do(self.directory, "login", {"staff": staff, "password": password()})
            else:
                self.person()
            self._actor = staff
        return self._actor

    def do(self, operation: str, params: dict[str, Any], *, by_person: bool = True) -> dict[str, Any]:
        """An operation of the writer, by whom --as names. Raises QiaoError."""
        staff = self.acting() if by_person else None
        if self._beside_daemon():
            from node.transport import local

            return local.do(self.directory, operation, self._with_files(operation, params), staff)
        person = self.person() if by_person else None
        done: dict[str, Any] = self.node().do(operation, params, person)
        return done

    def _with_files(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """As node/face.py does where no daemon runs: files named by path are brought in first."""
        if operation != "act" or "attachments" not in (params.get("data") or {}):
            return params
        from node import config
        from node.attachments import upload

        if not upload.has_paths(params):
            return params
        return upload.brought(self.directory, config.load(self.directory).attachment_max, params)

    def _beside_daemon(self) -> bool:
        """Looked up once: a batch goes one way from its first line to its last."""
        if self._daemon is None:
            from node.transport import local

            self._daemon = self._node is None and local.is_running(self.directory)
        return self._daemon

    def _named(self) -> str:
        if self.staff is None:
            text = say("缺少 --as：由谁办理", "--as STAFF is missing: who acts")
            raise Usage(text, code="no_staff", hint="qiao --as STAFF … (QIAO_PASSWORD)")
        if not (self.directory / "node.db").exists():
            raise no_node(self)
        return self.staff

    def answer(self, document: dict[str, Any], lines: Callable[[dict[str, Any]], Lines]) -> None:
        """The command's result: one JSON document, or text for a person."""
        self.write([dumps(document)] if self.json else lines(document))

    def write(self, lines: Lines) -> None:
        for one in lines:
            self.out.write(one + "\n")
        self.out.flush()

    def command(self, words: str) -> str:
        """A command that can be run as it stands: with this node's directory, where it isn't the current one, and
        who acts."""
        place = [] if self.directory == Path() else ["--dir", shlex.quote(str(self.directory))]
        acting = ["--as", shlex.quote(self.staff)] if self.staff else []
        return " ".join(["qiao", *place, *acting, words])

    def narrate(self, text: str) -> None:
        """Progress and remarks, on stderr."""
        sys.stderr.write(line(text) + "\n")
        sys.stderr.flush()

    def close(self) -> None:
        if self._node is not None:
            self._node.close()
            self._node = None


def session(context: typer.Context) -> Session:
    """The session that `cli.main` put into the context."""
    found = context.find_root().obj
    assert isinstance(found, Session)
    return found


def no_node(session: Session) -> NotFound:
    place = session.directory
    text = say(f"{place} 里没有节点", f"there is no node in {place}")
    return NotFound(text, code="no_node", hint=f"qiao --dir {place} init --unit CODE --name NAME")


def password(variable: str = "QIAO_PASSWORD", prompt: str = "密码 password: ") -> str:
    """From the environment, else asked for in a terminal. Raises Forbidden (`auth`) when there is neither."""
    given = os.environ.get(variable)
    if given is not None:
        return given
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        text = say(
            f"没有密码：{variable} 没有设置，也没有终端可问",
            f"no password: {variable} isn't set, and there is no terminal to ask in",
        )
        raise Forbidden(text, code="auth", hint=f"export {variable}=…")
    from getpass import getpass

    return getpass(prompt)


def speak(directory: Path) -> None:
    """The process's language, as node.toml says; a bad file is told by whoever needs the settings."""
    if (directory / "node.toml").exists():
        from node import config

        with suppress(QiaoError):
            use(config.load(directory).language)
