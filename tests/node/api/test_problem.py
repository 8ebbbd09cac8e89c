from __future__ import annotations

import pytest

from node.api import problem
from node.errors import Damaged, Forbidden, Locked, NotFound, QiaoError, Stale, Usage
from node.language import speaking


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Usage("x"), 422), (Forbidden("x"), 403), (NotFound("x"), 404), (NotFound("x", code="erased"), 410),
     (Locked("x"), 503), (Damaged("x"), 500), (QiaoError("x"), 500), (Stale("x", code="older_database"), 503),
     (RuntimeError("x"), 500), (problem.Refused("busy"), 503)],
)  # fmt: skip
def test_each_fault_has_its_status(fault: Exception, status: int) -> None:
    assert problem.of(fault).status == status


def test_of_what_nobody_foresaw_nothing_is_quoted() -> None:
    assert "王小明" not in str(problem.of(RuntimeError("王小明")).body())


@pytest.mark.parametrize("code", problem.SENTENCES)
def test_every_refusal_says_what_helps_in_both_languages(code: str) -> None:
    told = {}
    for language in ("zh", "en"):
        with speaking(language):
            told[language] = problem.refused(code)
    assert told["zh"].message != told["en"].message and told["en"].message.isascii() and told["zh"].hint
