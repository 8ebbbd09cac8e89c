"""The Merkle tree of a growing list (RFC 6962, 2.1): its root, and the proof that one list is the beginning of another.

Pure. Of a list that has grown to any size its peaks are enough to go on, and to prove that it went on: whoever keeps
these hashes nothing again.
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

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """`peaks`: as those of a tree of that size. Raises ValueError for another number of them."""
        self.size = size
        self._full = list(peaks)
        if size < 0 or len(self._full) != size.bit_count():
            raise ValueError(f"{len(self._full)} peaks of {size}")

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of its full subtrees, the largest first: one for each bit of its size."""
        return tuple(self._full)

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


def growth(old: Tree, leaves: Sequence[bytes]) -> list[bytes]:
    """As `consistency`, of the list that `old` has become with these leaf hashes behind it.

    Raises ValueError where `old` is empty.
    """
    if not old.size:
        raise ValueError("nothing grew from nothing")
    return _growth(_placed(old), old.size, leaves, 0, old.size + len(leaves), True)


def _placed(tree: Tree) -> dict[int, bytes]:
    """Number of the leaf at which a full subtree begins → its root."""
    found, at = {}, 0
    for one in tree.peaks:
        found[at] = one
        at += 1 << ((tree.size - at).bit_length() - 1)
    return found


def _growth(
    peaks: dict[int, bytes], old: int, leaves: Sequence[bytes], first: int, end: int, is_known: bool
) -> list[bytes]:
    """As `_sub_proof` of the leaves from `first` up to before `end`. What lies left of a split that is within the old
    list is one of its full subtrees, and what lies right of one that isn't is all new."""
    if end == old:
        return [] if is_known else [peaks[first]]
    split = first + (1 << ((end - first - 1).bit_length() - 1))
    if old <= split:
        right = root(leaves[split - old : end - old])
        return [*_growth(peaks, old, leaves, first, split, is_known), right]
    return [*_growth(peaks, old, leaves, split, end, False), peaks[first]]


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
