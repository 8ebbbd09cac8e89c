"""What went wrong, as an exit code and an error object (design: the command line, exit codes).

Every exception that reaches the command ends here: our own carry their code; those of SQLite, the disk,
the line and the option parser are told by what they mean to the user; the rest is `unexpected`, 1.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator

import typer

from node.errors import Damaged, DiskTrouble, LineDown, Locked, QiaoError, Usage
from node.language import say, used

INTERRUPTED = 130
_DISK_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
_SHUT_ERRNOS = {errno.EACCES, errno.EPERM}
# SQLite's primary result codes, and the words that stand in for them where a driver gives none
_SQLITE = {
    13: (DiskTrouble, "disk_full", "database or disk is full"),
    8: (DiskTrouble, "read_only", "readonly database"),
    10: (DiskTrouble, "disk_io", "disk i/o error"),
    14: (DiskTrouble, "cannot_open", "unable to open database"),
    11: (Damaged, "database_damaged", "malformed"),
    26: (Damaged, "not_a_database", "not a database"),
    5: (Locked, "locked", "database is locked"),
    6: (Locked, "locked", "table is locked"),
}
_SENTENCES = {
    "disk_full": ("磁盘已满，没有写入任何内容", "the disk is full; nothing was written"),
    "read_only": ("数据目录不可写，没有写入任何内容", "the directory can't be written; nothing was written"),
    "disk_io": ("磁盘读写出错，没有写入任何内容", "the disk failed; nothing was written"),
    "cannot_open": ("打不开数据库文件", "the database file can't be opened"),
    "database_damaged": ("数据库已损坏", "the database is damaged"),
    "not_a_database": ("node.db 不是数据库，或已加密", "node.db isn't a database, or is encrypted"),
    "locked": ("数据库被另一个进程占用", "another process holds the database"),
    "line_down": ("线路不通，本机数据完好", "the line is down; nothing is lost"),
    "interrupted": ("已中断，数据完好", "interrupted; nothing half done"),
    "unexpected": ("程序出错", "unexpected"),
}
_HINTS = {
    "disk_full": "df -h",
    "read_only": "ls -ld DIR",
    "database_damaged": "qiao --dir DIR verify",
    "locked": "qiao --dir DIR status",
    "line_down": "qiao --dir DIR status",
    "unexpected": "QIAO_DEBUG=1 qiao …",
}


def explain(error: BaseException) -> QiaoError:
    """The error as one of ours; `.exit` is the exit code."""
    if isinstance(error, QiaoError):
        return error
    if isinstance(error, typer.TyperException):
        return _usage(error)
    for cause in _causes(error):
        told = _told(cause)
        if told is not None:
            return told
    return _make(QiaoError, "unexpected", f"{type(error).__name__}: {error}")


def interrupted() -> QiaoError:
    told = _make(QiaoError, "interrupted")
    told.exit = INTERRUPTED
    return told


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what the database layer wraps, and what it was raised from."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            pending += [getattr(one, "orig", None), one.__cause__]


def _told(error: BaseException) -> QiaoError | None:
    module = type(error).__module__.partition(".")[0]
    if module in ("sqlite3", "sqlcipher3"):
        return _sqlite(error)
    if module in ("httpx", "httpcore"):
        return _make(LineDown, "line_down", str(error))
    if module == "sync_protocol":
        return _protocol(error)
    if isinstance(error, OSError):
        return _disk(error)
    return None


def _sqlite(error: BaseException) -> QiaoError | None:
    number = getattr(error, "sqlite_errorcode", None)
    text = str(error).lower()
    for primary, (kind, code, words) in _SQLITE.items():
        if (number is not None and number & 0xFF == primary) or words in text:
            return _make(kind, code)
    return None


def _disk(error: OSError) -> QiaoError | None:
    if isinstance(error, ConnectionError):
        return _make(LineDown, "line_down", str(error))
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _make(DiskTrouble, "disk_full")
    if error.errno in _DISK_ERRNOS:
        return _make(DiskTrouble, "disk_io", str(error))
    if error.errno in _SHUT_ERRNOS:
        return _make(DiskTrouble, "read_only", str(error))
    return None


def _protocol(error: BaseException) -> QiaoError | None:
    from node import faults
    from sync_protocol.errors import ProtocolError

    return faults.explained(error) if isinstance(error, ProtocolError) else None


def _make(kind: type[QiaoError], code: str, detail: str = "") -> QiaoError:
    sentence = say(*_SENTENCES[code])
    text = f"{sentence}: {detail}" if detail else sentence
    return kind(text, code=code, hint=_HINTS.get(code, ""))


def _usage(error: typer.TyperException) -> Usage:
    text = error.format_message() if used() == "en" else _in_chinese(error)
    return Usage(text, hint=_help_of(error))


def _help_of(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help" if context is not None else "qiao --help"


def _in_chinese(error: typer.TyperException) -> str:
    """The option parser speaks English alone; its kinds of error are few."""
    parameter = getattr(error, "param", None)
    name = parameter.get_error_hint() if parameter is not None else ""
    if type(error).__name__ == "MissingParameter":
        return f"缺少参数 {name}"
    option = getattr(error, "option_name", "")
    if type(error).__name__ == "NoSuchOption":
        near = "、".join(sorted(getattr(error, "possibilities", None) or ()))
        return f"没有选项 {option}" + (f"；最接近的是 {near}" if near else "")
    if type(error).__name__ == "BadOptionUsage":
        return f"选项 {option} 用法不对：{error.message}"
    if isinstance(error, typer.BadParameter):
        return f"参数 {name} 的值不对：{_said(error.message)}"
    return _said(error.format_message(), f"用法不对：{error.format_message()}")


_SAID = (
    (r"Input should be greater than or equal to (\S+)", r"不得小于 \1"),
    (r"Input should be less than or equal to (\S+)", r"不得大于 \1"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", r"多出来的参数：\1（文字里有空格的要加引号）"),
)


def _said(message: str, other: str = "") -> str:
    """What the option parser says most, in Chinese; `other` for the rest, else as it is."""
    for english, chinese in _SAID:
        if re.search(english, message):
            return re.sub(f".*{english}.*", chinese, message, flags=re.DOTALL)
    return other or message
