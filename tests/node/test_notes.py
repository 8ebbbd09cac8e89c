"""What one shift leaves to the next: who sees it until when, and the work that goes with it."""

from __future__ import annotations

import pytest

from node import keeping, notes
from node.errors import Forbidden, NotFound, Usage
from tests.node.tree import ROLES, TICKET, Tree

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def desk(tree: Tree) -> Tree:
    for staff in ("b", "d"):
        held = [one for one in ROLES if one != "admin"]
        tree.do("p", "staff.add", id=staff, name=staff, roles=held, password="password1")
    return tree


def texts(tree: Tree, staff: str) -> list[str]:
    """What this person hasn't read."""
    return [one["text"] for one in tree.reader("p").notes(staff) if not one["read"]]


def test_a_note_is_shown_to_the_others_until_each_has_read_it(desk: Tree) -> None:
    name = desk.do("p", "note.leave", "b", text="三件等材料")["note"]
    assert (texts(desk, "b"), texts(desk, "d"), texts(desk, "a")) == ([], ["三件等材料"], ["三件等材料"])
    desk.do("p", "note.read", "d", names=[name, "gone"])
    assert (texts(desk, "d"), texts(desk, "a")) == ([], ["三件等材料"])


def test_the_newest_note_comes_first(desk: Tree) -> None:
    for text in ("早班", "晚班"):
        desk.do("p", "note.leave", "b", text=text)
        desk.clock("p").advance(60_000)
    assert texts(desk, "d") == ["晚班", "早班"]


def test_open_work_goes_with_the_note_to_whom_it_names(desk: Tree) -> None:
    record = desk.act("p", "register", staff="b", **TICKET)["record"]
    told = desk.do("p", "note.leave", "b", text="夜班", to="d", dry=True)
    assert (told["note"], [one["record"] for one in told["items"]]) == ("", [record])
    assert texts(desk, "d") == []
    done = desk.do("p", "note.leave", "b", text="夜班", to="d")
    [note] = desk.reader("p").notes("d")
    assert (done["count"], note["count"], note["to"], note["by"]) == (1, 1, "d", "b")
    assert [one["record"] for one in desk.reader("p").list("ticket", mine="d").items] == [record]
    told = str(desk.reader("p").show("ticket", record))
    assert "夜班" not in told, "it speaks of all of the shift's work, and a record goes to other units"


def test_without_a_text_and_a_taker_there_is_nothing_to_be_done(desk: Tree) -> None:
    with pytest.raises(Usage) as fault:
        desk.do("p", "note.leave", "b", text="  ")
    assert fault.value.code == "missing_field"


def test_a_note_for_nobody_who_signs_in_is_refused_and_none_is_left(desk: Tree) -> None:
    with pytest.raises(NotFound):
        desk.do("p", "note.leave", "b", text="夜班", to="nobody")
    with pytest.raises(Forbidden):
        desk.do("p", "note.leave", None, text="夜班")
    assert texts(desk, "d") == []


def test_a_note_goes_after_thirty_days_also_where_it_was_read_meanwhile(desk: Tree) -> None:
    name = desk.do("p", "note.leave", "b", text="夜班")["note"]
    desk.clock("p").advance(29 * DAY_MS)
    desk.do("p", "note.read", "d", names=[name])
    desk.at("p").tick()
    assert texts(desk, "a") == ["夜班"]
    desk.clock("p").advance(2 * DAY_MS)
    desk.at("p").tick()
    assert desk.reader("p").notes("a") == []


def test_no_unit_keeps_notes_without_end(desk: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MOST_NOTES", 1)
    desk.do("p", "note.leave", "b", text="一")
    with pytest.raises(Usage) as fault:
        desk.do("p", "note.leave", "b", text="二")
    assert fault.value.code == "too_many"


def test_a_note_s_draft_goes_with_it(desk: Tree) -> None:
    desk.do("p", "draft.save", "b", matter="ticket", verb="handover", record=None, data={"text": "夜"})
    desk.do("p", "note.leave", "b", text="夜班", draft=keeping.key("ticket", "handover", None))
    assert desk.reader("p").drafts("b") == []
