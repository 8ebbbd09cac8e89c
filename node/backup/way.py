"""Which way a node is backed up: Litestream where it can, else sealed copies on a schedule."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from node.config import FILE, Config
from node.errors import Usage
from node.language import say

LITESTREAM, SEALED = "litestream", "sealed"
PROGRAM = "litestream"
DATABASE = "node.db"


def program(config: Config) -> str | None:
    """The configured program, else the one installed beside Python, else the one on PATH."""
    if config.backup_program:
        return shutil.which(config.backup_program)
    beside = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    return shutil.which(PROGRAM, path=os.pathsep.join(beside)) or shutil.which(PROGRAM)


def way(config: Config) -> str:
    """`auto` is Litestream but on Windows, which has none, and for an encrypted database, which it can't read."""
    if config.backup_way != "auto":
        return config.backup_way
    return SEALED if config.encrypted or sys.platform == "win32" else LITESTREAM


def check(config: Config) -> None:
    """At start. Raises Usage `encrypted_litestream`, and as settings.replicas."""
    from node.backup.places import settings

    settings.replicas(config)
    if config.backup_enabled and config.encrypted and way(config) == LITESTREAM:
        where = config.directory / FILE
        raise Usage(
            say(
                f"{where}：数据库已加密，Litestream 读不了；把 backup.way 改为 sealed（或删去这一行）",
                f"{where}: the database is encrypted, and Litestream can't read it; set backup.way to sealed, or "
                "leave it out",
            ),
            code="encrypted_litestream",
            hint=f"sed -i 's/^way *=.*/way = \"sealed\"/' {where}",
        )
