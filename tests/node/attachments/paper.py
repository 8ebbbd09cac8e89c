"""Attachments in a tree of writers: put in, moved, looked at, and spoilt on the way."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from node.attachments import link, upload
from node.attachments.files import Files
from node.attachments.link import Took
from node.config import MOST_ATTACHMENT
from sync_protocol.messages import BlobWant, Chunk
from tests.node.tree import Row, Tree


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that no compression makes smaller."""
    return random.Random(seed).randbytes(size)


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def attach(tree: Tree, who: str, record: str, data: bytes, name: str = "工资条.pdf") -> bytes:
    """As `ticket attach` does it. Returns the content's hash."""
    source = tree.base / name
    source.write_bytes(data)
    reference = upload.store(tree.base / who, source, MOST_ATTACHMENT)
    tree.act(who, "attach", record, attachments=[reference.as_json()])
    return reference.hash


def listed(tree: Tree, who: str, record: str) -> list[Row]:
    found: list[Row] = tree.show(who, record)["attachments"]
    return found


def states(tree: Tree, who: str, record: str) -> list[str]:
    return [one["state"] for one in listed(tree, who, record)]


def files(tree: Tree, who: str) -> Files:
    return Files(tree.base / who)


def path(tree: Tree, who: str, content: bytes) -> Path:
    return files(tree, who).path(content)


def node(tree: Tree, who: str) -> bytes:
    return tree.at(who).keys.node


def given(tree: Tree, giver: str, child: str, *wants: BlobWant, room: int = 1 << 20) -> tuple[Chunk, ...]:
    """What a parent gives a child that asks for this."""
    with tree.at(giver).work() as work:
        return link.for_reply(work, node(tree, child), wants, room).chunks


def took(tree: Tree, who: str, peer: str, *chunks: Chunk, wants: tuple[BlobWant, ...] = ()) -> Took:
    with tree.at(who).work() as work:
        return link.take(work, node(tree, peer), wants, chunks)


def asked(tree: Tree, child: str, parent: str) -> tuple[BlobWant, ...]:
    """What a child asks its parent for now."""
    with tree.at(child).work() as work:
        return link.for_request(work, node(tree, parent)).wants


def limit(tree: Tree, who: str, **limits: Any) -> None:
    writer = tree.at(who)
    writer.config = replace(writer.config, **limits)


def up(tree: Tree) -> None:
    """County to city to province."""
    tree.sync("k", "c")
    tree.sync("c", "p")


def down(tree: Tree) -> None:
    tree.sync("c", "p")
    tree.sync("k", "c")
