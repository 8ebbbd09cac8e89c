"""`qiao backup`: how the backups stand, one now, a drill, and the keys apart under a passphrase."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.backup.sentences import first_away, sentence
from node.config import Config
from node.errors import Damaged, LineDown
from node.language import say

from .lazy import Command, examples, subject
from .session import Session, no_node, session
from .shown import line

app = subject(
    help="备份：由 run 连续进行；这里看现状、立即备份、演练恢复、把密钥另存。",
    epilog=examples(
        "qiao --dir D backup status",
        "qiao --dir D backup drill",
        "qiao --dir D backup keys /mnt/usb/keys.sealed",
    ),
)
VARIABLE = "QIAO_BACKUP_PASSPHRASE"


@app.command(
    cls=Command,
    help="各副本的现状：多旧、上次演练验证过是多久前、有什么故障。不联系副本，马上回答。",
    epilog=examples("qiao --dir D backup status", "qiao --dir D backup status --json"),
)
def status(context: typer.Context) -> None:
    from node.backup import account

    here = session(context)
    found = account.summary(_config(here))
    verified = bool(found["verified_seconds"] is not None and found["colour"] == account.GREEN)
    settings = str(here.directory / "node.toml")
    here.answer({**found, "verified": verified, "keys": _keys_told(here), "settings": settings}, status_lines)


def status_lines(found: dict[str, Any]) -> Iterator[str]:
    if not found["enabled"]:
        yield say("备份已关闭（backup.enabled = false）", "backups are switched off (backup.enabled = false)")
    for one in found["replicas"]:
        age, verified = _span(one["age_seconds"]), _span(one["verified_seconds"])
        yield line(say(
            f"{COLOURS[one['colour']][0]}  {one['name']}  {one['place']}：备份距今 {age}，验证过的距今 {verified}",
            f"{one['colour']}  {one['name']}  {one['place']}: {age} old, verified {verified} ago",
        ))  # fmt: skip
        for fault in filter(None, (one["fault"], one["drill_fault"])):
            yield f"  !! {fault}: {sentence(fault)}"
    if found["instead"]:
        yield line(f"  !! {first_away(found['instead'], found['settings'])}")
    if not found["keys"]:
        yield say("密钥还没有另存：qiao backup keys FILE", "the keys are in no backup: qiao backup keys FILE")


COLOURS = {"green": ("正常", ""), "yellow": ("注意", ""), "red": ("告急", "")}


def _span(seconds: int | None) -> str:
    if seconds is None:
        return say("（无）", "never")
    for size, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分", "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {say(zh, en)}"
    return f"{seconds} {say('秒', 's')}"


@app.command(
    cls=Command,
    help="立即备份到每个副本，完成后返回；有一个副本没送到，退出码为 6。",
    epilog=examples("qiao --dir D backup now", "qiao --dir D backup now --json"),
)
def now(context: typer.Context) -> None:
    from node.backup import account, upkeep, way
    from node.entropy import SystemEntropy
    from node.lock import Lock
    from node.transport import local

    here = session(context)
    config = _config(here)
    way.check(config)
    here.narrate(say("正在备份……", "backing up …"))
    if local.is_running(here.directory):
        done = local.do(here.directory, "backup")["replicas"]
    else:
        with Lock.take(here.directory):
            done = asyncio.run(upkeep.by_itself(config, SystemEntropy(), way.program(config)))
    found = account.summary(config)
    here.answer({**found, "verified": False, "done": done}, status_lines_of_now)
    if any(one["fault"] for one in done):
        here.exit = LineDown.exit


def status_lines_of_now(found: dict[str, Any]) -> Iterator[str]:
    for one in found["done"]:
        fault = one["fault"]
        told = sentence(fault) if fault else say("已备份", "backed up")
        yield line(f"{one['name']}  {one['place']}: {told}" + (f" [{fault}]" if fault else ""))


@app.command(
    cls=Command,
    help="一个副本的位置空了（换了新盘、清空过），确要在那里从头备份：记下来，run 随即抄一份完整的。\n"
    "盘没挂上的不用这个：挂上就自动继续。位置里若有本节点的备份，什么也不改。",
    epilog=examples("qiao --dir D backup begin disk"),
)
def begin(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="node.toml 里副本的名字")],
) -> None:
    from node.backup.places import claim, settings

    here = session(context)
    config = _config(here)
    chosen = settings.known(config, name)
    claim.begin(config, chosen)
    here.answer({"name": chosen.name, "place": chosen.shown}, begin_lines)


def begin_lines(done: dict[str, Any]) -> Iterator[str]:
    yield line(say(f"{done['place']}：空着就从头备份", f"{done['place']}: begun anew where it is empty"))


@app.command(
    cls=Command,
    short_help="演练：恢复最新的备份到临时处，核验，签署记录",
    help="演练：把最新的备份恢复到临时处，打开，核验链、签名、投影与指纹，签署一份记录（DIR/drills），再删除。\n"
    "没通过的退出码为 7。run 每周自动做一次（backup.drill_days）。",
    epilog=examples("qiao --dir D backup drill", "qiao --dir D backup drill --replica nas --json"),
)
def drill(
    context: typer.Context,
    replica: Annotated[str | None, typer.Option(metavar="NAME", help="只演练这一个副本")] = None,
) -> None:
    from node.backup import drill as drilling
    from node.backup.places import settings

    here = session(context)
    config = _config(here)
    chosen = [settings.named(config, replica)] if replica else list(settings.replicas(config))
    done = (
        [drilling.drill(config, one, here.narrate) for one in chosen]
        if replica
        else drilling.every(config, here.narrate)
    )
    sound = all(one["verified"] for one in done)
    here.answer({"verified": sound, "age_seconds": 0 if sound else None, "drills": done}, drill_lines)
    if not sound:
        here.exit = Damaged.exit


def drill_lines(found: dict[str, Any]) -> Iterator[str]:
    for one in found["drills"]:
        result = say("通过", "sound") if one["verified"] else say("没通过", "failed")
        more = say(
            f"{one.get('commits', 0)} 笔提交，截至 {one.get('point') or '—'}",
            f"{one.get('commits', 0)} commits, as of {one.get('point') or '—'}",
        )
        yield line(f"{one['replica']}  {one['place']}: {result}  {more}")
        for problem in one["problems"]:
            yield line(f"  !! {problem}: {sentence(problem)}")


@app.command(
    cls=Command,
    short_help="定下备份口令",
    help=f"定下备份口令（{VARIABLE}，或在终端里输入两次）。封存的备份和另存的密钥都只有它打得开：请写下来锁好。\n"
    "本机只留公钥一半；换口令只管以后的备份，旧的仍要旧口令。",
    epilog=examples("qiao --dir D backup passphrase"),
)
def passphrase(context: typer.Context) -> None:
    here = session(context)
    _must_be_node(here)
    _set_passphrase(here)
    here.answer(
        {"set": True},
        lambda _done: [
            say(
                "口令已定。请写下来，与备份分开锁好",
                "the passphrase is set; write it down, and lock it away apart from the backups",
            )
        ],
    )


@app.command(
    cls=Command,
    short_help="把密钥封存成一个文件，另存",
    help="把密钥（keys/ 和换下的几对）与 node.toml 封存成一个文件，用备份口令打开。放到离线介质上，与备份分开。\n"
    "没有定过口令时先定。",
    epilog=examples("qiao --dir D backup keys /mnt/usb/qingdao-keys.sealed"),
)
def keys(
    context: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪里（新文件）")]
) -> None:
    import time

    from node.backup import keyfile, sealed
    from node.entropy import SystemEntropy

    here = session(context)
    _must_be_node(here)
    to = sealed.read_recipient(here.directory) or _set_passphrase(here)
    at_ms = int(time.time() * 1000)
    pairs = keyfile.write(here.directory, file, to, at_ms, SystemEntropy())
    _remember_keys(here)
    here.answer({"file": str(file), "pairs": pairs}, keys_lines)


def keys_lines(done: dict[str, Any]) -> Iterator[str]:
    file, pairs = done["file"], done["pairs"]
    yield line(
        say(
            f"已封存 {pairs} 对密钥到 {file}；口令与它分开存放",
            f"{pairs} pairs of keys are sealed in {file}; keep the passphrase apart",
        )
    )


def _set_passphrase(here: Session) -> Any:
    from node.backup import sealed
    from node.entropy import SystemEntropy
    from node.errors import DiskTrouble

    given = asked_twice()
    try:
        made = sealed.recipient(given, SystemEntropy())
        sealed.write_recipient(here.directory, made)
    except OSError as fault:
        text = say(f"写不了 {here.directory}：{fault}", f"{here.directory} can't be written: {fault}")
        raise DiskTrouble(text, hint="df -h .") from fault
    return made


def asked_twice() -> str:
    """A new passphrase. Raises Forbidden where the two differ, or nobody can be asked."""
    import os

    from node.errors import Forbidden

    from .session import password

    given = password(VARIABLE, say("备份口令: ", "backup passphrase: "))
    if VARIABLE not in os.environ and password(VARIABLE, say("再输入一次: ", "once more: ")) != given:
        text = say("两次输入不同", "the two aren't the same")
        raise Forbidden(text, code="passphrases_differ", hint="qiao backup passphrase")
    return given


def _keys_told(here: Session) -> bool:
    """Whether the keys of now have been sealed into a file once."""
    from node.backup import account

    return (account.read(here.directory).get("") or account.Known()).keys == _pair(here)


def _remember_keys(here: Session) -> None:
    from node.backup import account

    with account.noting(here.directory, "") as known:
        known.keys = _pair(here)


def _pair(here: Session) -> str:
    """Which pairs there are: by their files, as a command needn't read keys for this."""
    import hashlib

    from node.keys import SIGN_FILE

    seen = hashlib.sha256()
    for path in sorted(here.directory.glob(f"keys*/{SIGN_FILE}")):
        seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


def _config(here: Session) -> Config:
    from node import config

    _must_be_node(here)
    return config.load(here.directory)


def _must_be_node(here: Session) -> None:
    if not (here.directory / "node.db").exists():
        raise no_node(here)
