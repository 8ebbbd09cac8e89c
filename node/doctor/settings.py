"""node.toml, the terminal, and whether the node runs."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Iterator

from node import config as configuration
from node.errors import QiaoError
from node.language import say
from node.transport import local

from .finding import Finding, Level, Site

WIDTH, HEIGHT = 80, 24  # cells that the screens take at least


def settings(site: Site) -> Iterator[Finding]:
    try:
        found = configuration.load(site.directory)
    except QiaoError as fault:
        yield Finding(
            "settings", Level.RED, fault.text, hint=f"${{EDITOR:-vi}} {site.directory / configuration.FILE}"
        )
        return
    text = say(f"设置 {len(found.given)} 项", f"{len(found.given)} settings given")
    yield Finding("settings", Level.OK, text)


def running(site: Site) -> Iterator[Finding]:
    if not site.has_node:
        text = say(
            f"{site.directory} 里还没有节点，只检查了机器",
            f"no node in {site.directory}: only the machine was seen",
        )
        yield Finding("node", Level.WARNING, text, hint="qiao --dir DIR init --help")
    elif local.is_running(site.directory):
        yield Finding("running", Level.OK, say("节点在运行", "the node runs"))
    else:
        text = say("节点没有在运行：不同步，也不备份", "the node doesn't run: nothing is synced or backed up")
        yield Finding("running", Level.WARNING, text, hint="qiao --dir DIR service install")


def terminal(_site: Site) -> Iterator[Finding]:
    coding = locale.getpreferredencoding(False)
    if coding.lower().replace("-", "") not in ("utf8", "cp65001"):
        text = say(
            f"终端编码是 {coding}，应为 UTF-8", f"the locale's encoding is {coding}: it should be UTF-8"
        )
        yield Finding("terminal", Level.WARNING, text, hint="export LANG=C.UTF-8")
        return
    if not sys.stdout.isatty():
        return
    width, height = shutil.get_terminal_size()
    if width < WIDTH or height < HEIGHT or os.environ.get("TERM") in ("dumb", "unknown"):
        text = say(
            f"终端太小（{width}×{height}），界面要 80×24",
            f"the terminal is {width}×{height}: screens take 80×24",
        )
        yield Finding("terminal", Level.WARNING, text, hint="qiao --dir DIR web")
    else:
        yield Finding(
            "terminal",
            Level.OK,
            say(f"终端 {width}×{height}，{coding}", f"terminal {width}×{height}, {coding}"),
        )
