"""The writer's side of an import: each row like a single act, known rows skipped, the others told."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, Usage
from tests.node.tree import PATHS, TICKET, Tree


def _row(number: int, **more: Any) -> dict[str, Any]:
    return {**TICKET, "external_id": f"x{number}", **more}


def _states(found: dict[str, Any]) -> list[str]:
    return [one["state"] for one in found["results"]]


def _rows(tree: Tree, *rows: dict[str, Any], who: str = "p", staff: str = "a") -> dict[str, Any]:
    return tree.do(who, "import.rows", staff, matter="ticket", rows=list(rows))


def test_a_row_becomes_a_ticket_like_one_that_was_typed(tree: Tree) -> None:
    found = _rows(tree, _row(1), _row(2, narrative="第二件"))
    assert _states(found) == ["imported", "imported"]
    shown = tree.show("p", found["results"][0]["record"])
    assert (shown["external_id"], shown["phase"], shown["worker_phone"]) == (
        "x1",
        "registered",
        "138****1111",
    )
    assert shown["timeline"][0]["actor"] == "a" and shown["number"].startswith("370000-")
    assert len({tree.show("p", one["record"])["number"] for one in found["results"]}) == 2
    assert tree.verify("p") == []


def test_a_second_run_skips_what_is_there_and_goes_on(tree: Tree) -> None:
    first = _rows(tree, _row(1), _row(2))
    again = _rows(tree, _row(1), _row(2), _row(3))
    assert _states(again) == ["skipped", "skipped", "imported"]
    assert [one["record"] for one in again["results"][:2]] == [one["record"] for one in first["results"]]


def test_a_row_twice_in_one_batch_is_one_ticket(tree: Tree) -> None:
    assert _states(_rows(tree, _row(1), _row(1, narrative="又来"))) == ["imported", "skipped"]


def test_another_unit_s_rows_have_ids_of_their_own(tree: Tree) -> None:
    _rows(tree, _row(1), who="c")
    tree.sync("c", "p")
    assert _states(_rows(tree, _row(1))) == ["imported"]


def test_what_is_wrong_is_told_at_its_field_and_the_rows_beside_it_stand(tree: Tree) -> None:
    found = _rows(
        tree, _row(1), _row(2, amount_claimed="一千", workplace_region="999999"), _row(3, narrative="长" * 200_000),
        {**_row(4), "channel": ""}, {**TICKET}, _row(6),
    )  # fmt: skip
    assert _states(found) == ["imported", "rejected", "rejected", "rejected", "rejected", "imported"]
    told = [[(one["field"], one["code"]) for one in row.get("faults", [])] for row in found["results"]]
    assert told[1] == [("workplace_region", "unknown_code"), ("amount_claimed", "bad_value")] or told[1] == [
        ("amount_claimed", "bad_value"), ("workplace_region", "unknown_code"),
    ]  # fmt: skip
    assert told[2] == [("narrative", "bad_value")] and told[3] == [("channel", "missing_field")]
    assert told[4] == [("external_id", "no_external_id")]
    assert len(tree.reader("p").list("ticket").items) == 2 and tree.verify("p") == []


def test_words_stand_in_no_reason(tree: Tree) -> None:
    found = _rows(tree, _row(1, worker_phone=["13800001111"], narrative="秘密" * 40_000))
    told = str(found["results"][0]["faults"])
    assert "1380000" not in told and "秘密" not in told


def test_a_row_that_is_too_large_to_sign_leaves_nothing_of_it(tree: Tree) -> None:
    huge = {name: "长" * 59_000 for name in ("narrative", "employer_name", "occupation", "worker_name",
                                             "outside_number")}  # fmt: skip
    found = _rows(tree, _row(1, **huge), _row(2))
    assert (
        _states(found) == ["rejected", "imported"] and found["results"][0]["faults"][0]["code"] == "too_large"
    )
    assert tree.verify("p") == []
    assert _states(_rows(tree, _row(1))) == ["imported"]


def test_whoever_may_not_register_imports_nothing(tree: Tree) -> None:
    tree.do("p", "staff.add", "a", id="z", name="审", roles=["auditor"], password="password1")
    with pytest.raises(Forbidden) as caught:
        _rows(tree, _row(1), staff="z")
    assert caught.value.code == "role" and not tree.reader("p").list("ticket").items


def test_a_batch_has_a_bound(tree: Tree) -> None:
    with pytest.raises(Usage):
        _rows(tree, *[_row(n) for n in range(501)])


def test_an_import_is_no_news(tree: Tree) -> None:
    before = tree.do("p", "news", None)["next"]
    _rows(tree, _row(1))
    assert tree.do("p", "news", None, after=before)["items"] == []


def test_imported_tickets_travel_like_others(tree: Tree) -> None:
    record = _rows(tree, _row(1))["results"][0]["record"]
    tree.act("p", "dispatch", record, lead="370211")
    tree.quiet()
    assert tree.show("k", record)["external_id"] == "x1" and PATHS["k"]
