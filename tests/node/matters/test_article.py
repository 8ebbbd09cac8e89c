"""The knowledge base: what is shipped, who writes, reviews and publishes, and how its use is counted."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, NotFound, Usage
from node.matters import article, border
from node.matters.article import ARTICLE, KIND, shipped, topics
from tests.node.tree import Tree

Row = dict[str, Any]
ROWS = list(shipped())
QUESTIONS = [row for row in ROWS if row["kind"] == "question"]
STATUTES = {(row["law"], row["article"]) for row in ROWS if row["kind"] == "statute"}

# What is shipped


def test_every_article_of_law_and_every_question_is_shipped() -> None:
    assert len(QUESTIONS) >= 150 and len(STATUTES) == 3033
    assert len({row["external_id"] for row in ROWS}) == len({row["number"] for row in ROWS}) == len(ROWS)


def test_every_question_cites_articles_of_law_that_are_shipped() -> None:
    cited = {(row["law"], row["article"]) for row in QUESTIONS}
    also = {tuple(one.rsplit(" ", 1)) for row in QUESTIONS for one in row["also"]}
    assert (cited | also) - STATUTES == set()


def test_every_question_has_a_known_topic_and_ways_to_say_it() -> None:
    assert {row["topic"] for row in QUESTIONS} - topics().keys() == set()
    assert all(row["asked"] and row["answer"].strip() and row["routine"] for row in QUESTIONS)


def test_topics_have_labels_and_all_that_is_above_them() -> None:
    above = {path.rpartition("/")[0] for path in topics()} - {""}
    assert above <= topics().keys() and all(topics().values())
    assert all(path.count("/") < border.TOPIC_LEVELS for path in topics())


def test_every_synonym_says_something_else() -> None:
    found = article.synonyms()
    assert found["工钱"] and all(term not in means and all(means) for term, means in found.items())


def test_everything_shipped_passes_the_border() -> None:
    verb = KIND.verb("import")
    assert verb is not None
    assert all(border.check(KIND, verb, row)["external_id"] for row in ROWS)


# From draft to published


@pytest.fixture
def desk(tree: Tree) -> Tree:
    """At the root two lawyers `w` and `z`, at the city an operator and lawyer `l`."""
    for name, staff, roles in (("p", "w", ["lawyer", "operator"]), ("p", "z", ["lawyer"]),
                               ("c", "l", ["lawyer", "operator"])):  # fmt: skip
        tree.do(name, "staff.add", "a", id=staff, name="甲", roles=roles, password="password1")
    return tree


def act(tree: Tree, who: str, staff: str, verb: str, record: str | None = None, **data: Any) -> Row:
    return tree.do(who, "act", staff, matter="article", verb=verb, record=record, data=data)


def drafted(tree: Tree, who: str = "p", staff: str = "w", **more: Any) -> str:
    given = {"question": "差评扣款能申诉吗", "answer": "可以向平台申诉。", "law": "甲法", **more}
    return str(act(tree, who, staff, "draft", **given)["record"])


def published(tree: Tree, **more: Any) -> str:
    record = drafted(tree, **more)
    act(tree, "p", "w", "submit", record)
    act(tree, "p", "z", "review", record, outcome="pass")
    return record


def phase(tree: Tree, record: str, who: str = "p") -> str:
    return str(tree.reader(who).show("article", record)["phase"])


def refused(tree: Tree, *given: Any, **data: Any) -> str:
    with pytest.raises(Forbidden) as found:
        act(tree, *given, **data)
    return found.value.code


def test_a_draft_is_handed_in_reviewed_and_published(desk: Tree) -> None:
    record = drafted(desk)
    assert phase(desk, record) == "draft"
    assert act(desk, "p", "w", "submit", record)["phase"] == "review"
    assert act(desk, "p", "z", "review", record, outcome="pass")["phase"] == "published"
    desk.quiet()
    assert phase(desk, record, "s") == "published"


def test_a_city_drafts_and_only_the_root_publishes(desk: Tree) -> None:
    record = drafted(desk, "c", "l")
    act(desk, "c", "l", "submit", record)
    desk.do("c", "staff.add", "a", id="m", name="乙", roles=["lawyer"], password="password1")
    assert refused(desk, "c", "m", "review", record, outcome="pass") == "root_only"
    desk.sync("c", "p")
    act(desk, "p", "w", "review", record, outcome="pass")
    desk.sync("c", "p")
    assert phase(desk, record, "c") == "published"


def test_who_wrote_any_of_it_doesnt_pass_it(desk: Tree) -> None:
    record = drafted(desk)
    act(desk, "p", "z", "amend", record, answer="可以。")
    act(desk, "p", "z", "submit", record)
    assert refused(desk, "p", "w", "review", record, outcome="pass") == "own_work"
    assert refused(desk, "p", "z", "review", record, outcome="pass") == "own_work"
    assert act(desk, "p", "w", "review", record, outcome="back")["phase"] == "draft"


def test_someone_of_another_unit_with_the_same_staff_id_is_another(desk: Tree) -> None:
    desk.do("p", "staff.add", "a", id="l", name="丙", roles=["lawyer"], password="password1")
    record = drafted(desk, "c", "l")
    act(desk, "c", "l", "submit", record)
    desk.sync("c", "p")
    assert act(desk, "p", "l", "review", record, outcome="pass")["phase"] == "published"


@pytest.mark.parametrize(
    ("before", "verb", "data"),
    [
        ((), "review", {"outcome": "pass"}),
        (("submit",), "submit", {}),
        (("submit", "pass"), "submit", {}),
        (("submit", "pass"), "amend", {"answer": "另"}),
        (("submit", "pass"), "review", {"outcome": "back"}),
        (("supersede",), "amend", {"answer": "另"}),
        (("supersede",), "submit", {}),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, tuple) else None,
)
def test_what_the_phase_doesnt_allow_is_refused(
    desk: Tree, before: tuple[str, ...], verb: str, data: Row
) -> None:
    record = drafted(desk)
    for step in before:
        passed = {"outcome": "pass"} if step == "pass" else {}
        act(desk, "p", "z" if passed else "w", "review" if passed else step, record, **passed)
    assert refused(desk, "p", "z", verb, record, **data) == "wrong_phase"


def test_an_amendment_while_it_waits_for_review_has_to_be_handed_in_again(desk: Tree) -> None:
    record = drafted(desk)
    act(desk, "p", "w", "submit", record)
    assert act(desk, "p", "w", "amend", record, answer="可以。")["phase"] == "draft"


def test_a_question_alone_is_a_draft_that_cant_be_handed_in_yet(desk: Tree) -> None:
    """How a miss is kept: somebody asked what nothing here answers."""
    record = act(desk, "c", "l", "draft", question="差评扣款能申诉吗")["record"]
    assert refused(desk, "c", "l", "submit", record) == "no_answer"
    desk.quiet()
    assert [one["record"] for one in desk.reader("p").list("article", phase="draft").items] == [record]


def test_a_revision_takes_the_place_of_what_it_revises_when_it_passes(desk: Tree) -> None:
    old = published(desk)
    number = desk.reader("p").show("article", old)["number"]
    new = drafted(desk, revises=number)
    act(desk, "p", "w", "submit", new)
    assert phase(desk, old) == "published"
    act(desk, "p", "z", "review", new, outcome="pass")
    assert (phase(desk, old), phase(desk, new)) == ("superseded", "published")


def test_a_revision_of_nothing_known_is_refused_at_once(desk: Tree) -> None:
    with pytest.raises(Usage, match="q999"):
        drafted(desk, revises="q999")


def test_an_office_drops_its_own_draft_and_nothing_else(desk: Tree) -> None:
    mine, theirs = drafted(desk, "c", "l"), drafted(desk)
    desk.quiet()
    assert act(desk, "c", "l", "supersede", mine)["phase"] == "superseded"
    assert refused(desk, "c", "l", "supersede", theirs) == "root_only"
    assert refused(desk, "c", "l", "amend", theirs, answer="另") == "owner"


def test_what_was_amended_while_it_was_passed_elsewhere_is_listed(desk: Tree) -> None:
    record = drafted(desk, "c", "l")
    act(desk, "c", "l", "submit", record)
    desk.sync("c", "p")
    act(desk, "p", "w", "review", record, outcome="pass")
    act(desk, "c", "l", "amend", record, answer="另一种答复")
    desk.quiet()
    assert phase(desk, record, "c") == phase(desk, record) == "published"
    [row] = desk.reader("p").exceptions("conflict").items
    assert row["record"] == record and row["by"]["action"] == "amend"


def test_an_article_is_public_text_and_no_words(desk: Tree) -> None:
    assert not any(field.words for field in ARTICLE.fields)


# Its use


def say_used(tree: Tree, who: str, *articles: str) -> str:
    data = {"channel": "phone", "articles": list(articles)}
    return str(tree.do(who, "act", "a", matter="call", verb="register", record=None, data=data)["record"])


def times(tree: Tree, who: str, record: str) -> int:
    return int(tree.reader(who).show("article", record)["used"])


def test_each_unit_says_its_count_when_it_has_doubled(desk: Tree) -> None:
    record = published(desk)
    for _ in range(5):
        say_used(desk, "p", record)
    timeline = desk.reader("p").show("article", record)["timeline"]
    assert [one["data"]["times"] for one in timeline if one["action"] == "tally"] == [1, 2, 4]


def test_what_every_unit_said_is_added_up_at_every_node(desk: Tree) -> None:
    record = published(desk)
    desk.quiet()
    say_used(desk, "c", record)
    for _ in range(2):
        say_used(desk, "p", record)
    desk.quiet()
    assert [times(desk, who, record) for who in ("p", "c", "s")] == [3, 3, 3]


def test_a_record_that_names_an_article_twice_has_used_it_once(desk: Tree) -> None:
    record = published(desk)
    call = say_used(desk, "p", record)
    desk.do("p", "act", "a", matter="call", verb="amend", record=call, data={"articles": [record]})
    assert times(desk, "p", record) == 1


def test_a_ticket_answered_on_the_spot_names_what_answered_it(desk: Tree) -> None:
    record = published(desk)
    number = desk.reader("p").show("article", record)["number"]
    ticket = desk.register()
    desk.act("p", "answer", ticket, text="已告知", articles=[number])
    assert desk.show("p", ticket)["articles"] == [record] and times(desk, "p", record) == 1


def test_what_isnt_an_answer_isnt_cited(desk: Tree) -> None:
    ticket = desk.register()
    for name in ("q999", ticket):
        with pytest.raises(NotFound):
            say_used(desk, "p", name)


def test_a_count_that_isnt_one_is_denied() -> None:
    from conflict.act import Act, Key
    from conflict.judge import judge
    from conflict.state import State

    for count in (0, -1, True, "9", None, 10**9 + 1):
        act = Act(
            b"x" * 16, Key(1, b"", 1, 0), "1", "system", "article/1", "tally", {"times": count}, (b"y",)
        )
        assert judge(ARTICLE, State(heads=(b"y",)), act).code == "malformed"
