"""The Merkle tree by the vectors of RFC 6962's reference implementation, and by another, recursive one."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import merkle

# The test data of the reference implementation (certificate-transparency, merkletree/merkle_tree_test.cc).
ENTRIES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def slow(leaves: list[bytes]) -> bytes:
    """As the definition says it (2.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + slow(leaves[:split]) + slow(leaves[split:])).digest()


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf(str(number).encode()) for number in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_the_reference_implementation_come_out(size: int) -> None:
    assert merkle.root(map(merkle.leaf, ENTRIES[:size])).hex() == ROOTS[size - 1]


def test_nothing_has_a_root_as_well() -> None:
    assert merkle.root([]) == sha256(b"").digest()


@given(st.integers(0, 300))
def test_a_growing_tree_has_the_root_of_the_definition(size: int) -> None:
    assert merkle.root(leaves(size)) == slow(leaves(size))


@given(st.integers(1, 200), st.integers(0, 200))
def test_the_peaks_of_a_list_are_enough_to_go_on_and_to_prove_it(old: int, more: int) -> None:
    every = leaves(old + more)
    grown = merkle.Tree()
    for one in every[:old]:
        grown.add(one)
    kept = merkle.Tree(grown.size, grown.peaks)
    assert merkle.growth(kept, every[old:]) == merkle.consistency(every, old)
    for one in every[old:]:
        kept.add(one)
    assert (kept.size, kept.root()) == (len(every), merkle.root(every))


def test_peaks_that_arent_of_that_size_make_no_tree_and_nothing_grew_from_nothing() -> None:
    for size, count in ((3, 1), (4, 2), (0, 1), (-1, 1)):
        with pytest.raises(ValueError, match="peaks"):
            merkle.Tree(size, leaves(count))
    with pytest.raises(ValueError, match="nothing"):
        merkle.growth(merkle.Tree(), leaves(1))


@given(st.integers(1, 200), st.integers(0, 200))
def test_every_list_proves_what_it_grew_from(old: int, more: int) -> None:
    every = leaves(old + more)
    proof = merkle.consistency(every, old)
    assert merkle.is_consistent(old, slow(every[:old]), old + more, slow(every), proof)
    assert len(proof) <= 2 * (old + more).bit_length()


@given(st.integers(1, 70), st.integers(1, 70), st.data())
def test_what_was_altered_proves_nothing(old: int, more: int, data: st.DataObject) -> None:
    every = leaves(old + more)
    proof, before, now = merkle.consistency(every, old), slow(every[:old]), slow(every)
    changed = list(every)
    changed[data.draw(st.integers(0, old - 1))] = merkle.leaf(b"another")
    assert not merkle.is_consistent(old, slow(changed[:old]), old + more, now, proof)
    assert not merkle.is_consistent(old, before, old + more, slow(changed), merkle.consistency(changed, old))
    assert not merkle.is_consistent(old, before, old + more, now, proof[:-1])
    assert not merkle.is_consistent(old, before, old + more, now, [*proof, before])
    assert not merkle.is_consistent(old + 1, before, old + more, now, proof)


def test_a_list_that_grew_from_nothing_or_shrank_proves_nothing() -> None:
    assert not merkle.is_consistent(0, merkle.EMPTY, 3, merkle.root(leaves(3)), [])
    assert not merkle.is_consistent(3, merkle.root(leaves(3)), 2, merkle.root(leaves(2)), [])
    with pytest.raises(ValueError):
        merkle.consistency(leaves(3), 4)
