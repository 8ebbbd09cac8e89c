from __future__ import annotations

from node import language
from node.matters.ticket import KIND
from tui.labels import (
    action_label,
    actor_name,
    code_label,
    field_label,
    matter_of,
    money,
    name_label,
    value_text,
    verb_label,
)

TICKET = KIND.matter


def field(name: str):  # type: ignore[no-untyped-def]
    return TICKET.field(name)


def test_names_come_from_the_declaration_and_english_from_the_identifier() -> None:
    verb = next(verb for verb in KIND.verbs if verb.name == "follow-up")
    assert field_label(field("worker_name")) == "职工姓名" and verb_label(verb) == "回访"
    assert name_label(TICKET, "follow_up") == "待回访" and action_label(TICKET, "accept") == "受理"
    language.use("en")
    assert field_label(field("worker_name")) == "worker name" and verb_label(verb) == "follow-up"
    assert name_label(TICKET, "follow_up") == "follow up" and code_label(field("channel"), "phone") == "phone"


def test_what_a_newer_program_wrote_is_shown_as_it_came_and_safely() -> None:
    assert action_label(TICKET, "teleport\x1b") == "teleport‹U+001B›"
    assert action_label(None, "accept") == "accept" and matter_of("no_such") is None


def test_money_is_shown_in_yuan() -> None:
    assert [money(fen) for fen in (0, 5, 1466000, -120050)] == ["0.00", "0.05", "14,660.00", "-1,200.50"]
    assert money("x\x1b") == "x‹U+001B›"


def test_values_are_told_by_their_type() -> None:
    assert value_text(field("channel"), "phone") == "电话"
    assert value_text(field("resolved"), True) == "是"
    assert value_text(field("amount_claimed"), 100) == "1.00"
    assert value_text(field("tags"), ["a", "b"]) == "a, b"
    assert value_text(None, {"a\x1b": 1}) == "a‹U+001B›: 1"
    assert value_text(field("topic"), None) == ""


def test_what_a_node_does_by_itself_is_told_as_the_systems() -> None:
    assert actor_name({"actor": "system"}) == "系统"
    assert actor_name({"actor": "kh", "actor_name": "区经办"}) == "区经办"
