from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from node.attachments.choosing import LEAST, MOST_CHUNKS, MOST_WANTS, Cut, asked_next, cuts

A, B, C = b"a" * 32, b"b" * 32, b"c" * 32


def test_what_nobody_has_lets_the_others_go_first() -> None:
    assert asked_next([A, B, C], {A: 3, B: 1}) == [C, B, A]
    assert len(asked_next([bytes([at]) * 32 for at in range(50)], {})) == MOST_WANTS


def test_a_chunk_takes_what_room_there_is_and_small_files_share_it() -> None:
    assert list(cuts([(A, 0, 700), (B, 100, 1100), (C, 0, 9000)], 4000)) == [
        Cut(A, 0, 700), Cut(B, 100, 1000), Cut(C, 0, 2300),
    ]  # fmt: skip


def test_no_chunk_is_cut_so_small_that_it_isnt_worth_a_message() -> None:
    assert list(cuts([(A, 0, 50_000)], LEAST - 1)) == []
    assert list(cuts([(A, 49_990, 50_000)], LEAST - 1)) == [Cut(A, 49_990, 10)]


def test_odd_wants_are_passed_over() -> None:
    odd = [(A, 10, 10), (A, 11, 10), (B, -1, 10), (C, 0, 10), (C, 5, 10)]
    assert list(cuts(odd, 10_000)) == [Cut(C, 0, 10)]
    assert list(cuts([(A, 0, 0)], 10_000)) == [Cut(A, 0, 0)]


def test_the_chunks_of_one_message_are_bounded() -> None:
    many = [(at.to_bytes(32, "big"), 0, 1) for at in range(500)]
    assert len(list(cuts(many, 10_000_000))) == MOST_CHUNKS


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from([A, B, C]), st.binary(max_size=20_000)),
    st.lists(st.tuples(st.integers(0, 9000), st.booleans()), max_size=60),
)
def test_whatever_is_cut_off_every_file_comes_whole(
    files: dict[bytes, bytes], exchanges: list[tuple[int, bool]]
) -> None:
    """Each exchange has its own room and may be lost; in the end a few whole ones are enough."""
    have: dict[bytes, bytes] = {}
    for room, lost in [*exchanges, *[(5000, False)] * 15]:
        wants = [(one, len(have.get(one, b"")), len(files[one])) for one in files]
        made = list(cuts([one for one in wants if one[0] not in have or one[1] < one[2]], room))
        assert sum(cut.length for cut in made) <= room
        for content, offset, length in made if not lost else []:
            assert offset == len(have.get(content, b""))
            have[content] = have.get(content, b"") + files[content][offset : offset + length]
    assert have == files
