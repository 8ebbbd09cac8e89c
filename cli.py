"""The command `qiao`: joins the subjects of node/commands, and turns what goes wrong into an exit code."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import shlex
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from node.commands.failure import INTERRUPTED, explain, interrupted
from node.commands.hoist import Call, hoist, wants_json
from node.commands.lazy import STYLE, Subjects, examples
from node.commands.session import Screens, Session
from node.commands.shown import dumps, line
from node.errors import QiaoError
from node.language import say, used

if TYPE_CHECKING:
    from node.web import Door

app = typer.Typer(
    cls=Subjects,
    help="桥 qiao：工会热线各级单位的节点。\n\n"
    "任何命令前后都可写 --json（输出一份 JSON）与 --as 工号（由谁办理，密码取自 QIAO_PASSWORD）；\n"
    "命令前写 --dir 目录（或设 QIAO_DIR）指明节点所在。",
    epilog=examples(
        "qiao --dir /srv/qiao status",
        "qiao --dir /srv/qiao --as li ticket list --phase dispatched",
        "qiao --dir /srv/qiao --as li ticket accept 370211-20261121-0001 --json",
        "qiao demo",
    ),
    **STYLE,
)


@app.callback()
def _root() -> None:
    """Nothing is done before a subject is named; its options are taken by `hoist`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code. Never raises but for `SystemExit` of a broken pipe."""
    if argv is None:
        return _quick(sys.argv[1:])
    words = list(argv)
    _use_utf8()
    try:
        session = Session(hoist(words), SCREENS)
    except QiaoError as error:
        return _tell(error, Call((), json=wants_json(words)))
    try:
        return _run(session, [*hoist(words).rest] or _alone(session, words))
    except BrokenPipeError:
        return _hush()
    finally:
        session.close()


def _alone(session: Session, words: list[str]) -> list[str]:
    """`qiao` without a command: in a terminal, for a directory that is named or empty and has no node, the first run;
    elsewhere the help."""
    place = session.directory
    named = bool(hoist(words).directory or os.environ.get("QIAO_DIR"))
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and not session.json
    wanted = terminal and not (place / "node.db").exists() and (named or not any(place.iterdir()))
    return ["run"] if wanted else ["--help"]


def _quick(words: Sequence[str]) -> int:
    """`main` as a process of its own: most of a command is imports, whose objects live as long as it does, so
    the collector looks for garbage seldom, and not once more at the end."""
    gc.set_threshold(50_000, 50, 50)
    _leave_no_core()
    try:
        return main(words)
    finally:
        gc.freeze()


def _leave_no_core() -> None:
    """What is in memory, keys among it, isn't written to the disk by a crash."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows; a limit that is lower already
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _screen(directory: Path) -> None:
    from tui.app import run  # Textual: only where a terminal shows it

    run(directory, used(), tour=True)


def _seat(directory: Path) -> None:
    from tui.app import run

    run(directory, used(), seat=True, tour=True)


def _first(directory: Path) -> bool:
    from tui.app import first_run

    return first_run(directory, used())


def _serve(door: Door) -> None:
    from tui.web.door import run

    run(door, used())


SCREENS = Screens(_screen, _first, _serve, _seat)


def _run(session: Session, words: list[str]) -> int:
    call = Call((), json=session.json)
    try:
        with _only_json(session, words):
            _parse_and_run(session, words)
        return session.exit
    except (KeyboardInterrupt, typer.Abort):
        return _tell(interrupted(), call)
    except BrokenPipeError:
        raise
    except Exception as error:
        if os.environ.get("QIAO_DEBUG"):
            traceback.print_exc()
        return _tell(explain(error), call, str(session.directory))


def _parse_and_run(session: Session, words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    code = command.main(args=words, prog_name="qiao", standalone_mode=False, obj=session)
    if code == INTERRUPTED:  # the option parser makes a number of Ctrl-C
        raise KeyboardInterrupt
    if isinstance(code, int) and code:
        session.exit = code


@contextlib.contextmanager
def _only_json(session: Session, words: list[str]) -> Iterator[None]:
    """With --json nothing but the document reaches stdout; help becomes a document of its own."""
    if not session.json:
        yield
        return
    stray = io.StringIO()
    with contextlib.redirect_stdout(stray if "--help" in words else sys.stderr):
        yield
    if stray.getvalue():
        session.write([dumps({"help": stray.getvalue()})])


def _tell(error: QiaoError, call: Call, directory: str = "DIR") -> int:
    """The error object on stdout with --json, else a sentence and a hint on stderr."""
    error.hint = _runnable(error.hint, directory)
    if call.json:
        sys.stdout.write(dumps(error.as_json()) + "\n")
        sys.stdout.flush()
        return error.exit
    sys.stderr.write(line(f"{say('错误', 'error')} [{error.code}] {error.text}") + "\n")
    if error.hint:
        sys.stderr.write(line(f"{say('可以试试', 'try')}: {error.hint}") + "\n")
    return error.exit


def _runnable(hint: str, directory: str) -> str:
    """The hint with this node's directory in it, so that it can be run as it stands."""
    named = shlex.quote(directory)
    if "--dir DIR" in hint:
        return hint.replace("--dir DIR", f"--dir {named}")
    bare = hint.startswith("qiao ") and "--dir" not in hint and directory not in (".", "DIR")
    return f"qiao --dir {named} {hint[5:]}" if bare else hint


def _use_utf8() -> None:
    """Whatever the console's code page, what programs read is UTF-8; a lone surrogate never stops us."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _hush() -> int:
    """Who read us has gone (`qiao … | head`): no traceback when Python flushes at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
