"""Checkpoints (检查点): a node's signed word on how many commits it has stored, and which, that can be compared later.

Whoever keeps one can prove, without the node's help, that it has dropped or altered something since: a later one
doesn't grow from it any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from node import trust
from node.errors import Damaged, NotFound, Stale
from node.keys import Keys
from node.language import say
from node.store import settings
from node.store.chain import COMMIT
from node.work import LOG, ROOT
from sync_protocol import checkpoint, merkle
from sync_protocol.checkpoint import Checkpoint
from sync_protocol.errors import RemoteError
from sync_protocol.merkle import Tree

_IDS = select(COMMIT.c.id, COMMIT.c.commit).order_by(COMMIT.c.id)


class Known(NamedTuple):
    """A tree that was kept, and the row of the last commit in it."""

    row: int
    tree: Tree


def write(
    db: Connection, keys: Keys, since: str | None, said: tuple[str, ...] = ()
) -> tuple[Checkpoint, str]:
    """The newest checkpoint and its note, with the proof that it grew from `since`, a note of this node's. `said`: what
    it says besides, a line each.

    Raises Damaged `bad_checkpoint` of `since`, Stale `checkpoint_of_another`, Damaged `checkpoint_differs`.
    """
    tree, note = grown(db, keys, since, None, said)
    return Checkpoint(keys.node, settings.get(db, LOG) or b"", tree.size, tree.root(), said), note


def grown(
    db: Connection, keys: Keys, since: str | None, known: Known | None, said: tuple[str, ...] = ()
) -> tuple[Tree, str]:
    """As `write`, with the tree as it is now. Where the one `known` is that of `since`, as stored as then, only what
    came behind it is hashed: what it had hashed then, `verify` hashes anew."""
    log = settings.get(db, LOG) or b""
    before = None if since is None else _opened(since, keys.sign_key)[2]
    if before is not None and before.log != log:
        raise _of_another(before, Checkpoint(keys.node, log, 0, b""))
    if before is None or known is None or not _is_of(db, known, before):
        known = _known_anew(db, before.size if before is not None else 0)
    if before is not None and known.tree.root() != before.root:
        zh = "本机现在存的提交，不是从那个检查点长出来的：有提交被删去或改过，或数据库被换成了更早的"
        en = "what is stored here didn't grow from that checkpoint: commits were dropped or altered, or put back"
        raise Damaged(say(zh, en), code="checkpoint_differs", hint="qiao verify")
    leaves = list(_leaves(db, above=known.row))
    proof = merkle.growth(known.tree, leaves) if known.tree.size else []
    tree = Tree(known.tree.size, known.tree.peaks)
    for one in leaves:
        tree.add(one)
    note = checkpoint.signed(
        Checkpoint(keys.node, log, tree.size, tree.root(), said), keys.sign_key, keys.sign
    )
    return tree, note if before is None else checkpoint.grown(note, before.size, proof)


def _is_of(db: Connection, known: Known, before: Checkpoint) -> bool:
    """Whether a kept tree is a checkpoint's, and nothing that it has hashed was removed since."""
    if (known.tree.size, known.tree.root()) != (before.size, before.root):
        return False
    all_of_them = db.execute(select(func.count()).select_from(COMMIT)).scalar_one()
    behind = db.execute(select(func.count()).select_from(COMMIT).where(COMMIT.c.id > known.row)).scalar_one()
    return bool(all_of_them - behind == before.size)


def _known_anew(db: Connection, size: int) -> Known:
    """The first `size` commits, or all that there are."""
    row, tree = 0, Tree()
    for one in db.execute(_IDS.limit(size)):
        row = one.id
        tree.add(merkle.leaf(one.commit))
    return Known(row, tree)


def _leaves(db: Connection, above: int = 0) -> Iterator[bytes]:
    for row in db.execution_options(yield_per=10_000).execute(_IDS.where(COMMIT.c.id > above)):
        yield merkle.leaf(row.commit)


def key_of(db: Connection, node: bytes) -> bytes:
    """The public key of a node of the tree. Raises NotFound `unknown_node`."""
    key = trust.load(db, settings.get(db, ROOT)).key_of(node)
    if key is None:
        zh, en = f"登记册里没有节点 {node.hex()}", f"the registry has no node {node.hex()}"
        raise NotFound(say(zh, en), code="unknown_node", hint="qiao registry list")
    return key


def compared(old: str, new: str, key: bytes) -> dict[str, Any]:
    """Whether one note's list grew into another's. `old`, `new`: the files' texts; the newer brings the proof.

    Raises Damaged `bad_checkpoint`, Stale `checkpoint_of_another` `checkpoint_unproved`.
    """
    _, _, before = _opened(old, key)
    size, proof, after = _opened(new, key)
    if before.origin != after.origin:
        raise _of_another(before, after)
    if before.size not in (size, after.size):
        zh = f"{before.size} 个提交的检查点，新文件里没有针对它的证明"
        en = f"the newer file brings no proof for a checkpoint of {before.size} commits"
        raise Stale(say(zh, en), code="checkpoint_unproved", hint="qiao audit checkpoint FILE --since OLD")
    ok = merkle.is_consistent(
        before.size, before.root, after.size, after.root, proof if before.size == size else []
    )
    return {"ok": ok, "origin": after.origin, "old": before.size, "new": after.size, "root": after.root.hex()}


def origin(text: str) -> tuple[bytes, bytes]:
    """The node that a note says to be of, and its log; unverified. Raises Damaged `bad_checkpoint`."""
    try:
        return checkpoint.origin_of(text)
    except RemoteError as fault:
        raise _bad() from fault


def roots(db: Connection, sizes: set[int]) -> dict[int, bytes]:
    """Of what is stored now, the root of so many of its first commits each."""
    tree, found = merkle.Tree(), {}
    if 0 in sizes:
        found[0] = tree.root()
    for one in _leaves(db) if sizes else ():
        tree.add(one)
        if tree.size in sizes:
            found[tree.size] = tree.root()
    return found


def _opened(text: str, key: bytes) -> tuple[int, list[bytes], Checkpoint]:
    """The size that it grew from, the proof, and itself, signed by that key."""
    try:
        size, proof, note = checkpoint.taken_apart(text)
        return size, proof, checkpoint.opened(note, key)
    except RemoteError as fault:
        raise _bad() from fault


def _bad() -> Damaged:
    zh = "这不是该节点签名的检查点，或被改动过"
    en = "that is no checkpoint signed by this node, or it was altered"
    return Damaged(say(zh, en), code="bad_checkpoint", hint="qiao audit checkpoint FILE")


def _of_another(before: Checkpoint, after: Checkpoint) -> Stale:
    """Of another node, or of a life before a restore or new keys: those lists have nothing to do with each other."""
    zh = f"两个检查点不是同一份清单的：{before.origin}，{after.origin}；节点恢复过或换过密钥，清单重新开始"
    en = f"the checkpoints are of two lists: {before.origin}, {after.origin}; a restore or new keys begin another"
    return Stale(say(zh, en), code="checkpoint_of_another", hint="qiao verify")
