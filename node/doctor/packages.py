"""What is installed beside the program, against what it was tested with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from node.language import say

from .finding import Finding, Level, Site

PINNED = Path(__file__).with_name("run.txt")
SHOWN = 5


def pinned(text: str) -> Iterator[tuple[str, str]]:
    """(name, version) of the lines that concern this system."""
    for line in text.splitlines():
        found = re.match(r"([\w.-]+)==([\w.]+)", line)
        if found and not (sys.platform == "win32" and "win32" in line):
            yield found[1], found[2]


def packages(_site: Site) -> Iterator[Finding]:
    wanted = dict(pinned(PINNED.read_text(encoding="utf-8")))
    other = [(name, _installed(name), version) for name, version in wanted.items()]
    other = [one for one in other if one[1] != one[2]]
    if not other:
        text = say(
            f"{len(wanted)} 个程序包都是测试过的版本", f"{len(wanted)} packages, each as it was tested"
        )
        yield Finding("packages", Level.OK, text)
        return
    told = ", ".join(f"{name} {here or '-'} ({wants})" for name, here, wants in other[:SHOWN])
    more = "…" if len(other) > SHOWN else ""
    text = say(
        f"{len(other)} 个程序包不是测试过的版本：{told}{more}",
        f"{len(other)} packages aren't as they were tested: {told}{more}",
    )
    yield Finding("packages", Level.WARNING, text, hint=f"pip install -r {PINNED}")


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
