"""States as they are stored."""

from __future__ import annotations

from conflict.state import Mark, State
from node.store import folded


def test_equal_states_give_equal_bytes_in_whatever_order_their_names_came() -> None:
    """A union that was emptied and filled again stood behind what was written meanwhile (seed 110000)."""
    mark = Mark(b"1", 1, "370000", "li", "link")
    first = State(fields={"links": [mark], "phase": [mark]}, slots={"a": [mark], "b": [mark]},
                  traces={"": {"link": mark, "note": mark}, "a": {"link": mark}})  # fmt: skip
    other = State(fields={"phase": [mark], "links": [mark]}, slots={"b": [mark], "a": [mark]},
                  traces={"a": {"link": mark}, "": {"note": mark, "link": mark}})  # fmt: skip
    assert first == other and folded.encode(first) == folded.encode(other)


def test_the_order_of_the_timeline_is_kept() -> None:
    one, other = Mark(b"2", 1, "", "", "register"), Mark(b"1", 2, "", "", "note")
    kept = folded.decode(folded.encode(State(marks={b"2": one, b"1": other})))
    assert list(kept.marks) == [b"2", b"1"]
