"""The unit that a division belongs to."""

from __future__ import annotations

import pytest

from node.regions import covering, named, prefix, suggested

UNITS = [
    {"path": "370000", "code": "370000", "name": "省", "kind": "place"},
    {"path": "370000/370200", "code": "370200", "name": "市", "kind": "place"},
    {"path": "370000/370200/370211", "code": "370211", "name": "区", "kind": "place"},
    {"path": "370000/370200/370211/370211001", "code": "370211001", "name": "街道", "kind": "place"},
    {"path": "370000/370200/railway", "code": "railway", "name": "铁路", "kind": "industry"},
    {"path": "370000/370900", "code": "370900", "name": "二市", "kind": "place"},
]


@pytest.mark.parametrize(
    ("code", "found"),
    [("370000", "37"), ("370200", "3702"), ("370211", "370211"), ("370211001", "370211001"),
     ("370211000", "370211"), ("370211001000", "370211001"), ("railway", ""), ("", ""), ("37", "")],
)  # fmt: skip
def test_a_code_without_its_zeros_begins_all_within_it(code: str, found: str) -> None:
    assert prefix(code) == found


@pytest.mark.parametrize(
    ("region", "unit"),
    [("370211", "370211"), ("370211001003", "370211001"), ("370212", "370200"), ("370200", "370200"),
     ("371300", "370000"), ("370902", "370900"), ("110000", None), ("x", None)],
)  # fmt: skip
def test_the_narrowest_unit_that_covers_it_is_found(region: str, unit: str | None) -> None:
    found = covering(region, UNITS)
    assert (found and found["code"]) == unit


def test_the_place_of_work_comes_first_and_the_other_unit_is_told_too() -> None:
    both = {"workplace_region": "370211", "employer_region": "370902"}
    found = suggested(both, UNITS)
    assert [one.unit for one in found] == ["370000/370200/370211", "370000/370900"]
    assert "370211" in found[0].reason and "黄岛区" in found[0].reason
    assert len(suggested({"workplace_region": "370211", "employer_region": "370211"}, UNITS)) == 1
    assert suggested({}, UNITS) == []


def test_a_division_is_told_with_those_above_it() -> None:
    assert named()["370211"] == {"label": "黄岛区", "path": "山东省/青岛市/黄岛区"}
    assert named()["370000"]["path"] == "山东省"
    assert named()["110101"]["path"] == "北京市/东城区"
