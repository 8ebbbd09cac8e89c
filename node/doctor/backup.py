"""How old the backup is, and whether it stands on another disk than what it is to save."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from node.backup import account
from node.backup.places.settings import replicas
from node.backup.sentences import first_away, sentence
from node.filesystem import nearest
from node.language import say

from .finding import Finding, Level, Site

HOUR = 3600
_LEVELS = {account.GREEN: Level.OK, account.YELLOW: Level.WARNING, account.RED: Level.RED}


def backup(site: Site) -> Iterator[Finding]:
    if not site.config.backup_enabled:
        text = say("连续备份关着", "continuous backup is switched off")
        yield Finding("backup", Level.WARNING, text, hint=f"${{EDITOR:-vi}} {site.directory / 'node.toml'}")
        return
    found = account.summary(site.config)
    level = _LEVELS[found["colour"]]
    hint = "" if level is Level.OK else "qiao --dir DIR backup status"
    yield Finding("backup", level, _told(found["age_seconds"]), hint=hint)
    verified = found["verified_seconds"]
    if verified is None:
        text = say("备份还没有演练过", "no backup was verified yet")
        yield Finding("drill", Level.WARNING, text, hint="qiao --dir DIR backup drill")
    else:
        days = round(verified / 86400)
        yield Finding(
            "drill", Level.OK, say(f"{days} 天前演练过备份", f"a backup was verified {days} days ago")
        )


def places(site: Site) -> Iterator[Finding]:
    """What is wrong at which place, and what to do where the first one stays away."""
    found = account.summary(site.config)
    faulty = [one for one in found["replicas"] if one["fault"]]
    if faulty:
        told = "；".join(f"{one['name']}（{one['place']}）：{sentence(one['fault'])}" for one in faulty)
        red = any(one["fault"] == "backup_emptied" for one in faulty)
        yield Finding(
            "backup_places", Level.RED if red else Level.WARNING, told, hint="qiao --dir DIR backup status"
        )
    if found["instead"]:
        settings = site.directory / "node.toml"
        text = first_away(found["instead"], settings)
        yield Finding("backup_first", Level.WARNING, text, hint=f"${{EDITOR:-vi}} {settings}")


def _told(age: float | None) -> str:
    if age is None:
        return say("还没有备份：节点运行后才有", "there is no backup yet: it is made while the node runs")
    if age > HOUR:
        return say(f"备份是 {round(age / 3600)} 小时前的", f"the backup is {round(age / 3600)} hours old")
    return say(f"备份 {round(age)} 秒前", f"backup {round(age)} s old")


def apart(site: Site) -> Iterator[Finding]:
    """One replica elsewhere is enough: on a server, or on another disk."""
    if not site.config.backup_enabled:
        return
    here = site.directory.stat().st_dev
    if all(one.kind == "file" and _device(Path(one.path)) == here for one in replicas(site.config)):
        text = say(
            "备份和数据在同一块盘上：盘坏了两样都没有", "the backup is on the disk that it is to save from"
        )
        yield Finding(
            "backup_disk", Level.WARNING, text, hint=f"${{EDITOR:-vi}} {site.directory / 'node.toml'}"
        )


def _device(path: Path) -> int:
    """Of the folder, or of the one where it would be made."""
    return nearest(path).stat().st_dev
