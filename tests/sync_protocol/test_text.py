"""Text at the border."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.errors import BadText
from sync_protocol.text import clean

REFUSED = [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDBFF, 0xDC00, 0xDFFF]


def test_line_ends_become_lf_and_letters_nfc() -> None:
    assert clean("narrative", "一\r\n二\r三\n四") == "一\n二\n三\n四"
    assert clean("narrative", "e\u0301") == "é"


def test_every_other_control_and_lone_surrogate_is_refused_with_its_field() -> None:
    for code in set(REFUSED) - {0x0A, 0x0D}:
        with pytest.raises(BadText) as fault:
            clean("worker_name", f"王{chr(code)}五")
        assert (fault.value.field, fault.value.code) == ("worker_name", "bad_text")
        assert f"U+{code:04X}" in str(fault.value)


def test_bidi_and_zero_width_characters_are_kept() -> None:
    text = "\u202eabc\u200b\u200d\ufeff\u2066"
    assert clean("note", text) == text


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    try:
        once = clean("note", text)
    except BadText:
        return
    assert clean("note", once) == once == unicodedata.normalize("NFC", once)
