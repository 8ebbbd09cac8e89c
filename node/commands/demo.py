"""`qiao demo`: the whole story on one machine, by real processes, real HTTP and the public commands."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.demo import cases as days
from node.demo import messages
from node.demo.account import Account, lines
from node.demo.office import PASSWORD
from node.demo.proof import prove
from node.demo.stage import COUNTY, CUT, Stage
from node.demo.story import Story
from node.errors import Damaged, Usage
from node.language import say

from .lazy import Command, examples, subject
from .session import Session, session

app = subject()


@app.command(
    cls=Command,
    help="在本机演示全流程：省、两市、四县七个真实进程，一天的热线事项，断线与冲突，直到归档、核验。\n"
    "结束时在终端打开断线县的界面；--keep 保留各节点目录。",
    epilog=examples(
        "qiao demo",
        "qiao demo --keep ./demo --json",
        "qiao demo --offline-days 30",
        "qiao demo --input my.jsonl",
    ),
)
def demo(
    context: typer.Context,
    offline_days: Annotated[int, typer.Option(metavar="N", min=0, max=365, help="离线天数")] = 0,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="节点保留在此目录")] = None,
    input: Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="另外的事项")] = None,
) -> None:
    here = session(context)
    with _place(keep) as root, _terminable(), Stage(root, here.narrate) as stage:
        account = _play(here, stage, offline_days, input)
        here.answer(account.as_json(), lines)
        here.exit = 0 if account.ok else Damaged.exit
        if not here.json and sys.stdin.isatty() and sys.stdout.isatty():
            _open_county(here, stage)


def _play(here: Session, stage: Stage, offline_days: int, file: Path | None) -> Account:
    began = time.monotonic()
    units, root = frozenset(stage.offices), stage.top.code
    cases = days.read(days.DAY, units, root)
    if file is not None:
        cases += days.read(file, units, root)
    counties = [one.code for one in stage.counties]
    days.spread(cases, counties, root)
    story = Story(stage, cases, offline_days)
    found = messages.file()
    if found is None:
        story.account.messages = {"skipped": say("未设 QIAO_DATA，略去真实留言", "QIAO_DATA has no messages")}
    else:
        story.add_messages(messages.read(found, root))
    account = story.tell()
    story.step(say("逐节点核验，上下级比对指纹", "every node verified, parents and children compared"))
    prove(stage, account, story.cases)
    account.seconds = time.monotonic() - began
    return account


@contextlib.contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    """The folder of the nodes: a new or empty one that stays, or a temporary one."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="qiao-demo-") as folder:
            yield Path(folder)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise Usage(
            say(f"{keep} 不是空目录", f"{keep} isn't an empty directory"), code="not_empty", hint=f"ls {keep}"
        )
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.absolute()


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does, so that no node outlives it."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _open_county(here: Session, stage: Stage) -> None:
    """The county's screens on what happened; the other nodes run on until they are closed."""
    county = stage.offices[CUT]
    here.narrate(
        say(
            f"打开 {county.name} 的界面：工号 {COUNTY[0][0]}，密码 {PASSWORD}；退出即结束演示",
            f"the county's screens: staff {COUNTY[0][0]}, password {PASSWORD}; leaving them ends the demo",
        )
    )
    county.stop()
    words = ["run", "--listen", f"127.0.0.1:{county.port}"]
    subprocess.run(county.command(*words), env=county.plain_environment())
