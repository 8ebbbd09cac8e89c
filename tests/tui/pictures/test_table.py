from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.pictures.table import Table

TABLE = Table(("单位", "件", "率"), [("青岛市总工会" * 3, "1,200", "93.1%"), ("泰安", "3", "无")])


@pytest.mark.parametrize("width", [30, 80])
def test_every_line_has_the_same_cells_and_no_figure_is_cut(width: int) -> None:
    found = ["".join(text for text, _ in line) for line in TABLE.lines(width)]
    assert len({cell_len(line) for line in found}) == 1
    assert cell_len(found[0]) <= width
    assert "1,200" in found[1] and found[1].endswith("93.1%")


def test_it_is_copied_with_tabs() -> None:
    assert TABLE.text.split("\n")[2] == "泰安\t3\t无"
    assert Table(("a",), []).lines(80) == []
