"""Reading: lists, pages, views, search, masking."""

from __future__ import annotations

import json

import pytest

from node.errors import NotFound, Stale, Usage
from tests.node.tree import NARRATIVE, PATHS, Tree

PERSONAL = ("13800001111", "王小明")


@pytest.fixture
def seven(tree: Tree) -> list[str]:
    """Tickets of the province's, the oldest first, a minute apart."""
    found = []
    for number in range(7):
        found.append(tree.register("p", narrative=f"第{number}件：{'甲乙丙丁戊己庚'[number]}厂欠薪"))
        tree.clock("p").advance(60_000)
    return found


@pytest.mark.parametrize("sort", ["-changed", "changed", "created", "-created", "number", "-number", "due", "-due",
                                  "phase", "-phase"])  # fmt: skip
def test_pages_by_every_order_give_each_record_once(tree: Tree, seven: list[str], sort: str) -> None:
    reader, found, after = tree.reader("p"), [], None
    for _ in range(9):
        page = reader.list("ticket", sort=sort, limit=3, after=after)
        found.extend(one["record"] for one in page.items)
        after = page.next
        if after is None:
            break
    assert sorted(found) == sorted(seven) and len(found) == 7
    whole = [one["record"] for one in reader.list("ticket", sort=sort).items]
    assert found == whole
    if sort in ("created", "number"):
        assert found == seven


@pytest.mark.parametrize("cursor", ["x", "~", "1~x", "x~1", "~1", "1.5~1", "'; DROP TABLE folded~1"])
def test_a_cursor_that_is_none_is_refused(tree: Tree, seven: list[str], cursor: str) -> None:
    with pytest.raises(Usage) as fault:
        tree.reader("p").list("ticket", after=cursor)
    assert fault.value.code == "bad_cursor"


@pytest.mark.parametrize("how", [{"sort": "colour"}, {"view": "nothing"}, {"limit": 0}, {"limit": -1}])
def test_what_no_list_knows_is_refused(tree: Tree, how: dict[str, object]) -> None:
    with pytest.raises(Usage):
        tree.reader("p").list("ticket", **how)  # type: ignore[arg-type]


def test_a_matter_or_unit_that_is_unknown_is_named(tree: Tree) -> None:
    with pytest.raises(Usage):
        tree.reader("p").list("nothing")
    with pytest.raises(NotFound):
        tree.reader("p").list("ticket", unit="999999")


def test_filters_narrow_a_list(tree: Tree, seven: list[str]) -> None:
    tree.act("p", "dispatch", seven[0], lead="370200")
    tree.act("p", "withdraw", seven[1], text="撤诉")
    reader = tree.reader("p")

    def listed(**how: object) -> list[str]:
        return [one["record"] for one in reader.list("ticket", **how).items]  # type: ignore[arg-type]

    assert listed(phase="dispatched") == [seven[0]]
    assert listed(phase="withdrawn") == [seven[1]]
    assert listed(unit="370200") == listed(unit=PATHS["c"]) == [seven[0]]
    assert listed(status="sent") == [seven[0]]
    assert listed(status="sent", unit="370900") == []
    assert listed(text="丙厂") == [seven[2]]
    assert listed(text=reader.show("ticket", seven[3])["number"][-4:]) == [seven[3]]
    assert listed(text="%") == listed(text="_") == []
    assert sorted(listed(mine="a")) == sorted(seven)
    assert listed(mine="nobody") == []
    assert listed(overdue=True) == []


def test_what_falls_due_is_overdue_by_the_present_alone(tree: Tree) -> None:
    record = tree.dispatched()
    assert tree.reader("k").list("ticket", overdue=True).items == []
    tree.later(60 * 24 * 3600 * 1000)
    [late] = tree.reader("k").list("ticket", overdue=True).items
    assert late["record"] == record and late["overdue"]
    assert tree.verify("k") == []


