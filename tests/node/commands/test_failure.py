import errno
import sqlite3

import pytest
from typer import BadParameter, Typer, TyperException
from typer.main import get_command

from node.commands.failure import explain, interrupted
from node.errors import Forbidden
from sync_protocol.errors import BadEnvelope, BadText


def _sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("trouble")
    error.sqlite_errorcode = code  # type: ignore[misc]
    return error


class Wrapped(Exception):
    def __init__(self, orig: Exception) -> None:
        super().__init__("wrapped")
        self.orig = orig


@pytest.mark.parametrize(
    ("error", "code", "exit"),
    [
        (_sqlite(13), "disk_full", 9),
        (_sqlite(8 | 1 << 8), "read_only", 9),
        (_sqlite(10 | 3 << 8), "disk_io", 9),
        (Wrapped(sqlite3.OperationalError("database or disk is full")), "disk_full", 9),
        (Wrapped(sqlite3.OperationalError("attempt to write a readonly database")), "read_only", 9),
        (sqlite3.DatabaseError("database disk image is malformed"), "database_damaged", 7),
        (sqlite3.DatabaseError("file is not a database"), "not_a_database", 7),
        (sqlite3.OperationalError("database is locked"), "locked", 8),
        (OSError(errno.ENOSPC, "no space"), "disk_full", 9),
        (OSError(errno.EROFS, "read-only file system"), "disk_io", 9),
        (PermissionError(errno.EACCES, "no"), "read_only", 9),
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), "line_down", 6),
        (BadText("narrative", "U+0001", 5), "bad_text", 2),
        (BadEnvelope("garbage"), "bad_envelope", 6),
        (ZeroDivisionError("x"), "unexpected", 1),
        (sqlite3.OperationalError("no such table: t"), "unexpected", 1),
    ],
)
def test_what_goes_wrong_has_a_code_and_an_exit(error: Exception, code: str, exit: int) -> None:
    told = explain(error)
    assert (told.code, told.exit) == (code, exit)


def test_our_own_errors_are_told_as_they_are() -> None:
    error = Forbidden("不行", code="auth", hint="export QIAO_PASSWORD=…")
    assert explain(error) is error


def test_an_interrupt_is_130() -> None:
    assert interrupted().exit == 130 and interrupted().code == "interrupted"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BadParameter("Input should be greater than or equal to 1"), "的值不对：不得小于 1"),
        (TyperException("something else"), "用法不对：something else"),
    ],
)
def test_what_the_option_parser_says_is_told_in_chinese(error: Exception, told: str) -> None:
    assert told in str(explain(error))


def test_an_argument_too_many_is_told_in_chinese_as_the_parser_of_today_says_it() -> None:
    """It writes "argument(s)" where it wrote "argument", and the sentence came out half in English."""
    app = Typer()
    app.command()(lambda: None)
    with pytest.raises(TyperException) as fault:
        get_command(app).main(["maybe", "so"], standalone_mode=False)
    assert str(explain(fault.value)) == "多出来的参数：maybe so（文字里有空格的要加引号）"
