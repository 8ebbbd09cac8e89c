"""Bodies parsed once."""

from __future__ import annotations

import pytest

from node import bodies
from node.bodies import MOST_FIELDS, Bodies
from sync_protocol import change
from sync_protocol.change import Act, Body
from sync_protocol.errors import BadChange


def raw(**data: object) -> bytes:
    return change.encode_body(Act("ticket/1", "note", (), data, bytes(16)))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was parsed, in turn."""
    seen: list[bytes] = []

    def noted(body: bytes) -> Body:
        seen.append(body)
        return change.parse_body(body)

    monkeypatch.setattr(bodies, "parse_body", noted)
    return seen


def test_what_was_kept_is_parsed_once_and_taken_once(parsed: list[bytes]) -> None:
    kept, body = Bodies(), raw(text="甲")
    assert kept.keep(body) is kept.take(body)
    assert parsed == [body]
    assert kept.take(body) == change.parse_body(body)
    assert parsed == [body, body]


@pytest.mark.parametrize(
    "data", [{"a": [1]}, {"a": {"b": 1}}, {f"k{at}": at for at in range(MOST_FIELDS + 1)}]
)
def test_what_would_take_much_memory_is_not_kept(data: dict[str, object], parsed: list[bytes]) -> None:
    kept, body = Bodies(), raw(**data)
    kept.keep(body)
    kept.take(body)
    assert len(parsed) == 2


def test_no_more_is_kept_than_there_is_room_for_until_some_is_taken(
    parsed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 1500)
    kept, large = Bodies(), [raw(text=f"{at}" + "x" * 1000) for at in range(2)]
    for one in large:
        kept.keep(one)
    kept.take(large[1])
    kept.take(large[0])
    assert parsed == [*large, large[1]]
    kept.keep(large[1])
    kept.take(large[1])
    assert len(parsed) == 4


def test_wrong_bytes_are_a_fault_each_time() -> None:
    kept = Bodies()
    for ask in (kept.keep, kept.take):
        with pytest.raises(BadChange):
            ask(b"\xff")
