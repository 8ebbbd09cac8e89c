"""What a user can be told. Every refusal has a stable code (docs/errors.md), a sentence and a hint that can be run.

QiaoError             exit
├── Usage             2   the call's words are off
├── Forbidden         3   workflow, authority, password
├── NotFound          4
├── Stale             5   conflict, stale, or not comparable yet
├── LineDown          6   the line or the peer failed; nothing lost
├── Damaged           7   data damaged, or a verification failed
├── Locked            8   another process holds the node
└── DiskTrouble       9   full or not writable; nothing half done
"""

from __future__ import annotations


class QiaoError(Exception):
    """`code` is stable; `text` is the sentence in the user's language, `hint` a command that helps; `field` the one
    that is off, where it is one."""

    exit = 1
    code = "unexpected"

    def __init__(self, text: str, *, code: str | None = None, hint: str = "", field: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.field = field
        if code is not None:
            self.code = code

    def as_json(self) -> dict[str, dict[str, str]]:
        return {"error": {"code": self.code, "message": self.text, "hint": self.hint}}


class Usage(QiaoError):
    exit = 2
    code = "usage"


class Forbidden(QiaoError):
    exit = 3
    code = "forbidden"


class NotFound(QiaoError):
    exit = 4
    code = "not_found"


class Stale(QiaoError):
    exit = 5
    code = "stale"


class LineDown(QiaoError):
    exit = 6
    code = "line_down"


class Damaged(QiaoError):
    exit = 7
    code = "damaged"


class Locked(QiaoError):
    exit = 8
    code = "locked"


class DiskTrouble(QiaoError):
    exit = 9
    code = "disk"
