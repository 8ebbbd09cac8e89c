"""Cards are signed by real nodes once a minute, by whoever is above, and told with their evidence."""

from __future__ import annotations

from tests.node.tree import Tree

DAY_MS = 24 * 3600 * 1000


def late(tree: Tree, days: int = 20) -> str:
    """A ticket that the county hasn't accepted, so many days later."""
    record = tree.dispatched()
    tree.quiet()
    tree.later(days * DAY_MS)
    return record


def test_the_city_issues_a_card_by_itself_and_every_tier_hears_of_it(tree: Tree) -> None:
    record = late(tree)
    tree.at("c").tick()
    tree.sync("k", "c")
    tree.sync("c", "p")
    for name in ("p", "c", "k"):
        accept = [one for one in tree.show(name, record)["cards"] if one["clock"] == "accept"]
        assert {one["colour"] for one in accept} == {"yellow", "red"}
        assert all(one["unit"].endswith("370211") and one["standing"] == "standing" for one in accept)
        assert all("受理时限" in one["evidence"] for one in accept)
        assert all(one["issuer_name"] and one["issuer_name"] != one["issuer"] for one in accept)


def test_two_tiers_that_notice_apart_have_issued_one_card(tree: Tree) -> None:
    record = late(tree, 6)
    tree.at("c").tick()
    tree.at("p").tick()
    tree.quiet()
    keys = [(one["unit"], one["clock"], one["colour"]) for one in tree.show("p", record)["cards"]]
    assert len(keys) == len(set(keys))
    acts = [one for one in tree.show("p", record)["timeline"] if one["action"] == "card"]
    assert len({one["unit"] for one in acts}) == 2, "both have signed it, and it is one"


def test_a_card_that_was_issued_isn_t_issued_again_each_minute(tree: Tree) -> None:
    record = late(tree)
    for _ in range(3):
        tree.at("c").tick()
    once = len(tree.show("c", record)["timeline"])
    tree.at("c").tick()
    assert len(tree.show("c", record)["timeline"]) == once


def test_the_county_issues_none_to_itself(tree: Tree) -> None:
    record = late(tree)
    tree.at("k").tick()
    assert tree.show("k", record)["cards"] == []


def test_a_card_is_rescinded_when_the_countys_timely_act_arrives(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "accept", record)  # in time, and the line is cut
    tree.later(6 * DAY_MS)
    tree.at("c").tick()
    assert "standing" in {one["standing"] for one in tree.show("c", record)["cards"]}
    tree.sync("k", "c")
    found = [one for one in tree.show("c", record)["cards"] if one["clock"] == "accept"]
    assert {one["standing"] for one in found} == {"rescinded"}


def test_a_supervisor_clears_a_card_and_the_county_objects(tree: Tree) -> None:
    record = late(tree, 6)
    tree.at("c").tick()
    tree.sync("k", "c")
    tree.act("k", "object", record, clock="accept", colour="yellow", text="当日停电")
    tree.sync("k", "c")
    tree.act("c", "clear-card", record, clock="accept", colour="yellow", text="核实停电")
    [card] = [one for one in tree.show("c", record)["cards"] if one["colour"] == "yellow"]
    assert (card["standing"], card["objections"]) == ("cleared", 1)


def test_cards_are_the_same_after_the_projections_were_built_again(tree: Tree) -> None:
    from node import rebuild

    record = late(tree)
    tree.at("c").tick()
    before = tree.show("c", record)["cards"]
    with tree.at("c").work() as work:
        rebuild.everything(work)
    assert tree.show("c", record)["cards"] == before and before


def test_what_is_undelivered_for_half_a_day_stands_on_the_dispatchers_list(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370211")
    tree.sync("c", "p")  # passed on to the county, whose line is cut
    assert tree.reader("c").list("ticket", view="undelivered").items == []
    tree.later(DAY_MS // 2 + 60_000)
    assert [one["record"] for one in tree.reader("c").list("ticket", view="undelivered").items] == [record]
    tree.sync("k", "c")
    assert tree.reader("c").list("ticket", view="undelivered").items == []


def test_a_ticket_with_a_card_and_one_that_is_soon_due_are_lists_of_their_own(tree: Tree) -> None:
    record = tree.dispatched()
    assert tree.reader("k").list("ticket", view="reminders").items == []
    tree.later(DAY_MS * 2 + DAY_MS // 2)
    assert [one["record"] for one in tree.reader("k").list("ticket", view="reminders").items] == [record]
    tree.later(DAY_MS * 5)
    assert tree.reader("c").list("ticket", view="cards").items == []
    tree.at("c").tick()
    assert [one["record"] for one in tree.reader("c").list("ticket", view="cards").items] == [record]
