"""Fields whose code is one of a long list (长代码表): topics, occupations, divisions. What they can be is asked of the
node once the form stands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from node.errors import QiaoError

from . import seek
from .finder import Finder

if TYPE_CHECKING:
    from .screens.form import FormScreen

_CODED = ("topic", "occupation")  # whose list is a record of the root
_REGIONS = ("workplace_region", "employer_region")
NAMES = frozenset({*_CODED, *_REGIONS})


async def load(screen: FormScreen) -> None:
    """Lets the form's finders know their lists."""
    if _there(screen, _REGIONS):
        divisions = await screen.desk.ask("divisions")
        if divisions is not None:
            _know(screen, _REGIONS, await asyncio.to_thread(seek.of_divisions, divisions, screen.desk.unit))
    for name in _there(screen, _CODED):
        try:
            found = await screen.desk.gate.ask("codes", name)
        except QiaoError:
            continue  # there is no such list: any text will do
        _know(screen, (name,), await asyncio.to_thread(seek.of_codes, found["items"]))


def _there(screen: FormScreen, names: Sequence[str]) -> list[str]:
    return [name for name in names if screen.query(f"#f-{name}")]


def _know(screen: FormScreen, names: Sequence[str], index: seek.Index) -> None:
    for name in _there(screen, names):
        screen.query_one(f"#f-{name}", Finder).know(index)
