"""All checks in their order. A new one is a function in a file of its noun, and a name here."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from node.errors import QiaoError
from node.language import say

from . import (
    backup,
    channel,
    clock,
    database,
    disk,
    filesystem,
    line,
    packages,
    permissions,
    settings,
    standing,
    versions,
)
from .finding import Check, Finding, Level, Site

MACHINE: tuple[Check, ...] = (
    settings.running,
    versions.program,
    versions.sqlite,
    versions.backup_program,
    packages.packages,
    settings.settings,
    settings.terminal,
    filesystem.filesystem,
    disk.space,
    disk.inodes,
    disk.speed,
    clock.moved,
    clock.step,
)
# Of a node that is there
FILES: tuple[Check, ...] = (permissions.permissions, permissions.private, database.database, database.wal)
# Of a database that can be read
NODE: tuple[Check, ...] = (
    database.projection,
    database.integrity,
    clock.offset,
    line.line,
    line.exchange,
    channel.channel,
    channel.certificate,
    backup.backup,
    backup.places,
    backup.apart,
    standing.registry,
    standing.staff,
    standing.calendar,
    standing.exceptions,
    standing.marker,
    standing.lives,
)
AT_ONCE = 16  # most of them wait: for a disk, a name, a peer, a program


def examined(site: Site) -> list[Finding]:
    """Everything that was found, in the order of the checks. Raises nothing."""
    checks = [*MACHINE, *FILES, *NODE] if site.has_node else [*MACHINE]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(checks, pool.map(lambda check: list(guarded(check, site)), checks), strict=True))
    if any(one.name == "database" and one.level is Level.RED for one in found.get(database.database, ())):
        found = {check: some for check, some in found.items() if check not in NODE}
    return [one for some in found.values() for one in some]


def guarded(check: Check, site: Site) -> Iterator[Finding]:
    """A check that fails says so itself, and keeps no other from being made."""
    try:
        yield from check(site)
    except Exception as fault:
        if isinstance(fault, QiaoError) and fault.code == "bad_config":
            return  # told by the check of the settings
        if os.environ.get("QIAO_DEBUG"):
            traceback.print_exception(fault)
        text = say(
            f"这一项没查成：{type(fault).__name__}", f"this couldn't be looked at: {type(fault).__name__}"
        )
        yield Finding(check.__name__, Level.RED, text, hint="QIAO_DEBUG=1 qiao --dir DIR doctor")


def worst(found: Sequence[Finding]) -> Level:
    order = list(Level)
    return max((one.level for one in found), key=order.index, default=Level.OK)
