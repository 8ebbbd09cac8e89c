from __future__ import annotations

from textual.app import App, ComposeResult

from tui.inputs import Area, Choice, TextBox


class Desk(App[None]):
    def compose(self) -> ComposeResult:
        yield Choice([("phone", "电话[/工伤]"), ("web", "网站")], id="c")
        yield TextBox("机密", id="t", password=True)
        yield Area("多行", id="a")


async def test_a_choice_is_turned_in_place_and_comes_round() -> None:
    async with Desk().run_test(size=(60, 20)) as hand:
        choice = hand.app.query_one(Choice)
        choice.focus()
        seen = []
        for _ in range(3):
            await hand.press("right")
            seen.append(choice.value)
        assert seen == ["phone", "web", ""]
        await hand.press("left", "delete")
        assert choice.value == ""


async def test_a_choice_shows_its_label_as_plain_text() -> None:
    async with Desk().run_test(size=(60, 20)) as hand:
        choice = hand.app.query_one(Choice)
        choice.value = "phone"
        assert "电话[/工伤]" in choice.render_line(0).text
        choice.value = "newer"
        assert "newer" in choice.render_line(0).text


async def test_a_password_is_shown_by_stars_of_one_cell() -> None:
    async with Desk().run_test(size=(60, 20)) as hand:
        assert hand.app.query_one(TextBox)._value.plain == "**"


async def test_tab_leaves_a_field_of_several_lines() -> None:
    async with Desk().run_test(size=(60, 20)) as hand:
        hand.app.query_one(Area).focus()
        await hand.press("tab")
        assert not hand.app.query_one(Area).has_focus and hand.app.query_one(Area).text == "多行"
