"""The shipped day of hotline matters: what the demo rests on."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from node.matters import KINDS, border
from tests.house.project import ROOT

CHANNELS = {"phone", "web", "app", "visit", "letter", "hearing", "transferred", "assigned"}
CODES = {
    "channel": CHANNELS,
    "class": {"enquiry", "resolution_request", "feedback"},
    "worker_identity": {"regular", "migrant", "dispatched", "new_form", "retired", "other"},
    "employer_nature": {"state", "collective", "private", "foreign", "individual", "public", "other"},
    "gender": {"male", "female", "unknown"},
    "age_band": {"under_18", "18_35", "36_50", "51_60", "over_60", "unknown"},
    "urgency": {"normal", "urgent"},
    "deadline_class": {"general", "difficult", "complex"},
}
FIELDS = set(CODES) | {
    "external_id", "outside_number", "topic", "employer_name", "workplace_region", "employer_region",
    "worker_name", "worker_phone", "occupation", "persons_affected", "amount_claimed", "sensitive",
    "confidential", "narrative",
}  # fmt: skip
HINTS = {"source", "registered_by", "target", "answer", "result", "recovered"}  # for the demo's driver alone


def bigrams(text: str) -> set[str]:
    letters = [letter for letter in text if letter.isalnum()]
    return {one + two for one, two in zip(letters, letters[1:], strict=False)}


@pytest.fixture(scope="module")
def day() -> list[dict[str, Any]]:
    lines = (ROOT / "node/demo/day.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def counties() -> set[str]:
    tree = json.loads((ROOT / "node/demo/tree.json").read_text(encoding="utf-8"))
    parents = {unit["parent"] for unit in tree}
    return {unit["code"] for unit in tree if unit["code"] not in parents}


def topics() -> Iterator[str]:
    with (ROOT / "node/matters/data/topics.csv").open(encoding="utf-8", newline="") as file:
        yield from (row["code"] for row in csv.DictReader(file))


def test_the_day_is_full(day: list[dict[str, Any]]) -> None:
    assert len(day) >= 66
    assert len({matter["external_id"] for matter in day}) == len(day)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CHANGELOG.md", "docs/demo.md"])
def test_the_documents_count_it_right(day: list[dict[str, Any]], page: str) -> None:
    assert f" {len(day)} " in (ROOT / page).read_text(encoding="utf-8")


def test_every_class_and_at_least_six_channels_occur(day: list[dict[str, Any]]) -> None:
    assert {matter["class"] for matter in day} == CODES["class"]
    assert len({matter["channel"] for matter in day}) >= 6


def test_every_field_and_code_is_the_products(day: list[dict[str, Any]]) -> None:
    known = set(topics())
    for matter in day:
        assert set(matter) <= FIELDS | HINTS, matter["external_id"]
        assert matter["topic"] in known
        for field, codes in CODES.items():
            assert matter.get(field, next(iter(codes))) in codes, (matter["external_id"], field)
        assert ("outside_number" in matter) == (matter["channel"] in ("transferred", "assigned"))


def test_every_matter_passes_the_border(day: list[dict[str, Any]]) -> None:
    kind = KINDS["ticket"]
    verb = next(one for one in kind.verbs if one.name == "register")
    for matter in day:
        border.check(kind, verb, {name: value for name, value in matter.items() if name in FIELDS})


def test_every_matter_names_the_published_source_of_its_facts(day: list[dict[str, Any]]) -> None:
    assert all(len(matter["source"]) >= 10 for matter in day)


def test_every_narrative_is_a_callers_length(day: list[dict[str, Any]]) -> None:
    for matter in day:
        assert 80 <= len(matter["narrative"]) <= 250, matter["external_id"]


def test_no_two_narratives_share_much(day: list[dict[str, Any]]) -> None:
    sets = {matter["external_id"]: bigrams(matter["narrative"]) for matter in day}
    alike = [
        (one, two)
        for one, two in combinations(sets, 2)
        if len(sets[one] & sets[two]) >= 0.4 * min(len(sets[one]), len(sets[two]))
    ]
    assert alike == []


def test_every_matter_has_one_way_to_its_end(day: list[dict[str, Any]]) -> None:
    for matter in day:
        assert (matter["answer"] is None) != (matter["result"] is None), matter["external_id"]
        assert matter["answer"] is None or matter["target"] is None


def test_each_county_gets_its_share_and_registers_something_or_is_sent_it(
    day: list[dict[str, Any]], counties: set[str]
) -> None:
    sent = Counter(matter["target"] for matter in day if matter["target"])
    assert set(sent) == counties
    assert min(sent.values()) >= 8
    walk_ins = {matter["registered_by"] for matter in day} - {"370000"}
    assert walk_ins and walk_ins <= counties
    assert all(not matter["target"] for matter in day if matter["registered_by"] != "370000")


def test_money_is_whole_fen_and_never_more_than_was_claimed(day: list[dict[str, Any]]) -> None:
    for matter in day:
        claimed, recovered = matter.get("amount_claimed", 0), matter.get("recovered", 0)
        assert type(claimed) is int and type(recovered) is int
        assert 0 <= recovered <= claimed


def test_nobody_in_it_is_real(day: list[dict[str, Any]]) -> None:
    for matter in day:
        assert matter["worker_name"].endswith("某") or matter["worker_name"].startswith("匿名")
        assert matter["worker_phone"].startswith("1380000")
        assert "worker_id_number" not in matter
