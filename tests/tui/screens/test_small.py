from __future__ import annotations

import pytest
from textual.geometry import Size

from tests.tui.hand import check_cells, settled, shown, signed_in
from tests.tui.standin import StandIn
from tui.screens.small import is_small


@pytest.mark.parametrize(("size", "small"), [((80, 24), False), ((40, 10), True), ((200, 12), True)])
def test_eighty_by_twenty_four_is_enough(size: tuple[int, int], small: bool) -> None:
    assert is_small(Size(*size)) is small


@pytest.mark.parametrize("size", [(40, 10), (10, 3), (2, 1)])
async def test_a_small_terminal_is_told_so_and_nothing_breaks(node: StandIn, size: tuple[int, int]) -> None:
    async with signed_in(node) as hand:
        await hand.resize_terminal(*size)
        await settled(hand)
        check_cells(hand)
        assert size != (40, 10) or "终端太小：40x10" in shown(hand)
        await hand.resize_terminal(100, 30)
        await settled(hand)
        assert "拖欠工资" in shown(hand)
