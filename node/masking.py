"""Personal data as it is shown until it is revealed: `138****1111`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conflict.declaration import Matter

STARS = "****"
MOBILE = 11  # digits; of what is shorter, seven shown would be nearly all


def masked(value: Any) -> Any:
    """A text keeps its first character; one as long as a mobile number keeps three and four."""
    if not isinstance(value, str) or not value:
        return value
    if len(value) >= MOBILE:
        return value[:3] + STARS + value[-4:]
    return value[0] + "*" * min(len(value) - 1, 3) if len(value) > 1 else "*"


def fields_masked(matter: Matter, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` by field key, the personal ones masked."""
    shown = {}
    for name, value in values.items():
        field = matter.field(name)
        shown[name] = masked(value) if field is not None and field.personal else value
    return shown
