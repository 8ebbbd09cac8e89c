"""`qiao status`: both directions, honestly. Imports nothing heavy: it answers within half a second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from node import lives
from node.backup.sentences import first_away, sentence
from node.language import say

from .lazy import Command, examples, subject
from .session import session
from .shown import line

app = subject()
# key → Chinese, English; in the order in which they are shown
_LABELS = {
    "unit": ("单位", "unit"),
    "unit_name": ("单位名称", "unit name"),
    "node": ("节点", "node"),
    "standing": ("登记状态", "standing"),
    "running": ("运行中", "running"),
    "parent": ("上级节点", "parent node"),
    "channel": ("与上级的通道", "channel to the parent"),
    "last_contact": ("最近联系上级", "last contact"),
    "last_sync_up": ("最近送达上级", "last sync up"),
    "last_sync_down": ("最近收自上级", "last sync down"),
    "oldest_unsent": ("最早未送出", "oldest unsent"),
    "pending_up": ("待上行", "pending up"),
    "pending_down": ("待下行", "pending down"),
    "clock_offset_ms": ("时钟偏差(毫秒)", "clock offset (ms)"),
    "clock_asked_ms": ("时钟待确认(毫秒)", "clock asked about (ms)"),
    "clock_moved_seconds": ("时钟被人为移动(秒)", "clock moved (s)"),
    "registry_age_seconds": ("注册表龄(秒)", "registry age (s)"),
    "registry_missing": ("注册表缺失", "registry changes missing"),
    "exceptions": ("待处理异常", "exceptions"),
    "waiting_authors": ("作者未知的提交", "commits of unknown authors"),
    "breaches": ("超期", "breaches"),
    "rulings": ("待裁定", "to be ruled on"),
    "calendar_missing": ("未公布日历的年份", "years without a calendar"),
    "rebuild_left": ("升级后待重建", "to be rebuilt after an upgrade"),
    "commits": ("提交", "commits"),
    "notices": (
        "近30日查看、导出个人信息，恢复密码，发放令牌",
        "reveals, exports, recoveries, tokens in 30 days",
    ),
    "database": ("数据库", "database"),
    "backup_age_seconds": ("备份龄(秒)", "backup age (s)"),
    "backup_verified_seconds": ("上次验证过的备份(秒前)", "last verified backup (s ago)"),
    "backup_colour": ("备份颜色", "backup colour"),
    "backup_faults": ("备份故障", "backup faults"),
    "backup_instead": ("可以改作第一个副本的", "replica that could be the first"),
    "disk_free_bytes": ("磁盘剩余(字节)", "disk free (bytes)"),
}


@app.command(
    cls=Command,
    help="本节点现状：线路两个方向、待发、时钟、注册表、异常、备份。有问题也返回 0。",
    epilog=examples("qiao --dir D status", "qiao --dir D --json status"),
)
def status(context: typer.Context) -> None:
    from node import glance

    here = session(context)
    here.answer(glance.status(here.directory), lines)


_QUIET = (
    "clock_moved_seconds",
    "clock_asked_ms",
    "waiting_authors",
    "rulings",
    "calendar_missing",
    "rebuild_left",
    "backup_faults",
    "backup_instead",
)  # told only where there is something to tell
_SENTENCES = ("clock_question", "lives", "lost", "rebuild_total", "unverified", "warnings")
_WARNINGS = {
    "disk_low": ("磁盘快满了：df -h，再 qiao doctor", "the disk is almost full: df -h, then qiao doctor"),
    "unfit_filesystem": (
        "目录所在的文件系统放不得数据库，请搬到本机磁盘：qiao doctor",
        "the directory's file system doesn't suit a database, move it to a disk of this machine: qiao doctor",
    ),
}


def lines(found: dict[str, Any]) -> Iterator[str]:
    others = (other for other in found if other not in _LABELS and other not in _SENTENCES)
    for name in [*_LABELS, *others]:
        if name in found and not (name in _QUIET and not _count(found[name])):
            label = say(*_LABELS.get(name, (name, name)))
            yield line(f"{label}: {_value(found[name])}")
    for told in alarms(found):
        yield line(f"!! {told}")
    if found.get("unverified"):
        yield line(_verified(found["commits"] - found["unverified"], found["commits"]))
    for life in found.get("lives", ()):
        yield line(life["sentence"])


def _verified(done: int, of: int) -> str:
    """Runs are taken in at the price of one signature; the others are checked behind the work (3.3)."""
    return say(f"已逐条验签 {done:,} / {of:,}", f"verified {done:,} of {of:,}")


def _count(value: Any) -> Any:
    return value.get("commits", len(value)) if isinstance(value, dict) else value


def alarms(found: dict[str, Any]) -> Iterator[str]:
    """What is red, one sentence each, with the command that helps."""
    missing = found.get("registry_missing")
    if missing:
        yield say(
            f"登记册缺 {missing} 项已公布的变更，可能有吊销未到：qiao sync，再与上级核对",
            f"{missing} published registry changes are missing, maybe a revocation: qiao sync, then ask the parent",
        )
    if found.get("standing") == "revoked":
        yield say(
            "本节点已被上级吊销：此后所写的一律隔离，也不再收到工单；请联系上级，重新邀请",
            "this node was revoked: what it writes is quarantined, and no tickets come; ask the parent to invite anew",
        )
    if found.get("standing") == "denied":
        yield say(
            "本节点密钥的登记不成立：所写的各处一律隔离。根节点请用现任恢复密钥换根："
            "qiao registry replace-root --recovery FILE；其他单位请联系上级，重新邀请",
            "the enrolment of this node's keys doesn't stand, and what it writes is quarantined everywhere. The root "
            "is replaced by the recovery key that counts: qiao registry replace-root --recovery FILE; others ask "
            "their parent to invite anew",
        )
    if found.get("clock_question"):
        yield f"{found['clock_question']} qiao --as STAFF clock --confirm | --keep"
    for year in found.get("calendar_missing", ()):
        yield say(
            f"{year} 年的工作日历尚未公布，暂按周一至周五推算；由最上级单位导入：qiao calendar import FILE.csv",
            f"no calendar of {year} is here, so Monday to Friday are counted; the root imports it: "
            "qiao calendar import FILE.csv",
        )
    if found.get("rebuild_left") and not found.get("running"):
        yield say(
            "升级后还有记录没重建，显示的可能是旧的：qiao run 会在后台补完，或 qiao verify --rebuild",
            "records wait to be rebuilt after an upgrade, and are shown as before: qiao run does it behind "
            "your work, or qiao verify --rebuild",
        )
    if found.get("backup_colour") == "red":
        yield say(
            "备份没有，或太旧，或太久没有演练：qiao backup status",
            "there is no backup, or it is old, or no drill was made for long: qiao backup status",
        )
    for name, code in found.get("backup_faults", {}).items():
        yield f"{name}: {sentence(code)}"
    if found.get("backup_instead"):
        yield first_away(found["backup_instead"], "node.toml")
    for code in found.get("warnings", ()):
        yield say(*_WARNINGS.get(code, (f"{code}：qiao doctor", f"{code}: qiao doctor")))
    for one in found.get("lost", ()):
        yield lives.lost_sentence(one)


def _value(value: Any) -> str:
    if value is None:
        return say("无", "none")
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, dict):
        return " ".join(f"{key}={_value(one)}" for key, one in value.items()) or say("无", "none")
    if isinstance(value, list):
        return "; ".join(_value(one) for one in value) or say("无", "none")
    return str(value)
