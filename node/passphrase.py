"""Where the keys' passphrase comes from: the node that runs here, a descriptor, a file, systemd, a terminal. Never from
an argument, nor from a variable, which children inherit and the process list shows."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from pathlib import Path

from node import config, keylock
from node.errors import Forbidden, QiaoError, Usage
from node.language import say

DESCRIPTOR, NEW_DESCRIPTOR = "QIAO_PASSPHRASE_FD", "QIAO_NEW_PASSPHRASE_FD"
CREDENTIAL = "qiao-passphrase"  # in $CREDENTIALS_DIRECTORY: LoadCredential= of a systemd unit
OPERATION = "keys.master"
_MOST = 4096  # bytes


def master(directory: Path) -> bytes:
    """The master key of the private files; b"" where they aren't locked. Asked for once a process.

    Raises Forbidden `keys_locked` where nobody can be asked, `wrong_passphrase`, Damaged `bad_lock`."""
    found = keylock.known(directory)
    if found is None:
        found = _of_daemon(directory)
    return keylock.open_with(directory, _given(directory)) if found is None else found


def ready(directory: Path) -> None:
    """Asks now, where a screen or a thread couldn't later; seals what a command that was cut short left in clear."""
    if keylock.is_locked(directory):
        found = master(directory)
        with contextlib.suppress(QiaoError):
            keylock.finish(directory, found)


def new(directory: Path) -> str:
    """Another passphrase, twice where a person types it. Raises Forbidden, Usage `not_the_same`."""
    given = _from_descriptor(NEW_DESCRIPTOR)
    if given is not None:
        return given
    first = _from_terminal(say("新口令: ", "new passphrase: "))
    if first is None:
        raise _nobody(directory, NEW_DESCRIPTOR)
    if _from_terminal(say("再输一次: ", "once more: ")) != first:
        raise Usage(
            say("两次输入的口令不同", "the two passphrases differ"),
            code="not_the_same",
            hint=f"qiao --dir {directory} keys lock",
        )
    return first


def _of_daemon(directory: Path) -> bytes | None:
    """The node that runs here was told it. Whoever may use its socket could read its memory, too."""
    from node.transport import local

    try:
        said = local.do(directory, OPERATION) if local.is_running(directory) else {}
    except QiaoError:
        return None
    if not said.get("master"):
        return None
    found = bytes.fromhex(said["master"])
    keylock.adopt(directory, found)
    return found


def _given(directory: Path) -> str:
    for asked in (_from_descriptor(DESCRIPTOR), _from_file(directory), _from_systemd()):
        if asked is not None:
            return asked
    typed = _from_terminal(say("密钥口令: ", "passphrase of the keys: "))
    if typed is None:
        raise _nobody(directory, DESCRIPTOR)
    return typed


def _nobody(directory: Path, variable: str) -> Forbidden:
    return Forbidden(
        say(
            "密钥有口令，而这里没有终端可问", "the keys have a passphrase, and there is no terminal to ask in"
        ),
        code="keys_locked",
        hint=f"{variable}=3 qiao --dir {directory} status 3<FILE",
    )


def _from_descriptor(variable: str) -> str | None:
    """Read once, to its end or the line's; what we start then has neither."""
    number = os.environ.pop(variable, "")
    if not number:
        return None
    try:
        with os.fdopen(int(number), "rb") as file:
            return _line(file.read(_MOST))
    except (ValueError, OSError) as fault:
        raise Usage(
            say(
                f"{variable}={number} 不是可读的描述符",
                f"{variable}={number} isn't a descriptor to read from",
            ),
            code="bad_passphrase_source",
            hint=f"{variable}=3 qiao keys status 3<FILE",
        ) from fault


def _from_file(directory: Path) -> str | None:
    named = config.load(directory).keys_passphrase_file
    if not named:
        return None
    path = directory / named
    try:
        _refuse_loose(path)
        return _line(path.read_bytes()[:_MOST])
    except OSError as fault:
        raise Usage(
            say(f"读不了口令文件 {path}：{fault}", f"the passphrase file {path} can't be read: {fault}"),
            code="bad_passphrase_source",
            hint=f"ls -l {path}",
        ) from fault


def _refuse_loose(path: Path) -> None:
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Forbidden(
            say(
                f"口令文件 {path} 对其他用户开放，不能使用", f"{path} is open to other users, and isn't used"
            ),
            code="loose_keys",
            hint=f"chmod 600 {path}",
        )


def _from_systemd() -> str | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder, CREDENTIAL) if folder else None
    return _line(path.read_bytes()[:_MOST]) if path is not None and path.is_file() else None


def _from_terminal(prompt: str) -> str | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from getpass import getpass

    return getpass(prompt)


def _line(content: bytes) -> str:
    return content.decode("utf-8", "replace").split("\n")[0].rstrip("\r")
