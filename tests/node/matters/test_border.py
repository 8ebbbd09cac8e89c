"""What a person or a file hands in, checked before it becomes an act."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Usage
from node.matters import KINDS, border, codes

from .scene import FIELDS, TICKET


def check(verb: str, matter: str = "ticket", **params: Any) -> dict[str, Any]:
    kind = KINDS[matter]
    found = kind.verb(verb)
    assert found is not None
    return border.check(kind, found, params)


def fault(verb: str, matter: str = "ticket", **params: Any) -> Usage:
    with pytest.raises(Usage) as caught:
        check(verb, matter, **params)
    return caught.value


def test_a_registration_comes_through_as_it_is() -> None:
    assert check("register", **FIELDS) == FIELDS


def test_an_unknown_field_is_refused_with_the_nearest_known_one() -> None:
    found = fault("register", **FIELDS, employer_nam="某厂")
    assert (found.code, found.exit) == ("unknown_field", 2)
    assert "employer_name" in found.text


def test_an_unknown_code_is_refused_with_the_nearest_known_one() -> None:
    found = fault("register", **{**FIELDS, "channel": "fone"})
    assert found.code == "unknown_code"
    assert "channel" in found.text and "phone" in found.text
    assert "hearing" in found.text and found.hint == "qiao ticket register --help"


def test_a_missing_field_is_named() -> None:
    found = fault("register", channel="phone")
    assert found.code == "missing_field"
    assert all(name in found.text for name in ("class", "topic", "narrative"))


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_value_counts_as_not_given(empty: Any) -> None:
    assert check("register", **FIELDS, occupation=empty) == FIELDS
    assert fault("register", **{**FIELDS, "narrative": empty}).code == "missing_field"


def test_an_empty_text_clears_a_field_when_it_is_amended() -> None:
    assert check("amend", occupation="") == {"occupation": ""}
    assert fault("amend").code == "missing_field"


@pytest.mark.parametrize("bad", ["a\x00b", "\x1b[2J", "a\x7f", "\x9b", "a\ud800", "tab\t"])
def test_controls_and_lone_surrogates_are_refused_naming_the_field(bad: str) -> None:
    found = fault("register", **{**FIELDS, "narrative": bad})
    assert found.code == "bad_text"
    assert "narrative" in found.text


def test_text_is_brought_to_one_spelling_and_bidi_is_kept() -> None:
    assert check("note", text="e\u0301\r\n\u202e\u200b") == {"text": "\u00e9\n\u202e\u200b"}


def test_coded_text_loses_its_blanks_and_words_keep_theirs() -> None:
    found = check("register", **{**FIELDS, "employer_name": " 某厂 ", "narrative": " 一 "})
    assert (found["employer_name"], found["narrative"]) == ("某厂", " 一 ")


def test_a_chinese_label_names_its_code() -> None:
    found = check("register", **{**FIELDS, "channel": "来访", "class": "咨询"})
    assert (found["channel"], found["class"]) == ("visit", "enquiry")


@pytest.mark.parametrize(("raw", "fen"), [(1066000, 1066000), ("1066000", 1066000), (0, 0)])
def test_money_is_whole_fen(raw: Any, fen: int) -> None:
    assert check("amend", amount_claimed=raw) == {"amount_claimed": fen}


@pytest.mark.parametrize("raw", [10.5, "10.5", -1, True, "一百", 2**60, "１０"])
def test_money_that_is_not_whole_fen_is_refused(raw: Any) -> None:
    assert fault("amend", amount_claimed=raw).code == "bad_value"


@pytest.mark.parametrize("raw", [0, 6, "x", 2.0, True])
def test_a_score_is_one_to_five(raw: Any) -> None:
    assert fault("follow-up", outcome="satisfied", result=raw).code == "bad_value"
    assert check("follow-up", outcome="satisfied", result="5")["result"] == 5


@pytest.mark.parametrize(("raw", "value"), [(True, True), ("yes", True), ("否", False), ("FALSE", False)])
def test_yes_and_no(raw: Any, value: bool) -> None:
    assert check("amend", sensitive=raw) == {"sensitive": value}


@pytest.mark.parametrize("raw", [1, "maybe", [], {}])
def test_anything_else_is_neither_yes_nor_no(raw: Any) -> None:
    if raw == []:
        raw = [True]
    assert fault("amend", sensitive=raw).code == "bad_value"


@pytest.mark.parametrize("raw", ["370211", 370211, "110000", "370211001", "370211001003"])
def test_a_region_is_a_division_code(raw: Any) -> None:
    assert check("amend", workplace_region=raw) == {"workplace_region": str(raw)}


def test_an_unknown_region_is_refused_with_the_nearest() -> None:
    found = fault("amend", workplace_region="370219")
    assert found.code == "unknown_code"
    assert "37021" in found.text.partition("是否")[2]
    assert fault("amend", workplace_region="黄岛区").code == "bad_value"


@pytest.mark.parametrize("raw", ["legal", "legal/labour/wages/arrears", "法律/工资"])
def test_a_topic_is_up_to_four_codes(raw: str) -> None:
    assert check("amend", topic=raw) == {"topic": raw}


@pytest.mark.parametrize("raw", ["a/b/c/d/e", "a//b", "/a", "a b", "x" * 80])
def test_a_topic_of_another_shape_is_refused(raw: str) -> None:
    assert fault("amend", topic=raw).code == "bad_value"


def test_the_shipped_topics_pass() -> None:
    lines = (border._DIVISIONS.with_name("topics.csv")).read_text("utf-8").splitlines()[1:]
    for line in lines:
        assert check("amend", topic=line.split(",")[0])


def test_values_of_a_strange_kind_are_refused_and_never_raise_otherwise() -> None:
    for raw in ({"a": 1}, [1], 1.5, b"x", object()):
        for field in TICKET.matter.fields:
            if field.name != "tags":
                with pytest.raises(Usage):
                    border.value(field, raw)


def test_a_hostile_value_is_not_echoed_raw() -> None:
    found = fault("amend", sensitive="\x1b]52;c;x\x07")
    assert "\x1b" not in found.text


def test_a_text_past_its_bound_is_refused() -> None:
    assert fault("note", text="长" * 60_001).code == "bad_value"


def test_other_names_of_a_parameter_are_taken() -> None:
    found = check("submit", result="completed", resolved="yes", text="办", amount_recovered=5)
    assert found == {"result": "completed", "resolved": True, "text": "办", "recovered": 5}
    found = check("follow-up", outcome="satisfied", satisfaction_result=5, satisfaction_attitude=4)
    assert found == {"outcome": "satisfied", "result": 5, "attitude": 4}


def test_a_list_holds_each_element_once() -> None:
    assert check("dispatch", lead="370211", co=["370212", "370212"])["co"] == ["370212"]
    assert check("dispatch", lead="370211", co="370212")["co"] == ["370212"]


def test_roles_are_codes_with_their_nearest() -> None:
    assert check("add", "staff", staff_id="li", name="李", roles=["handler", "派单员"])["roles"] == [
        "handler", "dispatcher",
    ]  # fmt: skip
    found = fault("add", "staff", staff_id="li", name="李", roles=["handlr"])
    assert (found.code, "handler" in found.text) == ("unknown_code", True)


def test_a_calendar_s_days_are_dates_with_codes() -> None:
    assert check("set", "calendar", year=2027, days={"2027-01-01": "rest"})["days"] == {"2027-01-01": "rest"}
    assert fault("set", "calendar", year=2027, days={"1 Jan": "rest"}).code == "bad_value"
    assert fault("set", "calendar", year=2027, days={"2027-01-01": "off"}).code == "unknown_code"


def test_ids_are_hex_of_sixteen_bytes_or_more() -> None:
    field = next(one for one in KINDS["ticket"].matter.action("review").data if one.name == "submission")  # type: ignore[union-attr]
    assert border.value(field, "ab" * 32) == [b"\xab" * 16]
    with pytest.raises(Usage):
        border.value(field, "zz")


# What needs the day, and the lists


KNOWN = border.Known(
    1_795_224_600_000,  # 2026-11-21 09:30 Beijing
    {
        "topic": codes.made(
            "topic", "主题", [codes.Code("a", "甲"), codes.Code("old", "旧", until="2026-11-20")]
        )
    },
)


def topic(raw: str) -> Any:
    return border.value(next(one for one in TICKET.matter.fields if one.name == "topic"), raw, KNOWN)


def test_a_topic_is_one_of_the_list_or_named_by_its_label() -> None:
    assert (topic("a"), topic("甲")) == ("a", "a")
    with pytest.raises(Usage) as caught:
        topic("aa")
    assert caught.value.code == "unknown_code" and "a（甲）" in caught.value.text
    assert caught.value.hint == "qiao list show topic"


def test_a_code_that_is_over_is_told_apart_from_an_unknown_one() -> None:
    with pytest.raises(Usage) as caught:
        topic("old")
    assert caught.value.code == "retired_code"


def occurred(raw: str) -> Any:
    return border.value(
        next(one for one in KINDS["call"].matter.fields if one.name == "occurred"), raw, KNOWN
    )


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-21 09:05",
        "2026/11/21 9:05",
        "2026年11月21日 9:05",
        "2026-11-21T01:05:00Z",
        "2026.11.21 9:05:00",
    ],
)
def test_a_moment_is_brought_to_our_offset(raw: str) -> None:
    assert occurred(raw) == "2026-11-21T09:05:00+08:00"


def test_a_moment_may_be_ten_minutes_ahead_and_no_more() -> None:
    assert occurred("2026-11-21 09:40")
    for wrong in (
        "2026-11-21 09:41",
        "2027-01-01",
        "1948-12-31 10:00",
        "25:00",
        "2026-02-30 10:00",
        "0001-01-01",
    ):
        with pytest.raises(Usage):
            occurred(wrong)


def test_numbers_that_can_not_be_are_refused_without_being_told() -> None:
    for name, wrong in (("worker_phone", "138abc77"), ("worker_id_number", "37021119900101123")):
        found = fault("amend", **{name: wrong})
        assert found.code == "bad_value" and name in found.text and wrong not in found.text
    assert fault("amend", employer_credit_code="91350100I000100Y43").code == "bad_value"


def test_numbers_are_kept_as_said_with_one_kind_of_digit_and_blank() -> None:
    found = check("amend", worker_phone=" ＋86　138 0000 1111", worker_id_number="11010519491231002x")
    assert found == {"worker_phone": "+86 138 0000 1111", "worker_id_number": "11010519491231002X"}


def test_what_is_odd_about_checked_data_is_said_by_field() -> None:
    data = {"worker_phone": "1380000111", "employer_credit_code": "91350100M000100Y43", "narrative": "x"}
    assert [one.field for one in border.doubts(TICKET.matter.fields, data)] == ["worker_phone"]


def test_an_error_does_not_tell_words() -> None:
    assert "秘密" not in fault("note", text="秘密" * 40_000).text


def test_a_last_day_before_the_first_is_refused_at_its_field() -> None:
    article = KINDS["article"]
    verb = article.verb("draft")
    assert verb is not None
    given = {"question": "问", "valid_from": "2026-12-01", "valid_until": "2026-11-01"}
    with pytest.raises(Usage) as fault:
        border.check(article, verb, given)
    assert (fault.value.code, fault.value.field) == ("bad_value", "valid_until")
    assert border.check(article, verb, {**given, "valid_until": "2026-12-01"})


@pytest.mark.parametrize("odd", [{"x": 1}, [[1]], 5, True])
def test_data_of_another_form_are_faults_of_their_fields(odd: Any) -> None:
    register = TICKET.verb("register")
    assert register is not None
    found = border.faults(TICKET, register, {"channel": odd, "class": odd})
    assert {fault.field for fault in found} == {"channel", "class", "topic"}
    assert "missing_field" in {fault.code for fault in found}
