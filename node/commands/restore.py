"""`qiao restore`: a node put back from a replica into an empty directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node.errors import Usage
from node.language import say

from .backup import VARIABLE
from .lazy import Command, examples, subject
from .session import password, session
from .shown import line

app = subject()


@app.command(
    cls=Command,
    help="从备份恢复到空的 --dir。REPLICA 是目录、sftp:// 或 s3:// 网址，或 --dir 里 node.toml 所写副本的名字。\n"
    "恢复后 qiao run：节点认出自己是恢复的，改用新日志，并向上级、下级要回备份之后的提交。\n"
    f"口令：{VARIABLE}；副本处的口令：QIAO_BACKUP_SECRET，或网址里的 secret_file=。",
    epilog=examples(
        "qiao --dir /srv/qiao restore --from /mnt/backup --keys /mnt/usb/keys.sealed",
        "qiao --dir /srv/qiao restore --from /mnt/backup --at 2026-11-21T09:30",
        "qiao --dir /srv/qiao restore --from 's3://qiao/qingdao?endpoint=https://oss.example.org'",
        "qiao --dir /srv/qiao restore --from 'sftp://qiao@10.0.0.8/b?host_key=ssh-ed25519 AAAA…&key_file=/etc/k'",
    ),
)
def restore(
    context: typer.Context,
    from_: Annotated[str, typer.Option("--from", metavar="REPLICA", help="从哪个副本")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="恢复到此时（ISO 8601，缺时区算北京时间）")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option("--keys", metavar="FILE", help="backup keys 封存的密钥")
    ] = None,
) -> None:
    from node import config as configuration
    from node.backup import points, restoring, sealed, way
    from node.backup.places import settings

    here = session(context)
    at_ms = points.when(at) if at else None
    if at and at_ms is None:
        text = say(f"看不懂时间 {at!r}", f"{at!r} is no time")
        raise Usage(text, code="bad_time", hint="qiao restore --from REPLICA --at 2026-11-21T09:30")
    config = configuration.load(here.directory)
    wanted = restoring.Wanted(settings.named(config, from_), at_ms, keys, way.program(config), from_)
    opener = sealed.by_passphrase(lambda: password(VARIABLE, say("备份口令: ", "backup passphrase: ")))
    done = restoring.restore(here.directory, wanted, opener, here.narrate)
    here.answer({**done, "directory": str(here.directory)}, lambda told: lines(told, here.command("run")))


def lines(done: dict[str, Any], following: str) -> Iterator[str]:
    yield line(say(
        f"已恢复到 {done['point']}：数据库 {done['bytes'] / 1e6:.1f} MB，附件 {done['attachments']} 个",
        f"restored as of {done['point']}: a database of {done['bytes'] / 1e6:.1f} MB, "
        f"{done['attachments']} attachments",
    ))  # fmt: skip
    if done["attachments_missing"]:
        missing = done["attachments_missing"]
        yield say(
            f"{missing} 个附件备份里没有，运行后向上下级要",
            f"{missing} attachments weren't there; the neighbours are asked",
        )
    if done["settings_aside"]:
        yield say(
            "备份里的 node.toml 要运行程序，没有启用：看过 node.toml.restored，没有问题再改名",
            "the node.toml of the backup names programs to be run, and isn't in use: look at node.toml.restored, and "
            "rename it",
        )
    if not done.get("keys"):
        yield say(
            "密钥没有恢复：把 keys/ 抄回来，或重新加 --keys 恢复；都没有，就请上级吊销旧节点、重新邀请",
            "the keys aren't restored: copy keys/ back, or restore again with --keys; without them ask the parent to "
            "revoke this node and invite anew",
        )
    yield line(say(f"接着：{following}", f"now: {following}"))
