"""Looking answers up: what is found, what is proposed, and in which order."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node.iso import iso
from node.matters.article import shipped
from node.reader import Reader
from node.store import search
from tests.node.tree import Tree

SPOKEN = Path(__file__).parent / "matters" / "data" / "spoken.csv"
NARRATIVE = (
    "我是河南来的，去年三月跟着老乡到黄岛一个工地上干木工，讲好一天三百二，干了一百四十多天，"
    "中间只给过两次生活费，一共六千块钱，剩下的三万多块钱包工头一直拖着不给。"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A root with everything that is shipped."""
    tree = Tree(tmp_path_factory.mktemp("library"))
    tree.found()
    tree.staff("p")
    rows = list(shipped())
    while rows:
        done = tree.do("p", "import", matter="article", rows=rows[:300])
        assert done["rejected"] == []
        rows = rows[done["taken"] :]
    yield tree.reader("p")
    tree.close()


def numbers(reader: Reader, text: str, limit: int = 3) -> list[str]:
    return [one["number"] for one in reader.suggest("article", text, limit).items]


def titles(reader: Reader, text: str, limit: int = 50) -> list[str]:
    return [one["title"] for one in reader.search(text, ["article"], limit).items]


# Over everything that is shipped


@pytest.mark.parametrize("word", ["工资", "工伤"])
def test_a_word_of_two_characters_is_found(library: Reader, word: str) -> None:
    assert len(titles(library, word)) == 50


def test_what_callers_say_finds_what_the_statutes_say(library: Reader) -> None:
    assert any("工钱" not in title and "工资" in title for title in titles(library, "工钱"))


def test_an_article_of_law_is_found_by_its_name_and_number(library: Reader) -> None:
    assert titles(library, "中华人民共和国劳动法第五十条")[0].startswith("中华人民共和国劳动法第五十条")


def test_most_ways_in_which_callers_say_it_find_their_question(library: Reader) -> None:
    """Thirty of those that are shipped, and so indexed."""
    given = [(row["asked"][0], row["number"]) for row in shipped() if row["kind"] == "question"][:: 278 // 30]
    found = [number in numbers(library, said) for said, number in given]
    assert len(found) >= 30 and sum(found) >= 0.9 * len(found)


def test_other_ways_to_say_it_find_their_question_too(library: Reader) -> None:
    """Forty written for this test before anything was tried, which are indexed nowhere."""
    with SPOKEN.open(encoding="utf-8", newline="") as file:
        given = [(row["said"], set(row["expected"].split())) for row in csv.DictReader(file)]
    found = [bool(expected & set(numbers(library, said))) for said, expected in given]
    assert len(found) == 40 and sum(found) >= 0.8 * len(found)


def test_a_whole_narrative_proposes_what_it_is_about(library: Reader) -> None:
    found = library.suggest("article", NARRATIVE * 6)
    assert len(found.items) == 5 and any("工资" in one["title"] for one in found.items)


def test_laws_of_other_places_are_found_and_not_proposed(library: Reader) -> None:
    said = "河南省企业工资集体协商条例"
    assert any("河南" in title for title in titles(library, said))
    assert not any("河南" in one["title"] for one in library.suggest("article", said, 50).items)


def test_a_proposal_has_all_that_a_screen_adopts(library: Reader) -> None:
    [one] = library.suggest("article", "老板欠我工钱不给", 1).items
    assert one["answer"] and one["law"] and one["article"] and one["routine"] is True
    assert one["used"] == 0 and one["score"] > 0 and len(one["record"]) == 32
    json.dumps(one)


@pytest.mark.parametrize(
    "text",
    ['工资" OR "x', "NEAR(工资 工伤)", "words:工资", "工资*", "^工资", "-工资", "(((", "'; DROP TABLE folded; --",
     '"', "工资 AND", "{words}: 工", "\x00工资", "工" * 100_000, "AND OR NOT", "..", "😀"],
    ids=range(16),
)  # fmt: skip
def test_no_text_is_syntax(library: Reader, text: str) -> None:
    library.suggest("article", text)
    library.search(text, ["article"])
    library.list("article", text=text, limit=1)


def test_a_text_without_letters_proposes_nothing(library: Reader) -> None:
    assert library.suggest("article", " ，。！ ").items == library.suggest("article", "").items == []


def test_a_matter_without_answers_proposes_nothing(library: Reader) -> None:
    assert library.suggest("ticket", "欠薪").items == []


# In which order, and what not


@pytest.fixture
def desk(tree: Tree) -> Tree:
    tree.do("p", "staff.add", "a", id="boss", name="管", roles=["admin", "lawyer"], password="password1")
    return tree


def bring(tree: Tree, *rows: dict[str, Any]) -> None:
    """Questions that are worded alike but for their names."""
    given = [{"kind": "question", "external_id": one["number"], "question": "差评扣款能申诉吗",
              "answer": "可以向平台申诉。", **one} for one in rows]  # fmt: skip
    tree.do("p", "import", "boss", matter="article", rows=given)


def test_only_what_is_published_and_valid_today_and_here_is_proposed(desk: Tree) -> None:
    now = desk.reader("p").clock.now_ms()
    before, today, after = (iso(now + days * 86_400_000)[:10] for days in (-1, 0, 1))
    bring(desk, {"number": "n1"}, {"number": "n2", "valid_until": before},
          {"number": "n3", "valid_until": today}, {"number": "n4", "valid_from": after},
          {"number": "n5", "valid_from": today}, {"number": "n6", "area": "410000"},
          {"number": "n7", "area": "370200"}, {"number": "n8"})  # fmt: skip
    gone = desk.reader("p").show("article", "n8")["record"]
    desk.do("p", "act", "boss", matter="article", verb="supersede", record=gone, data={})
    assert sorted(numbers(desk.reader("p"), "差评扣款", 9)) == ["n1", "n3", "n5", "n7"]


def test_a_routine_answer_goes_first_among_equals(desk: Tree) -> None:
    bring(desk, {"number": "n1"}, {"number": "n2"}, {"number": "n3", "routine": True})
    assert numbers(desk.reader("p"), "差评扣款")[0] == "n3"


def test_what_was_used_goes_before_what_wasnt(desk: Tree) -> None:
    bring(desk, {"number": "n1"}, {"number": "n2"}, {"number": "n3"})
    for _ in range(3):
        data = {"channel": "phone", "articles": ["n2"]}
        desk.do("p", "act", "a", matter="call", verb="register", record=None, data=data)
    first = desk.reader("p").suggest("article", "差评扣款").items[0]
    assert (first["number"], first["used"]) == ("n2", 3), "its own count is exact"
    desk.quiet()
    first = desk.reader("s").suggest("article", "差评扣款").items[0]
    assert (first["number"], first["used"]) == ("n2", 2), "and others' as they last said it"


def test_what_was_written_of_calls_and_tickets_isnt_found_among_the_articles(desk: Tree) -> None:
    desk.register(narrative="差评扣款")
    assert titles(desk.reader("p"), "差评") == []
    assert len(desk.reader("p").search("差评").items) == 1


def test_every_index_is_made_anew_from_the_records(desk: Tree) -> None:
    from node import rebuild

    bring(desk, {"number": "n1"})
    before = desk.reader("p").suggest("article", "差评扣款").items
    with desk.at("p").work() as work:
        rebuild.everything(work)
    assert desk.reader("p").suggest("article", "差评扣款").items == before
    with desk.at("p").work() as work:
        search.rewrite(work.db)
    assert desk.reader("p").suggest("article", "差评扣款").items == before
