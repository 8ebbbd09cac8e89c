import json

from hypothesis import given
from hypothesis import strategies as st

from node.commands.shown import cells, cut, dumps, line, pad, shown, table


def test_bidi_controls_and_escapes_are_shown_in_text() -> None:
    assert shown("a\u202eb\x1b[31m\x9b") == "a‹U+202E›b‹U+001B›[31m‹U+009B›"
    assert shown("一\n二\t三") == "一\n二\t三"
    assert line("一\n\n二\t三") == "一 二 三"


@given(st.text() | st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs"]))
def test_json_keeps_the_text_and_holds_no_control_raw(text: str) -> None:
    raw = dumps({"text": text})
    assert json.loads(raw) == {"text": text}
    assert not set(raw) & set("\x7f\x85\x9b\u200b\u202e\u2028\u2029\u2066\ufeff\ud800")
    assert "\n" not in raw


def test_chinese_stays_readable_in_json() -> None:
    assert dumps({"unit": "青岛"}) == '{"unit": "青岛"}'


@given(st.text(alphabet="ab工资…①é", max_size=30), st.integers(min_value=2, max_value=20))
def test_what_is_cut_fits_and_ends_with_a_mark(text: str, width: int) -> None:
    short = cut(text, width)
    assert cells(short) <= width
    assert short == text or short.endswith(">")
    assert cells(pad(text, width)) == width


def test_a_tables_lines_fit_the_terminal_and_a_pipe_gets_all() -> None:
    rows = [["370000-1", "青岛某超市关门，拖欠四十名员工两个月工资" * 3], ["x", "短\u202e"]]
    narrow, whole = table(["编号", "标题"], rows, 40), table(["编号", "标题"], rows)
    assert all(cells(one) <= 40 for one in narrow) and narrow[1].endswith(">")
    assert rows[0][1] in whole[1] and "‹U+202E›" in whole[2]
