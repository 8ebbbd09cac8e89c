from __future__ import annotations

from typing import Any

import pytest

from tui import intake
from tui.form import Unfit

DATA: dict[str, Any] = {
    "channel": "phone", "class": "enquiry", "topic": "legal", "narrative": "问", "worker_phone": "13800001111",
}  # fmt: skip


def raw(**typed: str) -> dict[str, str]:
    return {"channel": "phone", **typed}


def test_a_call_goes_from_the_number_to_the_narrative_and_the_rest_lies_behind() -> None:
    names = [row.field.name for row in intake.rows()]
    assert tuple(names[: len(intake.FIRST)]) == intake.FIRST and names[0] == "worker_phone"
    assert len(names) == len(set(names)) and "reply" in names and "urgency" in names


def test_an_answer_is_the_call_alone_and_cites_what_was_chosen() -> None:
    [act] = intake.answered(DATA, ["ab"])
    assert (act["matter"], act["data"]["answered_on_the_spot"], act["data"]["articles"]) == (
        "call",
        True,
        ["ab"],
    )


@pytest.mark.parametrize("name", ["urgency", "amount_claimed", "external_id"])
def test_what_a_call_has_no_field_for_isnt_dropped_silently(name: str) -> None:
    for made in (intake.answered, intake.noted):
        with pytest.raises(Unfit) as fault:
            made({**DATA, name: "x"}, [])
        assert fault.value.field == name


def test_a_ticket_is_made_from_its_call_with_what_only_a_ticket_holds() -> None:
    call, ticket = intake.registered({**DATA, "urgency": "urgent", "reply": "稍候"}, [])
    assert (ticket["matter"], ticket["verb"], ticket["record"]) == ("call", "to-ticket", "$1")
    assert ticket["data"] == {"urgency": "urgent"}
    assert call["data"]["narrative"] == "问" and call["data"]["reply"] == "稍候"


def test_a_link_and_a_dispatch_name_the_ticket_that_is_made() -> None:
    acts = intake.dispatched(intake.registered(DATA, [], "cd"), {"lead": "u"})
    assert [(one["verb"], one["record"]) for one in acts[2:]] == [
        ("link", "$2.begun"),
        ("dispatch", "$2.begun"),
    ]


def test_an_urging_call_names_the_ticket_and_says_something_also_where_nothing_was_typed() -> None:
    call, urge = intake.urged({"channel": "phone"}, [], "ef")
    assert call["data"]["ticket"] == "ef" and urge["data"]["text"] == "来电人再次来电，请尽快办理"


def test_full_width_digits_count_as_digits_and_texts_stay_as_they_are() -> None:
    typed = raw(
        worker_phone="１３８－０",
        persons_affected="１２",
        amount_claimed="１，２００．５０",
        narrative="（一）",
    )
    found = intake.meant(intake.rows(), typed, whole=False)
    assert found["persons_affected"] == 12 and found["amount_claimed"] == 120050
    assert found["worker_phone"] == "138-0" and found["narrative"] == "（一）"


def test_what_a_ticket_needs_is_asked_for_only_where_it_becomes_one() -> None:
    assert intake.meant(intake.rows(), raw(), whole=False) == {"channel": "phone"}
    with pytest.raises(Unfit):
        intake.meant(intake.rows(), raw(), whole=True)


def test_a_new_call_is_blank_until_something_is_typed() -> None:
    assert intake.is_blank(raw(narrative=" ")) and intake.is_blank({})
    assert not intake.is_blank(raw(narrative="问")) and not intake.is_blank({"channel": "visit"})


def test_the_strip_tells_the_calls_apart_and_shows_which_is_open() -> None:
    calls = [raw(worker_phone="１３８００００１１１１"), raw(), raw(narrative="问")]
    assert intake.strip(calls, 1, 80) == "1 13800..  [2 新]  3 未填号码"
    assert len(intake.strip(calls * 9, 0, 20)) <= 20


def test_the_calls_are_found_among_the_drafts_in_the_order_in_which_they_came() -> None:
    first, second = intake.begun("seat01"), intake.begun("seat02")
    keys = [("ticket", "note", "ab"), intake.key_of(max(first, second)), intake.key_of(min(first, second)),
            ("ticket", "register", "")]  # fmt: skip
    assert intake.open_calls(keys) == sorted([first, second]) and first != second
