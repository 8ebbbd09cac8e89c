"""Personal data until it is revealed: whole fields, and numbers and names inside free text."""

from __future__ import annotations

import pytest

from node.masking import masked, text
from tests.node.tree import Tree

NARRATIVE = "我叫王小明，电话13812345678，身份证370211198001011234，工地拖欠工资12000元。"
PERSON = {"worker_name": "王小明", "worker_phone": "13900002222", "worker_id_number": "370211198001011234"}
SECRETS = ("王小明", "13812345678", "13900002222", "370211198001011234", "19800101")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800001111", "138****1111"),
        ("370211199001011234", "370****1234"),
        ("88886666", "8***"),
        ("张三丰", "张*丰"),
        ("欧阳修远", "欧**远"),
        ("王五", "王*"),
        ("王", "*"),
        ("", ""),
        (None, None),
        (7, 7),
    ],
)
def test_a_value_shows_less_than_it_hides(value: object, shown: object) -> None:
    assert masked(value) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("电话13812345678，请回电", "电话138****5678，请回电"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("13\u200b812345678", "138****5678"),
        ("身份证37021119800101123X", "身份证370****123X"),
        ("370211 19800101 1234", "370****1234"),
        ("0532-85812345", "053****2345"),
        ("电话：85812345", "电话：8***"),
        ("卡号6222 0212 3456 7890 123", "卡号622****0123"),
        ("1380000111122", "138****1122"),
    ],
)
def test_a_number_in_free_text_is_masked_however_it_is_written(words: str, shown: str) -> None:
    assert text(words) == shown


@pytest.mark.parametrize(
    "words",
    [
        "370000-20261121-0001",
        "工资12000元，共3个月",
        "2026年11月21日10:30",
        "20261121",
        "91370200MA3C12345X",
        "",
    ],
)
def test_what_is_nobodys_number_is_left_as_it_is(words: str) -> None:
    assert text(words) == words


def test_what_the_record_knows_of_the_person_is_masked_in_its_texts_and_files_names() -> None:
    assert text("王小明说", ("王小明",)) == "王*明说"
    assert text([{"name": "王小明.jpg", "size": 3}], ("王小明",)) == [{"name": "王*明.jpg", "size": 3}]


def test_nothing_of_a_person_stands_in_what_lists_screens_searches_and_errors_show(tree: Tree) -> None:
    record = tree.register(narrative=NARRATIVE, **PERSON)
    tree.act("p", "note", record, text="王小明又来电，改为 139 0000 2222")
    reader = tree.reader("p")
    number = reader.show("ticket", record)["number"]
    told = repr([reader.show("ticket", record), reader.list("ticket"), reader.search("工地")])
    assert number in told and "工地" in told
    assert [one for one in SECRETS if one in told] == []
    assert "1390000" not in told.replace(" ", "")
    for secret in SECRETS:
        assert reader.search(secret).items == []


def test_a_title_cut_short_shows_no_beginning_of_a_number(tree: Tree) -> None:
    record = tree.register(narrative="工" * 33 + "13812345678拖欠工资")
    (item,) = [one for one in tree.reader("p").list("ticket").items if one["record"] == record]
    assert "13812" not in item["title"] and item["title"].startswith("工" * 33)
