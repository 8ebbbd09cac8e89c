from __future__ import annotations

import string

import pytest

from conflict.sentence import _NOBODY, CONFLICTS, FRAMES, REASONS, reason, sentence

from .errand import CODES

ALL = {**CONFLICTS, **FRAMES, **REASONS}


@pytest.mark.parametrize("code", sorted(ALL))
def test_every_code_has_a_sentence_in_both_languages_with_the_same_parameters(code: str) -> None:
    chinese, english = ALL[code]
    names = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in (chinese, english)]
    assert names[0] == names[1] <= _NOBODY.keys()
    assert "{" not in sentence(code, "zh") and "{" not in sentence(code, "en")


def test_a_parameter_is_never_read_as_a_template() -> None:
    assert "{unit}" in sentence("overtaken", "zh", value="{unit}")


def test_a_code_nobody_declared_is_shown_as_it_is() -> None:
    assert sentence("strange", "zh") == "strange"


def test_a_matters_own_code_comes_first_and_is_named_in_english() -> None:
    assert reason("not_sent", "zh", CODES, unit="青岛") == "青岛没有待受理的派单"
    assert reason("not_sent", "en", CODES) == "the rule “not_sent”"
    assert reason("once", "zh", CODES) == sentence("once", "zh")
