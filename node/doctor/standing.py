"""How the node stands among the others: its registry, its people, its calendar, what it couldn't settle, its lives."""

from __future__ import annotations

from collections.abc import Iterator

from node import trust
from node.errors import QiaoError
from node.language import say
from node.lives import lost_sentence
from node.marker import SystemMarker

from .finding import Finding, Level, Site

OLD_DAYS = 7  # the root signs its registry anew every day
DAY = 24 * 3600


def registry(site: Site) -> Iterator[Finding]:
    age, missing = site.status["registry_age_seconds"], site.status["registry_missing"]
    if site.status["standing"] == "revoked":
        text = say("本节点已被上级吊销", "this node was revoked")
        yield Finding("registry", Level.RED, text, hint="qiao --dir DIR join --help")
    elif site.status["standing"] == trust.DENIED:
        text = say(
            "本节点密钥的登记不成立，所签的不算数",
            "the enrolment of this node's keys doesn't stand, nor what they sign",
        )
        yield Finding("registry", Level.RED, text, hint="qiao --dir DIR registry replace-root --help")
    elif missing:
        text = say(f"登记册缺 {missing} 项变更", f"{missing} registry changes are missing")
        yield Finding("registry", Level.RED, text, hint="qiao --dir DIR sync")
    elif age is None:
        text = say("还没有登记在册", "not enrolled yet")
        yield Finding("registry", Level.WARNING, text, hint="qiao --dir DIR join --help")
    elif age > OLD_DAYS * DAY:
        text = say(f"登记册是 {age // DAY} 天前的", f"the registry is {age // DAY} days old")
        yield Finding("registry", Level.WARNING, text, hint="qiao --dir DIR sync")
    else:
        yield Finding("registry", Level.OK, say("登记册是新的", "the registry is new"))


def staff(site: Site) -> Iterator[Finding]:
    """Somebody must be able to let people in."""
    from node.face import Node

    with Node.open(site.directory) as node:
        own = [one for one in node.staff() if one["unit"] == node.unit and not one["disabled"]]
    if not any("admin" in one["roles"] for one in own):
        text = say("没有在岗的管理员", "there is no administrator who may sign in")
        hint = (
            "qiao --dir DIR staff recover ID"
            if own
            else "qiao --dir DIR staff add ID --name NAME --role operator"
        )
        yield Finding("staff", Level.RED, text, hint=hint)
    else:
        yield Finding("staff", Level.OK, say(f"{len(own)} 位人员", f"{len(own)} people"))


def calendar(site: Site) -> Iterator[Finding]:
    for year in site.status["calendar_missing"]:
        text = say(f"{year} 年的工作日历还没有", f"there is no calendar of {year}")
        yield Finding(
            "calendar", Level.WARNING, text, hint="qiao --dir DIR --as STAFF calendar import FILE.csv"
        )


def exceptions(site: Site) -> Iterator[Finding]:
    count = site.status["exceptions"]
    if count:
        text = say(f"{count} 条异常没有处理", f"{count} exceptions wait to be settled")
        yield Finding("exceptions", Level.WARNING, text, hint="qiao --dir DIR exceptions list")
    else:
        yield Finding("exceptions", Level.OK, say("没有待处理的异常", "no exceptions"))


def marker(site: Site) -> Iterator[Finding]:
    """The marker, and the lives and losses that came of one that didn't fit."""
    try:
        found = SystemMarker(site.directory).read()
    except QiaoError as fault:
        yield Finding("marker", Level.RED, fault.text, hint=f"ls -l {site.directory}")
        return
    if found is not None and not found.here:
        text = say(
            "标记是另一台机器或另一个文件的：这是恢复或复制来的，运行时会改用新日志",
            "the marker is another machine's or file's: restored or copied; the next run begins a new log",
        )
        yield Finding("marker", Level.WARNING, text, hint="qiao --dir DIR run --no-tui")
    else:
        count = len(site.status["lives"])
        yield Finding(
            "marker",
            Level.OK,
            say(f"标记相符，换过 {count} 次日志", f"the marker fits; {count} new logs so far"),
        )
    for one in site.status["lost"]:
        yield Finding("lost", Level.WARNING, lost_sentence(one), hint="qiao --dir DIR sync")


def lives(site: Site) -> Iterator[Finding]:
    """Two machines on copies of one directory find each other again and again."""
    recent = [one for one in site.status["lives"] if one["reason"] in ("shown", "superseded")]
    if len(recent) > 1:
        last = recent[-1]["at"]
        text = say(
            f"同一目录像是在两台机器上运行（最近 {last}）",
            f"two machines seem to run this directory (last {last})",
        )
        yield Finding("lives", Level.RED, text, hint="qiao --dir DIR status")
