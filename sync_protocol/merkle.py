"""The Merkle tree of a growing list (RFC 6962, 2.1): its root, and the proof that one list is the beginning of another.

Pure, over leaf hashes in memory: 1,200,000 of them are hashed in a second or two, so no node is kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()  # the root of nothing


def leaf(data: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Tree:
    """Grows by leaf hashes; keeps no more than the roots of its full subtrees, which is one hash a bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []  # roots of the full subtrees, the largest first

    def add(self, leaf_hash: bytes) -> None:
        self._full.append(leaf_hash)
        self.size += 1
        for _ in range(_twos(self.size)):
            right = self._full.pop()
            self._full[-1] = node(self._full[-1], right)

    def root(self) -> bytes:
        if not self._full:
            return EMPTY
        *rest, found = self._full
        for left in reversed(rest):
            found = node(left, found)
        return found


def _twos(number: int) -> int:
    """How often it can be halved: so many subtrees become full with this leaf."""
    return (number & -number).bit_length() - 1


def root(leaves: Iterable[bytes]) -> bytes:
    """Of leaf hashes, in order."""
    tree = Tree()
    for one in leaves:
        tree.add(one)
    return tree.root()


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the first `old` of these leaf hashes are a list that grew into all of them (2.1.2).

    Raises ValueError where `old` isn't between 1 and their number.
    """
    if not 0 < old <= len(leaves):
        raise ValueError(f"{old} of {len(leaves)}")
    return _sub_proof(leaves, old, True)


def _sub_proof(leaves: Sequence[bytes], old: int, is_known: bool) -> list[bytes]:
    """`is_known`: the verifier has the root of these leaves already, as that of the whole old list."""
    size = len(leaves)
    if old == size:
        return [] if is_known else [root(leaves)]
    split = 1 << ((size - 1).bit_length() - 1)  # the largest power of two below the size
    left, right = leaves[:split], leaves[split:]
    if old <= split:
        return [*_sub_proof(left, old, is_known), root(right)]
    return [*_sub_proof(right, old - split, False), root(left)]


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the list of `new` entries begins with that of `old` (the verification of RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            found_old, found_new = node(one, found_old), node(one, found_new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found_new = node(found_new, one)
        at, last = at >> 1, last >> 1
    return last == 0 and (found_old, found_new) == (old_root, new_root)
