"""The real node behind the screens: that what the other tests stand on holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.hand import check_cells, desk, press, shown
from tests.tui.seat import STAFF, seated


@pytest.mark.parametrize("staff", STAFF)
async def test_everybody_can_sign_in_and_sees_the_work(province: Path, staff: str) -> None:
    async with seated(province, staff) as hand:
        assert desk(hand).person and desk(hand).person.id == staff  # type: ignore[union-attr]
        assert "370000-" in shown(hand)
        check_cells(hand)


async def test_a_note_is_signed_by_keys_alone(own: Path) -> None:
    async with seated(own, "hand") as hand:
        await press(hand, "enter", "f8")
        assert "note" in [verb.name for verb in hand.app.screen.verbs]  # type: ignore[attr-defined]
        number = next(n for n, verb in enumerate(hand.app.screen.verbs, 1) if verb.name == "note")  # type: ignore[attr-defined]
        await press(hand, str(number), *"ok", "ctrl+s")
        await press(hand, "f5")
        assert any(act["action"] == "note" for act in hand.app.screen.item["timeline"])  # type: ignore[attr-defined]
