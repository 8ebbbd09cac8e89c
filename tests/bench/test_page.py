"""docs/performance.md is made of figures that are kept: no measuring, no clock, the same page each time."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import catalogue, page
from bench.catalogue import FIGURES, SIDES, Figure
from bench.parts import parts
from tests.house.project import ROOT, read

MACHINE = {
    "date": "2026-11-30", "commit": "abc1234", "qiao": "0.3.0", "processor": "A processor", "cores": 2,
    "memory_gib": 24, "system": "Linux 6.1", "python": "3.11.7", "sqlite": "3.53.0", "load": 0.1,
}  # fmt: skip


def made(**changed: Any) -> dict[str, Any]:
    """Figures as a run gives them, each a hundred; others by part."""
    found: dict[str, Any] = {one.name: {} for one in parts()}
    for path in (*(one.path for one in FIGURES), *(path for one in FIGURES for path, _, _ in one.beside),
                 *((*path, what) for _, path, *_ in SIDES for what in ("load_s", "delta_s"))):  # fmt: skip
        place = found
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = 100.0
    for part, figures in changed.items():
        found[part] |= figures
    return {"machine": MACHINE, "quick": False, "parts": found}


def line(text: str, one: Figure) -> str:
    return next(row for row in text.splitlines() if row.startswith(f"| {one.what} |"))


@pytest.mark.parametrize("one", FIGURES, ids=lambda one: one.what)
def test_each_figure_has_words_and_a_bound_or_none_is_owed(one: Figure) -> None:
    assert one.words.endswith(".")
    assert one.bound is None or one.lacking or one.unit in ("MiB", "% of a core", "bytes", "s", "ms")
    assert one.path[0] in {part.name for part in parts()}


@pytest.mark.parametrize("name", [name for name, *_ in SIDES])
def test_each_side_says_whether_it_flushes_signs_merges_and_scopes(name: str) -> None:
    does = next(rest for one, _path, *rest in SIDES if one == name)
    assert len(does) == 5 and all(does)
    text = page.rendered(made())[page.PAGE]
    assert f"| {name} | 100 s | 100 s | {' | '.join(does)} |" in text


def test_a_bound_is_told_as_kept_or_not_and_why_it_is_not() -> None:
    rate = next(one for one in FIGURES if one.path == ("intake", "per_second"))
    good = page.rendered(made(intake={"per_second": 6000.0}))[page.PAGE]
    assert "| 6,000/s | at least 6,000/s | kept |" in line(good, rate)
    bad = page.rendered(made(intake={"per_second": 5999.0}))[page.PAGE]
    assert "| **not kept** |" in line(bad, rate) and f"**Not kept here.** {rate.lacking}" in bad


def test_a_quick_run_judges_no_bound() -> None:
    text = page.rendered({**made(intake={"per_second": 1.0}), "quick": True})[page.PAGE]
    assert "kept" not in text.partition("## The same")[0].replace("no bound is judged", "")


def test_a_bound_may_be_what_another_reached_in_the_same_run() -> None:
    load = next(one for one in FIGURES if one.path == ("documents", "load_s"))
    peers = {"pouchdb_100": {"load_s": 7.0, "delta_s": 1.0}, "pouchdb_1000": {"load_s": 5.0, "delta_s": 1.0}}
    text = page.rendered(made(documents={"load_s": 6.5}, peers=peers))[page.PAGE]
    assert "| 6.50 s | at most 7.00 s | kept | PouchDB at its best: 5.00 s |" in line(text, load)


def test_what_was_not_measured_is_said_and_the_page_is_made_all_the_same() -> None:
    found = made()
    found["parts"] |= {
        "peers": {"missing": "there is no npm on this machine"},
        "storm": {"failed": "TimeoutError"},
    }
    text = page.rendered(found)[page.PAGE]
    assert "**Not measured: peers (there is no npm on this machine).**" in text
    assert "**Not measured: storm (TimeoutError).**" in text
    assert "not measured" in line(text, next(one for one in FIGURES if one.path == ("storm", "seconds")))
    assert (
        page.rendered({"machine": MACHINE, "quick": True, "parts": {}})[page.PAGE].count("not measured") > 10
    )


def test_plots_are_well_formed_and_stand_on_the_page() -> None:
    curves = {
        "storm": {"curve": [0.5, 1.0, 2.0]},
        "replacement": {"curve": [[1.0, 10], [2.0, 20]], "commits": 30},
    }
    given = made(**curves)
    found = page.rendered(given)
    plots = {name: text for name, text in found.items() if name.endswith(".svg")}
    assert set(plots) == {page.DOCUMENTS, page.STORM, page.REPLACEMENT}
    for name, text in plots.items():
        assert ElementTree.fromstring(text).tag.endswith("svg")
        assert f"({name})" in found[page.PAGE]
    assert page.rendered(given) == found


def test_the_page_that_is_kept_is_that_of_the_figures_that_are_kept() -> None:
    found = json.loads(read(f"docs/{page.KEPT}"))
    for name, text in page.rendered(found).items():
        assert (ROOT / "docs" / name).read_text("utf-8") == text, "make bench RENDER=1"


def test_the_page_names_make_targets_that_are_there() -> None:
    text = page.rendered(made())[page.PAGE]
    targets = set(re.findall(r"`make (\w+)", text))
    assert targets and targets <= set(re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE))


def test_every_part_has_its_figures_on_the_page() -> None:
    told = {one.path[0] for one in FIGURES} | {path[0] for one in FIGURES for path, _, _ in one.beside}
    assert {one.name for one in parts()} == told | {"profile"}
    assert catalogue.value({}, ("intake", "per_second")) is None
