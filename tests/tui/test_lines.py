from __future__ import annotations

from textual.app import App, ComposeResult

from tui.lines import Line, Lines


class Leaf(App[None]):
    def compose(self) -> ComposeResult:
        yield Lines(lambda width: [[(f"{index:>{width}}", "dim")] for index in range(200)])


def numbers(width: int) -> list[Line]:
    return [[("新", "bad")], [("x" * (width + 50), "")]]


async def test_what_is_laid_out_has_the_width_of_the_widget_and_is_laid_out_again() -> None:
    async with Leaf().run_test(size=(60, 20)) as hand:
        lines = hand.app.query_one(Lines)
        assert {lines.render_line(y).cell_length for y in range(20)} == {lines.size.width}
        await hand.resize_terminal(90, 20)
        await hand.pause()
        assert {lines.render_line(y).cell_length for y in range(20)} == {lines.size.width}
        assert lines.virtual_size.width <= 90


async def test_new_content_stays_where_one_was_reading() -> None:
    async with Leaf().run_test(size=(60, 20)) as hand:
        lines = hand.app.query_one(Lines)
        await hand.pause()
        lines.scroll_to(y=50, animate=False, immediate=True)
        await hand.pause()
        lines.show(lambda width: [[(str(index), "")] for index in range(300)])
        await hand.pause()
        assert lines.scroll_offset.y == 50
        assert lines.render_line(0).text.startswith("50")


async def test_a_line_that_is_too_wide_is_cut_with_a_mark() -> None:
    async with Leaf().run_test(size=(60, 20)) as hand:
        lines = hand.app.query_one(Lines)
        lines.show(numbers)
        await hand.pause()
        assert lines.render_line(1).text.rstrip().endswith("..")
        assert "新" in lines.text
