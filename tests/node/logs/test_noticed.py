from __future__ import annotations

import logging

import pytest

from node.logs.noticed import Noticed


def test_each_thing_is_told_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    noticed = Noticed()
    with caplog.at_level(logging.WARNING, "qiao.health"):
        for ok, code in (
            (True, "ok"),
            (False, "disk"),
            (False, "disk"),
            (False, "damaged"),
            (True, "ok"),
            (True, "ok"),
        ):
            noticed.health(ok, code)
        for codes in ((), ("disk_low",), ("disk_low",), ()):
            noticed.warnings(codes)
        noticed.refusals({"bad_envelope": 7})
        noticed.refusals({})
    assert [one.getMessage() for one in caplog.records] == [
        "health_red code=disk",
        "health_red code=damaged",
        "health_green",
        "warning_raised code=disk_low",
        "warning_over code=disk_low",
        "requests_refused code=bad_envelope count=7",
    ]
