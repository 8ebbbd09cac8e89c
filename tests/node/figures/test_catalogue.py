"""The catalogue: whole, documented, and resting on facts that something counts."""

from __future__ import annotations

import re
from pathlib import Path

from node.figures.catalogue import DIVIDED, UNITS, catalogue
from node.figures.groups import names
from node.figures.page import page
from node.matters import KINDS, dimensions
from node.matters.ticket.fields import CHECK_ITEMS

DOCS = Path(__file__).parents[3] / "docs"
GLOSSARY = (DOCS / "glossary.md").read_text("utf-8")


def test_the_page_is_the_catalogue_s() -> None:
    assert (DOCS / "figures.md").read_text("utf-8") == page(), "python -m node.figures.page > docs/figures.md"


def test_every_figure_is_in_the_glossary_with_its_chinese_name() -> None:
    rows = set(re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", GLOSSARY, re.M))
    assert {(one.zh, one.id) for one in catalogue()} - rows == set()
    assert {(label, item) for item, label in CHECK_ITEMS.items()} - rows == set()


def test_ids_are_unique_and_every_rate_has_both_parts_of_one_matter() -> None:
    found = catalogue()
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert one.matter in KINDS and one.unit in UNITS and one.counts_by and one.source
        assert one.unit not in DIVIDED or one.denominator is not None, one.id
        assert all(name.startswith(f"{one.matter}.") for name in one.facts)


def test_what_product_1_4_asks_for_is_there() -> None:
    wanted = {
        "forwarded_in_time", "accepted_in_time", "completed_in_time", "completed", "resolved", "satisfied_result",
        "satisfied_attitude", "satisfied_call", "rework", "declined", "carded", "follow_up_not_obtained",
        "amount_recovered", "persons_served", "time_on_line", "calls", "tickets",
    }  # fmt: skip
    assert wanted <= {one.id for one in catalogue()}


def test_every_field_that_is_declared_a_dimension_is_one() -> None:
    declared = {
        field.name
        for kind in KINDS.values()
        if kind.counted
        for field in kind.matter.fields
        if field.dimension
    }
    assert declared == set(dimensions()) and declared <= set(names())
    assert {"unit", "tier", "kind", "hour", "weekday", "day", "month", "topic:1", "topic:4"} <= set(names())


def test_a_rate_without_anything_to_divide_by_has_no_value() -> None:
    by_id = {one.id: one for one in catalogue()}
    assert by_id["completed"].value(0, 0) is None
    assert by_id["completed"].value(1, 3) == 0.3333
    assert by_id["persons_served"].value(12, 3) == 12
