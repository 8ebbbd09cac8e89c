"""Revealing (查看个人信息): the act that says who looked at what is masked, and why; never what he saw.

Known to every matter, as erasing is: a statement that is always kept, whoever made it (protocol 3.5, 3.7).
"""

from __future__ import annotations

from .act import Act

REVEAL = "reveal"
FIELD, REASON = "field", "reason"  # its data: the name of what was looked at; why, as words


def refusal(act: Act) -> str | None:
    """Why it doesn't count."""
    if not act.given:
        return "not_given"
    if not act.after:
        return "no_beginning"
    name = act.data.get(FIELD)
    return None if isinstance(name, str) and name else "malformed"
