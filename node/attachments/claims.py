"""What the writer does with attachments for a person: lets an act name them, looks again at one that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.declaration import Type
from node.errors import Stale
from node.language import say
from node.matters.draft import Verb
from node.work import Work

from . import reference, store
from .reference import Reference
from .upload import too_large


def claim(work: Work, verb: Verb, data: Mapping[str, Any]) -> None:
    """Every attachment that an act is to name is whole here. Raises Stale `attachment_not_here`, Usage
    `attachment_too_large`."""
    for field in verb.takes:
        if field.type is Type.FILES:
            for value in data.get(field.name, ()):
                one = reference.read(value)
                assert one is not None, "the border let it through"
                _claim(work, one)


def _claim(work: Work, one: Reference) -> None:
    assert work.config is not None, "the writer hands it in"
    if one.size > work.config.attachment_max:
        raise too_large(one.name, work.config.attachment_max)
    files = store.files(work)
    if files.size(one.hash) != one.size or not files.is_sound(one.hash):
        raise not_here(one.name)
    store.completed(work, one.hash, one.size)


def look_again(work: Work, content: bytes) -> None:
    """Of what a person wanted and didn't get: a rotten file goes, and everybody is asked anew."""
    if not store.is_known(work.db, content) or store.files(work).is_sound(content):
        return
    store.lost(work, content)
    work.up = True


def not_here(name: str) -> Stale:
    zh, en = f"附件 {name} 还没有传到本机", f"the attachment {name} hasn't come here yet"
    return Stale(say(zh, en), code="attachment_not_here", hint="qiao sync")
