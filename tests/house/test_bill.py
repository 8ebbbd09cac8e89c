from __future__ import annotations

import json
import re
import sys
import tomllib

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.house import audit, bill
from tests.house.bill import PLACE, ROOT

ADVISORIES = tomllib.loads((ROOT / "docs" / "advisories.toml").read_text())


@pytest.mark.skipif(sys.platform != "linux", reason="pins differ by platform")
def test_the_bill_of_materials_is_of_the_pins_and_names_no_address_to_load_from() -> None:
    kept = PLACE.read_text(encoding="utf-8")
    assert kept == bill.text(), "make bill"
    assert "://" not in kept and "hash" not in kept
    names = {one["name"] for one in json.loads(kept)["components"]}
    assert names >= bill.pins().keys() and {"SQLCipher", "SQLite", "OpenSSL"} <= names


def test_every_component_has_a_license_and_every_dependency_a_component() -> None:
    found = json.loads(PLACE.read_text(encoding="utf-8"))
    refs = {one["bom-ref"] for one in found["components"]} | {"qiao"}
    assert all(one["licenses"] for one in found["components"])
    assert {ref for one in found["dependencies"] for ref in (one["ref"], *one["dependsOn"])} <= refs


def test_no_pin_stands_within_an_advisory_that_is_known_here() -> None:
    pinned = bill.pins()
    within = [
        one["id"]
        for one in ADVISORIES["advisory"]
        if not one.get("accepted")
        and (version := pinned.get(canonicalize_name(one["package"]))) is not None
        and version in SpecifierSet(one["affected"], prereleases=True)
    ]
    assert within == []


def test_the_advisories_kept_are_about_what_is_pinned_and_have_their_day() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", ADVISORIES["kept"])
    assert ADVISORIES["audited"] == "" or re.fullmatch(r"\d{4}-\d\d-\d\d", ADVISORIES["audited"])
    named = {canonicalize_name(one["package"]) for one in ADVISORIES["advisory"]}
    assert named <= bill.pins().keys()


def test_an_audit_that_reached_nothing_is_not_told_as_a_good_one() -> None:
    skipped = '{"dependencies": [{"name": "h11", "skip_reason": "not found"}], "fixes": []}'
    for answer in ("", "{}", '{"dependencies": []}', skipped):
        code, told = audit.read(answer)
        assert code == 2 and "NOT AUDITED" in told[0]
    good = '{"dependencies": [{"name": "h11", "version": "1", "vulns": []}]}'
    assert audit.read(good)[0] == 0
    bad = good.replace("[]}]", '[{"id": "CVE-1", "fix_versions": ["2"]}]}]')
    assert audit.read(bad) == (1, ["h11 1: CVE-1, mended in 2"])
