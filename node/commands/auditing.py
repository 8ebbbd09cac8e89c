"""What the auditors' commands have in common: who may look, and what is said meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

from node.errors import Forbidden
from node.language import say

from .session import Session

ROLES = ("auditor", "supervisor", "admin")
EVERY_SECONDS = 3.0


def may_look(here: Session) -> None:
    """Whoever may look at tables: an auditor, a supervisor, an administrator. Raises Forbidden `role`, `auth`."""
    if not here.person().roles & set(ROLES):
        from node.author import role_name

        zh = f"需要角色：{'、'.join(map(role_name, ROLES))}；请管理员给您加上"
        en = f"needs one of the roles {', '.join(ROLES)}: ask the administrator"
        raise Forbidden(say(zh, en), code="role", hint="qiao staff list")


def progress(here: Session) -> Callable[[int, int], None]:
    """A line on stderr now and then, for what takes long."""
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            here.narrate(say(f"… {done} / {of} 条记录", f"… {done} / {of} records"))

    return tell
