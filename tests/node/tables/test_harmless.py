"""What a spreadsheet would run, and what it wouldn't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.tables.cells import _GUARDED
from node.tables.harmless import harmless, is_formula

DANGEROUS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "\u3000=1", "\u00a0+1", "＝1", "＋1", "－1",
    "＠x", "\u200b=1", "\ufeff=1", "\n=1", "=HYPERLINK(\"http://x\")", "-", "@",
]  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_begins_like_a_formula_gets_a_quote(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", " ", "工资", "a=b", "1-2", "'=1", "电话+86", "（=）", "·-"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_what_was_made_harmless_is_no_formula_and_comes_back_by_an_import(text: str) -> None:
    made = harmless(text)
    assert not is_formula(made)
    if made != text and text.lstrip(" \t\r\n\u3000")[:1] in set("=+-@＝＋－＠"):
        assert _GUARDED.sub("", made, count=1) == text
