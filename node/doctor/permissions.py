"""Who may read what: keys 0600, the directory 0700, both of whoever runs the node."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from node import keys
from node.language import say

from .finding import Finding, Level, Site

SHOWN = 3


def permissions(site: Site) -> Iterator[Finding]:
    if sys.platform == "win32" or not site.has_node:
        return
    if _open_to_others(site.directory):
        text = say(f"{site.directory} 别人也能进", f"{site.directory} is open to others")
        yield Finding("permissions", Level.WARNING, text, hint=f"chmod 700 {site.directory}")
    else:
        yield Finding("permissions", Level.OK, say("目录只有本人能进", "the directory is its owner's alone"))
    yield from _owners(site)


def private(site: Site) -> Iterator[Finding]:
    """Keys, and what a browser's certificate is signed by."""
    if sys.platform == "win32" or not site.has_node:
        return
    folders = [path for path in site.directory.glob("keys*") if path.is_dir()]
    if not (site.directory / keys.DIRECTORY).is_dir():
        text = say("没有密钥目录 keys/", "there is no keys/")
        yield Finding("keys", Level.RED, text, hint=f"ls -l {site.directory}")
        return
    loose = [path for folder in folders for path in (folder, *folder.iterdir()) if _open_to_others(path)]
    if loose:
        named = ", ".join(str(path.relative_to(site.directory)) for path in loose[:SHOWN])
        text = say(f"密钥别人也能读：{named}", f"keys are open to others: {named}")
        wild = " ".join(str(folder) for folder in folders)
        yield Finding("keys", Level.RED, text, hint=f"chmod -R u=rwX,go= {wild}")
    else:
        yield Finding("keys", Level.OK, say("密钥只有本人能读", "keys are their owner's alone"))


def _owners(site: Site) -> Iterator[Finding]:
    """A command of root's beside a service of another user's leaves files that the service can't write."""
    owner = site.directory.stat().st_uid
    foreign = [path.name for path in site.directory.iterdir() if path.lstat().st_uid != owner]
    if foreign:
        named = ", ".join(sorted(foreign)[:SHOWN])
        text = say(f"这些不属于目录的主人：{named}", f"not of the directory's owner: {named}")
        yield Finding(
            "owners", Level.RED, text, hint=f"chown -R --reference={site.directory} {site.directory}"
        )
    if os.geteuid() not in (0, owner):
        text = say(
            "目录是别的用户的，节点应由那个用户运行",
            "the directory is another user's, who is to run the node",
        )
        yield Finding("owners", Level.WARNING, text, hint=f"ls -ld {site.directory}")


def _open_to_others(path: Path) -> bool:
    """Of a link, what it leads to counts; one that leads nowhere is open to nobody."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except FileNotFoundError:
        return False
