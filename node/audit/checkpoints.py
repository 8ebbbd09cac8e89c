"""Checkpoints (检查点): a node's signed word on how many commits it has stored, and which, that can be compared later.

Whoever keeps one can prove, without the node's help, that it has dropped or altered something since: a later one
doesn't grow from it any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

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

_IDS = select(COMMIT.c.commit).order_by(COMMIT.c.id)


def write(
    db: Connection, keys: Keys, since: str | None, said: tuple[str, ...] = ()
) -> tuple[Checkpoint, str]:
    """The newest checkpoint and its note, with the proof that it grew from `since`, a note of this node's. `said`: what
    it says besides, a line each.

    Raises Damaged `bad_checkpoint` of `since`, Stale `checkpoint_of_another`, Damaged `checkpoint_differs`.
    """
    log = settings.get(db, LOG) or b""
    if since is None:
        tree = merkle.Tree()
        for one in _leaves(db):
            tree.add(one)
        return _signed(Checkpoint(keys.node, log, tree.size, tree.root(), said), keys)
    _, _, before = _opened(since, keys.sign_key)
    if before.log != log:
        raise _of_another(before, Checkpoint(keys.node, log, 0, b""))
    leaves = list(_leaves(db))
    if before.size > len(leaves) or merkle.root(leaves[: before.size]) != before.root:
        zh = "本机现在存的提交，不是从那个检查点长出来的：有提交被删去或改过，或数据库被换成了更早的"
        en = "what is stored here didn't grow from that checkpoint: commits were dropped or altered, or put back"
        raise Damaged(say(zh, en), code="checkpoint_differs", hint="qiao verify")
    found, note = _signed(Checkpoint(keys.node, log, len(leaves), merkle.root(leaves), said), keys)
    return found, checkpoint.grown(note, before.size, _proof(leaves, before.size))


def _proof(leaves: list[bytes], old: int) -> list[bytes]:
    return merkle.consistency(leaves, old) if old else []


def _leaves(db: Connection) -> Iterator[bytes]:
    for row in db.execution_options(yield_per=10_000).execute(_IDS):
        yield merkle.leaf(row.commit)


def _signed(found: Checkpoint, keys: Keys) -> tuple[Checkpoint, str]:
    return found, checkpoint.signed(found, keys.sign_key, keys.sign)


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
