"""How old the backup is, and whether it stands on another disk than what it is to save."""

from __future__ import annotations

from collections.abc import Iterator

from node.backup import replica
from node.language import say

from .finding import Finding, Level, Site

OLD_SECONDS = 24 * 3600


def backup(site: Site) -> Iterator[Finding]:
    if not site.config.backup_enabled:
        text = say("连续备份关着", "continuous backup is switched off")
        yield Finding("backup", Level.WARNING, text, hint=f"${{EDITOR:-vi}} {site.directory / 'node.toml'}")
        return
    age = replica.age_seconds(site.config)
    if age is None:
        text = say("还没有备份：节点运行后才有", "there is no backup yet: it is made while the node runs")
        yield Finding("backup", Level.RED, text, hint="qiao --dir DIR run --no-tui")
    elif age > OLD_SECONDS:
        text = say(f"备份是 {round(age / 3600)} 小时前的", f"the backup is {round(age / 3600)} hours old")
        yield Finding("backup", Level.RED, text, hint="qiao --dir DIR log --level warning")
    else:
        yield Finding("backup", Level.OK, say(f"备份 {round(age)} 秒前", f"backup {round(age)} s old"))


def apart(site: Site) -> Iterator[Finding]:
    place = site.config.backup_directory
    if site.config.backup_enabled and place.exists() and place.stat().st_dev == site.directory.stat().st_dev:
        text = say(
            "备份和数据在同一块盘上：盘坏了两样都没有", "the backup is on the disk that it is to save from"
        )
        yield Finding(
            "backup_disk", Level.WARNING, text, hint=f"${{EDITOR:-vi}} {site.directory / 'node.toml'}"
        )
