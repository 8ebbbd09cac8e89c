"""Templates, views and drafts: whose they are, what they may hold, and when they go."""

from __future__ import annotations

import pytest

from node import keeping
from node.errors import Forbidden, NotFound, Usage
from tests.node.tree import TICKET, Tree

WAGES = {"channel": "phone", "class": "resolution_request", "topic": "legal/labour/wages"}
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def two(tree: Tree) -> Tree:
    """A second person at the province, who dispatches nothing."""
    tree.do("p", "staff.add", "a", id="b", name="乙", roles=["operator"], password="password1")
    return tree


def test_a_template_is_one_s_own_unless_it_is_shared(two: Tree) -> None:
    two.do("p", "template.put", "a", name="欠薪", data=WAGES)
    with pytest.raises(NotFound):
        two.do("p", "template.get", "b", name="欠薪")
    two.do("p", "template.put", "a", name="大家的", data=WAGES, shared=True)
    assert two.do("p", "template.get", "b", name="大家的")["data"] == WAGES
    assert [one["name"] for one in two.do("p", "template.list", "b")["items"]] == ["大家的"]


def test_one_s_own_comes_before_the_unit_s_of_that_name(two: Tree) -> None:
    two.do("p", "template.put", "a", name="欠薪", data=WAGES, shared=True)
    two.do("p", "template.put", "b", name="欠薪", data={"channel": "visit"})
    assert two.do("p", "template.get", "b", name="欠薪")["data"] == {"channel": "visit"}
    two.do("p", "template.remove", "b", name="欠薪")
    assert two.do("p", "template.get", "b", name="欠薪")["shared"]


def test_what_the_unit_shares_is_not_everybody_s_to_change(two: Tree) -> None:
    with pytest.raises(Forbidden):
        two.do("p", "template.put", "b", name="欠薪", data=WAGES, shared=True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"worker_name": "王"}, "personal_data"),
        ({"chanel": "phone"}, "unknown_field"),
        ({"channel": "telefon"}, "unknown_code"),
        ({}, "missing_field"),
        ({"workplace_region": "999999"}, "unknown_code"),
    ],
)
def test_a_template_holds_good_fields_and_nothing_personal(
    tree: Tree, data: dict[str, str], code: str
) -> None:
    with pytest.raises(Usage) as caught:
        tree.do("p", "template.put", "a", name="x", data=data)
    assert caught.value.code == code and not tree.do("p", "template.list", "a")["items"]


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb", "--help", "a\u0000b"])
def test_a_name_is_a_name(tree: Tree, name: str) -> None:
    with pytest.raises(Usage):
        tree.do("p", "template.put", "a", name=name, data=WAGES)


def test_a_view_keeps_filters_and_columns_by_their_names(tree: Tree) -> None:
    kept = tree.do(
        "p", "view.put", "a", name="晚了", filters={"overdue": True, "text": ""}, columns=["编号", "due"]
    )
    assert (kept["filters"], kept["columns"]) == ({"overdue": True}, ["number", "due"])
    assert tree.do("p", "view.get", "a", name="晚了")["columns"] == ["number", "due"]
    with pytest.raises(Usage):
        tree.do("p", "view.put", "a", name="x", filters={"phrase": "x"})
    with pytest.raises(Usage):
        tree.do("p", "view.put", "a", name="x", columns=["nichts"])


def _draft(tree: Tree, staff: str = "a", **data: str) -> str:
    return str(tree.do("p", "draft.save", staff, matter="ticket", verb="register", data=data)["name"])


def test_a_draft_survives_the_process_and_is_nobody_else_s(two: Tree) -> None:
    _draft(two, narrative="说到一半")
    two.shut("p")
    [found] = two.do("p", "draft.list", "a")["items"]
    assert found["data"] == {"narrative": "说到一半"} and found["verb"] == "register"
    assert two.do("p", "draft.list", "b")["items"] == []


def test_a_draft_is_in_the_place_of_the_one_before_of_its_form(tree: Tree) -> None:
    assert _draft(tree, narrative="一") == _draft(tree, narrative="二")
    assert [one["data"]["narrative"] for one in tree.do("p", "draft.list", "a")["items"]] == ["二"]


def test_a_draft_goes_with_its_act_and_stays_where_that_is_refused(tree: Tree) -> None:
    name = _draft(tree, narrative="秘密的话")
    asked = {"matter": "ticket", "verb": "register", "draft": name}
    with pytest.raises(Usage):
        tree.do("p", "act", "a", **asked, data={**TICKET, "channel": "telefon"})
    assert len(tree.do("p", "draft.list", "a")["items"]) == 1
    tree.do("p", "act", "a", **asked, data=TICKET)
    assert tree.do("p", "draft.list", "a")["items"] == []


def test_what_a_draft_held_is_overwritten_in_the_database(tree: Tree) -> None:
    _draft(tree, narrative="unmistakable-words-of-a-draft" * 50)
    tree.do("p", "draft.discard", "a", name=keeping.key("ticket", "register", None))
    tree.at("p").scrub()
    tree.shut("p")
    assert b"unmistakable-words" not in (tree.base / "p" / "node.db").read_bytes()


def test_a_draft_that_nobody_touched_for_thirty_days_is_gone(tree: Tree) -> None:
    _draft(tree, narrative="旧")
    tree.clock("p").advance(29 * DAY_MS)
    tree.at("p").tick()
    assert tree.do("p", "draft.list", "a")["items"]
    tree.clock("p").advance(2 * DAY_MS)
    tree.at("p").tick()
    assert tree.do("p", "draft.list", "a")["items"] == []


def test_there_is_a_bound_on_how_large_and_how_many(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Usage) as caught:
        _draft(tree, narrative="长" * 200_000)
    assert caught.value.code == "too_large"
    monkeypatch.setitem(keeping.MOST, "template", 2)
    for number in range(2):
        tree.do("p", "template.put", "a", name=f"t{number}", data=WAGES)
    tree.do("p", "template.put", "a", name="t1", data=WAGES)
    with pytest.raises(Usage) as caught:
        tree.do("p", "template.put", "a", name="t2", data=WAGES)
    assert caught.value.code == "too_many"


def test_nothing_of_it_is_replicated(tree: Tree) -> None:
    tree.do("p", "template.put", "a", name="欠薪", data=WAGES, shared=True)
    _draft(tree, narrative="秘密")
    tree.quiet()
    assert (
        tree.do("c", "template.list", "a")["items"] == [] and tree.do("c", "draft.list", "a")["items"] == []
    )
