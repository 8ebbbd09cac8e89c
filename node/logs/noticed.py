"""What is told once when it begins and once when it is over, not each time that somebody looks."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from .events import tell

log = logging.getLogger("qiao.health")


class Noticed:
    def __init__(self) -> None:
        self._red = ""
        self._warnings: frozenset[str] = frozenset()

    def health(self, ok: bool, code: str) -> None:
        if not ok and code != self._red:
            tell(log, logging.ERROR, "health_red", code=code)
        elif ok and self._red:
            tell(log, logging.WARNING, "health_green")
        self._red = "" if ok else code

    def warnings(self, codes: Iterable[str]) -> None:
        now = frozenset(codes)
        for code in sorted(now - self._warnings):
            tell(log, logging.WARNING, "warning_raised", code=code)
        for code in sorted(self._warnings - now):
            tell(log, logging.WARNING, "warning_over", code=code)
        self._warnings = now

    def refusals(self, counts: Mapping[str, int]) -> None:
        """Of the last minute: a line for each request would let whoever knocks write the log full."""
        for code, count in sorted(counts.items()):
            tell(log, logging.WARNING, "requests_refused", code=code, count=count)
