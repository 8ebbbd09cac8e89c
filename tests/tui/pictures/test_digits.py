from __future__ import annotations

from tui.pictures.digits import HEIGHT, digits
from tui.pictures.ink import ASCII, BLOCKS


def texts(text: str, width: int) -> list[str]:
    return ["".join(one for one, _ in line) for line in digits(text, width, ASCII)]


def test_every_digit_is_five_lines_high_and_unlike_the_others() -> None:
    drawn = {tuple(texts(digit, 20)) for digit in "0123456789"}
    assert len(drawn) == 10
    assert {len(one) for one in drawn} == {HEIGHT}


def test_it_is_as_large_as_fits() -> None:
    assert len(texts("1,234", 80)[0]) == 2 * len(texts("1,234", 20)[0])
    assert texts("1,234", 10) == []


def test_what_is_no_figure_is_left_to_a_plain_line() -> None:
    assert digits("无", 80, BLOCKS) == []
    assert digits("93.5%", 80, BLOCKS)
