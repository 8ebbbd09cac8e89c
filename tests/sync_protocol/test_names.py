"""Names: node ids, fingerprints, unit paths."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import names

paths = st.lists(st.text("0123456789", min_size=1, max_size=6), min_size=1, max_size=5).map("/".join)


def test_a_node_id_is_the_first_16_bytes_of_the_keys_hash() -> None:
    assert names.node_id(bytes(32)) == hashlib.sha256(b"qiao/node/1\0" + bytes(32)).digest()[:16]


def test_a_fingerprint_is_64_hex_digits_in_groups_of_four() -> None:
    groups = names.fingerprint(bytes(32)).split(" ")
    assert [len(group) for group in groups] == [4] * 16
    assert bytes.fromhex("".join(groups))[:16] == names.node_id(bytes(32))


def test_blanks_hyphens_and_case_of_a_fingerprint_dont_count() -> None:
    shown = names.fingerprint(bytes(32))
    assert names.same_fingerprint(shown, shown.replace(" ", "-").upper())
    assert names.same_fingerprint(shown, f"  {shown.replace(' ', '')}\n")
    assert not names.same_fingerprint(shown, shown[:-1])
    assert not names.same_fingerprint("", " ")


@pytest.mark.parametrize(
    ("upper", "lower", "above"),
    [
        ("370000", "370000/370200", True),
        ("370000", "370000/370200/370211", True),
        ("370000", "370000", False),
        ("3700", "370000/370200", False),
        ("370000/3702", "370000/370200", False),
        ("370000/370200", "370000", False),
    ],
)
def test_above_is_a_proper_prefix_by_whole_codes(upper: str, lower: str, above: bool) -> None:
    assert names.is_above(upper, lower) is above
    assert names.covers(upper, lower) is (above or upper == lower)


@given(paths)
def test_every_ancestor_is_above_and_the_last_is_the_parent(path: str) -> None:
    above = names.ancestors(path)
    assert all(names.is_above(one, path) for one in above)
    assert names.parent_of(path) == (above[-1] if above else None)
    assert names.depth(path) == len(above)
    assert path.split("/")[-1] == names.code_of(path)