def test_views_count_what_they_list(tree: Tree, seven: list[str]) -> None:
    tree.act("p", "dispatch", seven[0], lead="370200")
    tree.quiet()
    tree.act("c", "decline", seven[0], reason="not_our_region", text="不在辖区")
    tree.quiet()
    for name in "pc":
        reader = tree.reader(name)
        person = reader.login("a", "password1")
        views = {view.id: view.count for view in reader.views("ticket", person)}
        for view, count in views.items():
            assert len(reader.list("ticket", view=view, person=person).items) == count
    person = tree.reader("p").login("a", "password1")
    found = {view.id: view.count for view in tree.reader("p").views("ticket", person)}
    assert (found["all"], found["declined"], found["mine"]) == (7, 1, 7)


@pytest.mark.parametrize("text", ["欠薪", "薪", "丙厂", "丙", "厂欠", " 欠薪 ", "丙厂 欠薪"])
def test_words_of_two_characters_and_of_one_are_found(tree: Tree, seven: list[str], text: str) -> None:
    found = [one["record"] for one in tree.reader("p").search(text).items]
    assert found and (seven[2] in found)
    assert (len(found) == 1) == ("丙" in text)


@pytest.mark.parametrize("text", ['"', "'", "*", "欠薪*", "欠薪 OR", 'NEAR("欠薪")', "words:欠薪", "(", "-", "欠薪\0",
                                  "", " ", "^欠", "a AND", "NOT", "😀", "%", "欠薪；DROP"])  # fmt: skip
def test_search_syntax_is_only_text(tree: Tree, seven: list[str], text: str) -> None:
    tree.reader("p").search(text)
    assert tree.reader("p").list("ticket", text=text or None) is not None


def test_search_finds_words_of_other_scripts_whole(tree: Tree) -> None:
    record = tree.register("p", narrative="合同 ABC-2026 的 OT 工资", workplace_region=None)
    for text in ("abc", "ＡＢＣ", "2026", "ot 工资"):
        assert [one["record"] for one in tree.reader("p").search(text).items] == [record]
    assert tree.reader("p").search("AB").items == []


def test_the_index_holds_no_personal_field(tree: Tree) -> None:
    tree.register("p")
    reader = tree.reader("p")
    assert reader.search(NARRATIVE[:4]).items
    for text in (
        "13800001111",
        "王小明",
        "小明",
        "138",
        "1111",
        "王",
    ):  # nor what is left of one when it is masked
        assert reader.search(text).items == [] and reader.list("ticket", text=text).items == []


def test_personal_data_is_masked_wherever_it_is_shown(tree: Tree) -> None:
    record = tree.dispatched()
    tree.act("k", "amend", record, worker_phone="13900002222")
    tree.act("c", "amend", record, worker_phone="13700003333")
    tree.quiet()
    for name in "pck":
        reader = tree.reader(name)
        rows = reader.exceptions().items
        told = json.dumps(
            [reader.show("ticket", record), reader.list("ticket").items, reader.search("保温").items, rows,
             [reader.exception(one["id"]) for one in rows]],
            ensure_ascii=False,
        )  # fmt: skip
        assert rows
        for secret in (*PERSONAL, "13900002222", "13700003333"):
            assert secret not in told
        assert "139****2222" in told


def test_a_record_is_shown_by_id_and_by_number(tree: Tree) -> None:
    record = tree.register()
    number = tree.show("p", record)["number"]
    assert tree.show("p", number)["record"] == record
    for name in ("", "x", "0" * 32, "z" * 32, record[:-1], record.upper() + "0"):
        with pytest.raises(NotFound):
            tree.show("p", name)


def test_verbs_are_offered_just_where_they_would_stand(tree: Tree) -> None:
    record = tree.dispatched()
    person = tree.reader("k").login("a", "password1")
    offered = {one.name for one in tree.reader("k").allowed("ticket", record, person)}
    assert {"accept", "decline", "note"} <= offered and not offered & {"submit", "archive", "register"}
    assert {one.name for one in tree.reader("k").allowed("ticket", None, person)} == {"register"}
    tree.act("k", "accept", record)
    assert "submit" in {one.name for one in tree.reader("k").allowed("ticket", record, person)}


