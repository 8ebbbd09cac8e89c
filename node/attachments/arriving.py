"""A chunk that came: where it belongs, whether it was wanted, and what its end says of the whole."""

from __future__ import annotations

from node.store import settings
from node.work import Work
from sync_protocol.messages import Chunk

from . import memory, store
from .store import MOST_FAULTS, Part

TROUBLE = "attachment_trouble"  # setting: when the disk last refused a chunk, unix ms
UNASKED = "unasked"  # repeated, or never wanted: nobody is told
NOT_STORED = "attachment_not_stored"
MISMATCH = "attachment_mismatch"
TOO_LARGE = "attachment_too_large"


def take(work: Work, peer: bytes, child: int | None, chunk: Chunk) -> str:
    """Stores one chunk durably. Returns why not, "" where it was."""
    if chunk.hash not in store.lacking(work.db, peer, child, only=chunk.hash):
        return UNASKED
    try:
        code = _put(work, peer, chunk)
    except OSError:
        settings.put_number(work.db, TROUBLE, work.now_ms)
        return NOT_STORED
    if not code and settings.get(work.db, TROUBLE):
        settings.put(work.db, TROUBLE, b"")
    return code


def is_paused(work: Work) -> bool:
    """After the disk refused one, nothing is asked for a while; tickets go on."""
    since = settings.number(work.db, TROUBLE)
    return bool(since) and 0 <= work.now_ms - since < memory.PAUSE_MS


def _put(work: Work, peer: bytes, chunk: Chunk) -> str:
    known = store.part(work.db, chunk.hash, peer)
    if _is_too_large(work, chunk):
        store.put_part(work.db, chunk.hash, peer, Part(chunk.size, 0, MOST_FAULTS))
        return TOO_LARGE
    if known.have and known.size != chunk.size:
        return _at_fault(work, peer, chunk, known)
    if chunk.offset != known.have:
        return UNASKED
    end = chunk.offset + len(chunk.data)
    if end > chunk.size or (not chunk.data and chunk.size):
        return _at_fault(work, peer, chunk, known)
    store.files(work).write(chunk.hash, peer, chunk.offset, chunk.data)
    store.put_part(work.db, chunk.hash, peer, Part(chunk.size, end, known.faults))
    return _finish(work, peer, chunk, known) if end == chunk.size else ""


def _is_too_large(work: Work, chunk: Chunk) -> bool:
    assert work.config is not None, "the writer hands it in"
    return chunk.size > work.config.attachment_max


def _finish(work: Work, peer: bytes, chunk: Chunk, known: Part) -> str:
    if not store.files(work).finish(chunk.hash, peer):
        return _at_fault(work, peer, chunk, known)
    store.completed(work, chunk.hash, chunk.size, peer)
    return ""


def _at_fault(work: Work, peer: bytes, chunk: Chunk, known: Part) -> str:
    """What came isn't it: begun anew, and after the third time not asked of this peer again."""
    store.files(work).discard(chunk.hash, peer)
    store.put_part(work.db, chunk.hash, peer, Part(0, 0, known.faults + 1))
    return MISMATCH


# What the rows don't know after a kill, or a restore of the database alone


def is_here_after_all(work: Work, content: bytes) -> bool:
    """A whole file whose row says nothing of it: killed between the two. One that isn't sound goes."""
    files = store.files(work)
    size = files.size(content)
    if size is None:
        return False
    if files.is_sound(content):
        store.completed(work, content, size)
        return True
    store.lost(work, content)
    return False


def durable(work: Work, content: bytes, peer: bytes) -> int:
    """The offset to go on from: what the row says, unless the file has less."""
    known = store.part(work.db, content, peer)
    if known.have and store.files(work).part_size(content, peer) < known.have:
        store.put_part(work.db, content, peer, Part(0, 0, known.faults))
        return 0
    return known.have
