"""Bodies parsed once: what intake has read of a change, its fold needs again in the same transaction."""

from __future__ import annotations

from sync_protocol.change import Body, parse_body

MOST_BYTES = (
    2**21
)  # of bodies kept: some 10,000 changes, and 80 MB at the worst that an enemy can put into them
MOST_FIELDS = 32


class Bodies:
    """Of one piece of work. Nothing is kept of what is large, or nested."""

    __slots__ = ("_kept", "_room")

    def __init__(self) -> None:
        self._kept: dict[bytes, Body] = {}
        self._room = MOST_BYTES

    def keep(self, raw: bytes) -> Body:
        """Parsed, and kept for whoever takes it next. Raises BadChange."""
        body = parse_body(raw)
        if self._room >= len(raw) and raw not in self._kept and _is_small(body):
            self._room -= len(raw)
            self._kept[raw] = body
        return body

    def take(self, raw: bytes) -> Body:
        """Raises BadChange."""
        body = self._kept.pop(raw, None)
        if body is None:
            return parse_body(raw)
        self._room += len(raw)
        return body


def _is_small(body: Body) -> bool:
    kinds = set(map(type, body.data.values()))
    return len(body.data) <= MOST_FIELDS and list not in kinds and dict not in kinds
