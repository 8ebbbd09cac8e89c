"""`qiao metrics`: what the running node counts and how it stands, as Prometheus reads it."""

from __future__ import annotations

import typer

from .lazy import Command, examples, subject
from .session import session

app = subject()


@app.command(
    cls=Command,
    help="运行中节点的指标，Prometheus 的文本格式；node.toml 里写 metrics.listen，Prometheus 就能自己来取。",
    epilog=examples("qiao --dir D metrics", "qiao --dir D metrics > /var/lib/node_exporter/qiao.prom"),
)
def metrics(context: typer.Context) -> None:
    from node.transport import local

    here = session(context)
    here.answer(local.do(here.directory, "metrics"), lambda found: found["text"].splitlines())
