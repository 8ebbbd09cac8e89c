"""A MAP: what it may say, and how it is told that it doesn't."""

from __future__ import annotations

import pytest

from node.errors import Usage
from node.matters import KINDS
from node.tables import mapping
from node.tables.mapping import Map, parse, plain

TICKET = KINDS["ticket"]
WHOLE = """
matter = "ticket"
ignore = ["备用"]
yuan = ["金额"]
[id]
column = ["来源", "编号"]
prefix = "m-"
[columns]
"标题" = "narrative"
"内容" = "narrative"
"金额" = "amount_claimed"
[fixed]
channel = "web"
sensitive = true
[values.class]
"投诉" = "resolution_request"
"*" = "feedback"
[dates]
"时间" = "%Y/%m/%d"
"""


def test_all_that_a_map_may_say_is_read() -> None:
    assert parse(TICKET, WHOLE, "m.toml") == Map(
        {"标题": "narrative", "内容": "narrative", "金额": "amount_claimed"},
        ("来源", "编号"), "m-", {"channel": "web", "sensitive": True},
        {"class": {"投诉": "resolution_request", "*": "feedback"}}, {"时间": ("%Y/%m/%d",)},
        frozenset({"金额"}), frozenset({"备用"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[colums]\n", "columns"),
        ('[columns]\n"x" = "narativ"\n', "narrative"),
        ('[columns]\n"x" = "?"\n', "?"),
        ('[fixed]\nchannel = "telefon"\n', "fixed.channel"),
        ('[fixed]\nchannel = "?"\n', "fixed.channel"),
        ('[values.class]\n"投诉" = "?"\n', "values.class.投诉"),
        ('[values.klass]\n"投诉" = "x"\n', "class"),
        ('[id]\ncolumn = "?"\n', "id.column"),
        ('[columns]\n"a" = "class"\n"b" = "class"\n', "class"),
        ('matter = "call"\n', "call"),
        ("yuan = 3\n", "yuan"),
        ("= 1\n", "TOML"),
    ],
)
def test_a_map_that_does_not_fit_is_told_by_its_file_and_key(text: str, names: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(TICKET, text, "m.toml")
    assert caught.value.code == "bad_map"
    assert "m.toml" in caught.value.text and names in caught.value.text


def test_headings_are_names_or_labels_with_or_without_the_unit_of_money() -> None:
    found, unknown = plain(TICKET, ["external_id", "渠道", "诉求金额（分）", "_row", "别的", ""])
    assert found.columns == {
        "external_id": "external_id",
        "渠道": "channel",
        "诉求金额（分）": "amount_claimed",
    }
    assert unknown == ["别的"] and not found.yuan
    assert plain(TICKET, ["诉求金额（元）"])[0].yuan == {"诉求金额（元）"}


def test_what_a_person_may_not_write_is_no_column() -> None:
    assert mapping.known(TICKET, "number") is None and mapping.known(TICKET, "attachments") is None


def test_a_matter_that_takes_no_files_says_so() -> None:
    with pytest.raises(Usage) as caught:
        mapping.verb_of(KINDS["policy"])
    assert caught.value.code == "no_import"