def test_exceptions_come_in_pages_by_kind(tree: Tree) -> None:
    for number in range(3):
        record = tree.dispatched()
        tree.act("k", "amend", record, amount_claimed=number + 1)
        tree.act("c", "amend", record, amount_claimed=number + 10)
    tree.quiet()
    reader = tree.reader("c")
    first = reader.exceptions("conflict", limit=2)
    second = reader.exceptions("conflict", limit=2, after=first.next)
    assert len({one["id"] for one in (*first.items, *second.items)}) == 3 and second.next is None
    assert reader.exceptions("held").items == []
    with pytest.raises(Usage):
        reader.exceptions(after="x")
    with pytest.raises(NotFound):
        reader.exception("nothing")


def test_an_unknown_person_isnt_let_in_by_a_reader(tree: Tree) -> None:
    assert tree.reader("p").login("a", "wrong") is None


def test_a_database_that_isnt_upgraded_yet_says_what_to_do(tree: Tree) -> None:
    record = tree.register()
    reader = tree.reader("p")
    with tree.sql("p") as db:
        db.execute("DROP TABLE state")
        db.execute("DROP TABLE fact")
    for ask in (lambda: reader.show("ticket", record), reader.stats):
        with pytest.raises(Stale) as refused:
            ask()
        assert (refused.value.code, refused.value.hint) == ("older_database", "qiao --dir DIR run")


@pytest.mark.parametrize(
    ("how", "code", "told"),
    [
        ({"phase": "registerd"}, "unknown_code", "registered"),
        ({"phase": "已登记"}, "unknown_code", "registered"),
        ({"status": "zzz"}, "unknown_code", "accepted"),
        ({"view": "mein"}, "bad_view", "mine"),
        ({"sort": "day"}, "bad_sort", "created"),
    ],
)
def test_what_a_list_cant_be_narrowed_to_is_said_with_what_it_can(
    tree: Tree, how: dict[str, str], code: str, told: str
) -> None:
    with pytest.raises(Usage) as refused:
        tree.reader("p").list("ticket", **how)  # type: ignore[arg-type]
    assert refused.value.code == code and told in str(refused.value) and refused.value.hint


def test_what_has_ended_waits_for_nobody(tree: Tree, seven: list[str]) -> None:
    """Neither what was declined, nor what waits for a review, once the worker has withdrawn it."""
    for record in seven[:2]:
        tree.act("p", "dispatch", record, lead="370200")
    tree.quiet()
    tree.act("c", "decline", seven[0], reason="not_our_region", text="不在辖区")
    tree.act("c", "accept", seven[1])
    tree.act("c", "submit", seven[1], result="completed", resolved=True, text="已结清")
    tree.quiet()
    reader = tree.reader("p")

    def listed(view: str) -> list[str]:
        return [one["record"] for one in reader.list("ticket", view=view).items]

    assert (listed("declined"), listed("review")) == ([seven[0]], [seven[1]])
    for record in seven[:2]:
        tree.act("p", "withdraw", record, text="撤诉")
    assert listed("declined") == listed("review") == []


def test_what_was_declined_and_given_to_another_waits_for_nobody(tree: Tree, seven: list[str]) -> None:
    def listed() -> list[str]:
        return [one["record"] for one in tree.reader("p").list("ticket", view="declined").items]

    tree.act("p", "dispatch", seven[0], lead="370200")
    tree.quiet()
    tree.act("c", "decline", seven[0], reason="not_our_region", text="不在辖区")
    tree.quiet()
    assert listed() == [seven[0]]
    tree.clock("p").advance(60_000)
    tree.act("p", "dispatch", seven[0], lead="370900")
    assert listed() == []
    tree.act("p", "recall", seven[0], unit="370900", text="发错了")
    assert listed() == [seven[0]], "what it was given to was taken back"


def test_a_name_that_was_amended_stays_masked_in_what_others_wrote(tree: Tree) -> None:
    record = tree.register("p")
    tree.act("p", "note", record, text="已与王小明通话")
    tree.act("p", "amend", record, worker_name="李大山")
    told = json.dumps(tree.show("p", record)["timeline"], ensure_ascii=False)
    assert "已与王*明通话" in told and "王小明" not in told and "李大山" not in told
