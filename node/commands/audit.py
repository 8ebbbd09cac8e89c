"""`qiao audit`: the verifiable export and its verification (protocol 3.9); the tables are in audit_tables.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from node import lives
from node.errors import Damaged, Forbidden, Usage
from node.language import say

from . import audit_tables
from .lazy import Command, examples, subject
from .reading import decoded, no_file, save
from .session import Session, session
from .shown import line

app = subject(help="审计：可核验的导出及其核验，审计表")
audit_tables.add(app)
CHUNK = 1 << 20


@app.command(
    cls=Command,
    help="审计节点取数：与上级同步到没有新内容，逐笔核验新到的签名，并留下一个检查点。",
    epilog=examples("qiao --dir D audit pull", "qiao --dir D audit pull --json"),
)
def pull(context: typer.Context) -> None:
    here = session(context)
    here.node().audit.must_pull()
    done = here.do("sync", {}, by_person=False)
    found = here.node().audit.pulled()
    here.answer(
        {**{name: done[name] for name in ("received", "rounds", "bytes_down", "complete")}, **found}, _pulled
    )
    if found["problems"]:
        here.exit = Damaged.exit
    elif found["standing"] != "active":
        here.exit = Forbidden.exit


def _pulled(found: dict[str, Any]) -> Iterator[str]:
    yield say(
        f"收到 {found['received']} 笔提交，逐笔核验 {found['verified']} 笔；现有 {found['size']} 笔",
        f"{found['received']} commits came, {found['verified']} verified one by one; {found['size']} held",
    )
    yield say(f"检查点：{found['checkpoint']}", f"checkpoint: {found['checkpoint']}")
    if not found["complete"]:
        yield say("尚未收完，再执行一次", "not complete yet: once more")
    if found["standing"] != "active":
        zh = "本节点已被撤销：只收得到登记册，收到过的都还在"
        en = "this node has been revoked: it is given the registry alone, and keeps what it has"
        yield say(zh, en)
    for problem in found["problems"]:
        yield line(f"  [{problem['code']}] {problem['where']}")


@app.command(
    cls=Command,
    help="核验一个导出文件：链、签名、正文、摘要；不需要节点。不写文件：核验本节点，逐笔签名，并与留下的检查点比对。",
    epilog=examples(
        "qiao audit verify all.qlog",
        "qiao audit verify all.qlog --root 'a1b2 c3d4 …' --json",
        "qiao --dir D audit verify",
        "qiao --dir D audit verify --report 2026.pdf",
        "qiao --dir D audit verify --against county.qlog --against county.receipts",
    ),  # fmt: skip
)
def verify(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="导出文件")] = None,
    root: Annotated[str | None, typer.Option(metavar="FINGERPRINT", help="根节点指纹，须与文件相符")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.pdf|.json|.txt", help="把核验报告写到新文件")
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="别的节点的导出（.qlog）或回执文件，可写多次：本机缺什么、改过什么"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的报告")] = False,
) -> None:
    here = session(context)
    if path is not None and report is not None:
        text = say(
            "报告是对本节点的；文件的结果用 --json", "a report is of a node; of a file there is --json"
        )
        raise Usage(text, code="bad_value", hint="qiao audit verify FILE --json")
    found = _of_node(here, report, against or [], force) if path is None else _proved(path, root)
    here.answer(found, _verified)
    if not found["ok"]:
        here.exit = Damaged.exit


def _of_node(here: Session, report: Path | None, against: list[Path], force: bool) -> dict[str, Any]:
    last = 0

    def told(done: int, of: int) -> None:
        nonlocal last
        tenth = done * 10 // of
        if tenth > last and of > 20:
            last = tenth
            here.narrate(say(f"… 核验 {tenth}0%", f"… {tenth}0% verified"))

    return here.node().audit.verify(told, report, against=against, force=force)


@app.command(
    cls=Command,
    help="导出本机持有的回执（给出的和收到的）与所在声明，供核验别的节点：它确认收到过的，一笔都不能少。",
    epilog=examples("qiao --dir D audit evidence county.receipts"),
)
def evidence(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪个文件")],
) -> None:
    here = session(context)
    here.answer(here.node().audit.evidence(path), _told)


@app.command(
    cls=Command,
    help="检查点：本机存了多少提交、是哪些，签名为证；--since 附上从旧检查点长出来的证明。",
    epilog=examples("qiao audit checkpoint 10.txt", "qiao audit checkpoint 11.txt --since 10.txt"),
)
def checkpoint(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪个文件")],
    since: Annotated[Path | None, typer.Option(metavar="OLD", help="以前的检查点")] = None,
) -> None:
    here = session(context)
    found, text = here.node().audit.checkpoint(None if since is None else decoded(since))
    save(path, text)
    here.answer({"path": str(path), **found}, _told)


@app.command(
    cls=Command,
    help="比较两个检查点：新的是不是从旧的长出来的；不是，就是有提交被删去或改过。",
    epilog=examples("qiao audit compare 10.txt 11.txt", "qiao audit compare 10.txt 11.txt --key KEY"),
)
def compare(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="旧的检查点")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新的检查点，带证明")],
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="签名节点的公钥（64 位十六进制）；不写则查本机的登记册")
    ] = None,
) -> None:
    from node.audit import checkpoints

    here = session(context)
    before, after = decoded(old), decoded(new)
    found = checkpoints.compared(
        before, after, _key(key) if key else here.node().audit.key_of(checkpoints.origin(after)[0])
    )
    here.answer(found, _told)
    if not found["ok"]:
        here.exit = Damaged.exit


def _key(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Usage(
            say("公钥应为 64 位十六进制", "a public key is 64 hex digits"),
            code="bad_value",
            hint="qiao registry list",
        )
    return found


def _told(found: dict[str, Any]) -> Iterator[str]:
    if "ok" in found:
        grown = say("新的是从旧的长出来的", "the newer one grew from the older one")
        other = say(
            "新的不是从旧的长出来的：有提交被删去或改过", "it did not: commits were dropped or altered"
        )
        yield grown if found["ok"] else other
    for name, value in found.items():
        if name != "ok":
            yield f"  {name} {value}"


def _proved(path: Path, root: str | None) -> dict[str, Any]:
    from node import faults
    from sync_protocol.export import verify as prove

    try:
        with path.open("rb") as file:
            report = prove(iter(lambda: file.read(CHUNK), b""), root)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise no_file(path) from error
    problems = [
        {"code": one.code, "message": faults.sentence_of(one.code), "where": one.where}
        for one in report.problems
    ]
    return {
        "ok": report.ok,
        "root": report.root,
        "exporter": report.exporter.hex(),
        "commits": report.commits,
        "changes": report.changes,
        "absent": report.absent,
        "links": report.links,
        "problems": problems,
    }


def _verified(found: dict[str, Any]) -> Iterator[str]:
    yield say("核验通过", "verified") if found["ok"] else say("核验不通过", "verification failed")
    for name, value in found.items():
        if name in _LABELS and (value or name in _ALWAYS):
            yield line(f"  {say(*_LABELS[name])} {value}")
    for one in found.get("lost", ()):
        yield f"  {lives.lost_sentence(one)}"
    for problem in found.get("problems", ()):
        said = problem.get("message") or problem.get("sentence") or ""
        yield line(f"  [{problem['code']}] {problem['where']}: {said}".rstrip(": "))


_ALWAYS = frozenset({"commits", "root"})
_LABELS = {
    "root": ("根", "root"),
    "exporter": ("导出的节点", "exported by node"),
    "commits": ("提交", "commits"),
    "signatures": ("逐笔核验的签名", "signatures verified one by one"),
    "records": ("重新折叠的事项", "records folded anew"),
    "changes": ("正文", "bodies"),
    "absent": ("不在这里的正文", "bodies not here"),
    "links": ("不在这里的提交", "commits not here"),
    "size": ("检查点的提交数", "commits of the checkpoint"),
    "not_yet": ("旁证里还没有到本机的提交", "commits of the others' files not here yet"),
    "rebuild_left": ("升级后还没有重建、未比对的", "waiting to be rebuilt, not compared"),
}
