"""Whether the directory stands where a node can."""

from __future__ import annotations

from collections.abc import Iterator

from node.filesystem import kind, trouble
from node.language import say

from .finding import Finding, Level, Site


def filesystem(site: Site) -> Iterator[Finding]:
    found = kind(site.place)
    if not found:
        return
    why = trouble(found)
    if why:
        text = say(f"目录在 {found} 上：{why[0]}", f"the directory is on {found}: {why[1]}")
        yield Finding("filesystem", Level.RED, text, hint=f"df -T {site.place}")
    else:
        yield Finding("filesystem", Level.OK, say(f"文件系统 {found}", f"file system {found}"))
