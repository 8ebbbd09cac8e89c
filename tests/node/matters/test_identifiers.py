"""Numbers and names by which people and companies are known again."""

from __future__ import annotations

import pytest

from node.matters.identifiers import (
    credit_doubt,
    credit_key,
    id_doubt,
    id_key,
    organisation_key,
    phone_doubt,
    phone_key,
)


@pytest.mark.parametrize(
    "raw",
    ["13800001111", "138 0000 1111", "+86 138-0000-1111", "8613800001111", "0086 13800001111",
     "１３８００００１１１１", "(138)00001111", "138\u00a00000\u200b1111", "138—0000—1111"],
)  # fmt: skip
def test_one_mobile_has_one_key_however_it_is_written(raw: str) -> None:
    assert (phone_key(raw), phone_doubt(raw)) == ("13800001111", None)


@pytest.mark.parametrize(
    "raw", ["0532-88886666", "(0532) 88886666", "+86 532 88886666", "0532-88886666-801", "053288886666转801"]
)
def test_a_landline_has_one_key_with_or_without_its_extension(raw: str) -> None:
    assert (phone_key(raw), phone_doubt(raw)) == ("053288886666", None)


@pytest.mark.parametrize("raw", ["12351", "110", "95588", "400-820-8820", "+1 212 555 1234", "88886666"])
def test_short_service_foreign_and_local_numbers_are_known(raw: str) -> None:
    assert phone_key(raw) is not None and phone_doubt(raw) is None


@pytest.mark.parametrize(
    "raw", ["138abcd1111", "12", "1" * 21, "13800001111、13900002222", "138****1111", "无", ""]
)
def test_what_can_not_be_a_telephone_number_has_no_key(raw: str) -> None:
    assert phone_key(raw) is None


@pytest.mark.parametrize("raw", ["1380000111", "138000011112", "00000000"])
def test_a_telephone_number_of_a_strange_length_is_taken_with_a_doubt(raw: str) -> None:
    assert phone_key(raw) is not None and phone_doubt(raw) is not None


def test_the_older_identity_number_is_the_same_as_the_longer_one() -> None:
    assert id_key("110105491231002") == id_key("11010519491231002x") == "11010519491231002X"
    assert id_key("１１０１０５ 19491231-002Ｘ") == "11010519491231002X"
    assert id_doubt("11010519491231002X") is None


@pytest.mark.parametrize(
    "raw", ["110105194912310021", "11010519491331002X", "110105194912310099", "E12345678"]
)
def test_an_identity_number_that_may_be_misheard_is_taken_with_a_doubt(raw: str) -> None:
    assert id_key(raw) is not None and id_doubt(raw) is not None


@pytest.mark.parametrize(
    "raw", ["37021119900101123", "3702111990010112345", "37021119900101123A", "王小明", ""]
)
def test_what_can_not_be_an_identity_number_has_no_key(raw: str) -> None:
    assert id_key(raw) is None


def test_a_credit_code_is_checked_by_gb_32100() -> None:
    assert (credit_key("91350100m000100y43"), credit_doubt("91350100M000100Y43")) == (
        "91350100M000100Y43",
        None,
    )
    assert credit_doubt("91350100M000100Y44") is not None
    assert credit_key("370200000000001") is not None and credit_doubt("370200000000001") is not None


@pytest.mark.parametrize("raw", ["91350100I000100Y43", "91350100M000100Y4", "某公司"])
def test_what_can_not_be_a_credit_code_has_no_key(raw: str) -> None:
    assert credit_key(raw) is None


def test_a_company_is_known_without_its_legal_form_brackets_and_blanks() -> None:
    names = [
        "青岛某某建筑（集团）有限责任公司",
        "青岛某某建筑(集团)股份有限公司",
        " 青岛某某建筑 集团 有限公司",
        "青岛某某建筑",
    ]
    assert {organisation_key(name) for name in names} == {"青岛某某建筑"}
    assert organisation_key("青岛别家建筑有限公司") != "青岛某某建筑"


def test_a_name_that_is_a_legal_form_alone_stays_itself() -> None:
    assert organisation_key("有限公司") == "有限公司"
    assert organisation_key("（）") is None
