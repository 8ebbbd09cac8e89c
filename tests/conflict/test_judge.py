from __future__ import annotations

from dataclasses import replace

import pytest

from conflict.act import Act, Presence
from conflict.judge import judge
from conflict.state import Standing

from .errand import ERRAND
from .story import Story, sent


def test_an_act_is_judged_against_what_its_author_had_seen() -> None:
    story = sent()
    before = story.state().heads
    story.does("p", "close")
    late = story.does("p/a/x", "submit", result=1, after=before)
    assert story.standing(late)[0] != "denied"


@pytest.mark.parametrize(
    ("unit", "action", "data", "code"),
    [
        ("p/b", "assign", {"unit": "p/a/y"}, "above"),
        ("p/a/y", "accept", {}, "not_sent"),
        ("p/a/x", "close", {}, "owner"),
        ("p", "amend", {"number": "2"}, "once"),
        ("p", "open", {}, "not_first"),
        ("p", "assign", {"unit": []}, "above"),
        ("p", "lead", {}, "malformed"),
        ("p", "adopt", {}, "malformed"),
        ("p", "adopt", {"acts": []}, "nothing_quoted"),
    ],
)
def test_an_act_that_isnt_allowed_is_denied_with_the_code_of_what_forbids_it(
    unit: str, action: str, data: dict[str, object], code: str
) -> None:
    story = sent()
    denied = story.does(unit, action, **data)
    assert story.standing(denied) == ("denied", code)
    assert [row.code for row in story.rows("denied")] == [code]
    assert story.state().heads == (denied,)


def test_a_path_that_the_registry_never_gave_is_denied() -> None:
    story = sent()
    act = story.does("p", "note", remarks="r", also={"given": False})
    assert story.standing(act) == ("denied", "not_given")


def test_an_act_without_a_past_that_isnt_the_first_is_denied() -> None:
    story = sent()
    act = story.does("p", "note", remarks="r", after=())
    assert story.standing(act) == ("denied", "no_beginning")


def test_an_unknown_version_or_action_is_kept_without_effect() -> None:
    story = sent()
    newer = story.does("p", "note", remarks="r", also={"matter": "errand/9"})
    strange = story.does("p", "teleport")
    assert story.standing(newer) == story.standing(strange) == ("unknown", "newer_version")
    assert story.state().every("remarks") == []
    assert [row.code for row in story.rows("incomplete")] == ["newer_version"] * 2


def test_what_rests_on_an_unknown_act_is_judged_provisionally_and_its_denial_isnt_listed() -> None:
    story = sent()
    story.does("p", "teleport")
    denied = story.does("p/a/y", "accept")
    assert story.state().verdicts[denied].provisional
    assert story.rows("denied") == []


def test_an_older_version_judges_by_its_own_actions() -> None:
    story = sent()
    amended = story.does("p", "amend", title="x", also={"matter": "errand/1"})
    accepted = story.does("p/a/y", "accept", also={"matter": "errand/1"})
    assert story.standing(amended)[0] == "unknown"
    assert story.standing(accepted) == ("denied", "not_sent")


def test_an_act_no_later_than_what_it_names_is_quarantined_and_nobodys_head() -> None:
    story = sent()
    heads = story.state().heads
    late = story.does("p", "note", remarks="r", also={"key": story.acts[-1].key._replace(log=b"other")})
    assert story.standing(late) == ("quarantined", "clock")
    assert story.state().heads == heads


def test_acts_of_one_commit_may_share_its_time() -> None:
    story = sent()
    one = story.does("p", "note", remarks="r")
    key = story.acts[-1].key
    other = story.does("p", "note", remarks="s", also={"key": key._replace(index=1)})
    assert story.standing(one)[0] == story.standing(other)[0] == "stands"


def drafted(story: Story, unit: str, action: str, **data: object) -> Act:
    last = story.acts[-1]
    key = last.key._replace(time=last.key.time * 2, seq=99)
    return Act(b"d" * 16, key, unit, "w1", "errand/2", action, data, story.state().heads, record=last.record)


def test_judge_says_before_signing_what_the_fold_says_after() -> None:
    story = sent()
    state = story.state()
    assert judge(ERRAND, state, drafted(story, "p/a/x", "submit", result=1)).standing is Standing.STANDS
    assert judge(ERRAND, state, drafted(story, "p/a/y", "accept")).code == "not_sent"
    early = replace(drafted(story, "p", "close"), key=story.acts[0].key)
    assert judge(ERRAND, state, early).code == "clock"


def test_judge_knows_what_an_adopt_quotes_from_the_timeline() -> None:
    story = sent()
    held = story.does("p/a/x", "submit", result=1, also={"presence": Presence.HELD})
    state = story.state()
    assert judge(ERRAND, state, drafted(story, "p/a/x", "adopt", acts=[held])).standing is Standing.STANDS
    assert judge(ERRAND, state, drafted(story, "p/a/y", "adopt", acts=[held])).code == "in_hand"
    assert judge(ERRAND, state, drafted(story, "p", "adopt", acts=[b"?" * 16])).code == "quoted_missing"
    assert judge(ERRAND, state, drafted(story, "p", "adopt", acts=[story.first])).code == "quoted_stands"


def test_an_adopt_stands_for_a_held_act_with_its_slot_and_fields() -> None:
    story = sent()
    held = story.does("p/a/x", "submit", result=2, also={"presence": Presence.HELD})
    assert story.standing(held) == ("held", "ahead")
    adopted = story.does("p/a/x", "adopt", acts=[held])
    state = story.state()
    assert state.held("status/p/a/x") == "submitted"
    assert state.shown("result@status/p/a/x") == 2
    trace = state.trace("status/p/a/x", "submit")
    assert trace is not None and trace.id == adopted
    assert [row.open for row in story.rows("held")] == [False]


def test_a_held_act_that_was_adopted_has_no_effect_when_its_time_comes() -> None:
    story = sent()
    heads = story.state().heads
    held = story.does("p/a/x", "submit", result=2, also={"presence": Presence.HELD})
    story.does("p/a/x", "adopt", acts=[held], after=heads)
    story.does("p", "recall", unit="p/a/x")
    at = next(at for at, act in enumerate(story.acts) if act.id == held)
    late = story.acts[at].key._replace(time=story.acts[-1].key.time * 9)
    story.acts[at] = replace(story.acts[at], presence=Presence.PRESENT, key=late)
    assert story.standing(held) == ("overtaken", "adopted")
    assert story.state().held("status/p/a/x") == "recalled"


def test_whoever_is_above_may_adopt_what_the_rules_now_forbid_its_author() -> None:
    story = sent()
    heads = story.state().heads
    story.does("p/a", "recall", unit="p/a/x", after=heads)
    lost = story.does("p/a/x", "submit", result=1, after=heads)
    assert story.standing(lost) == ("overtaken", "overtaken")
    own = story.does("p/a/x", "adopt", acts=[lost])
    assert story.standing(own) == ("denied", "not_accepted")
    superior = story.does("p/a", "adopt", acts=[lost])
    assert story.standing(superior) == ("stands", "")
    assert story.state().held("status/p/a/x") == "submitted"
    assert [row.open for row in story.rows()] == [False]


def test_what_an_overtaken_act_added_isnt_added_twice_when_it_is_adopted() -> None:
    story = sent()
    heads = story.state().heads
    story.does("p/a", "recall", unit="p/a/x", after=heads)
    lost = story.does("p/a/x", "submit", result=1, remarks="done", after=heads)
    story.does("p/a", "adopt", acts=[lost])
    assert story.state().every("remarks") == ["done"]
    assert len(story.state().fields["remarks"]) == 1


def test_an_adopt_writes_one_slot_only_and_never_another_adopt() -> None:
    story = sent()
    held = {"presence": Presence.HELD}
    one = story.does("p/a/x", "submit", result=1, also=held)
    other = story.does("p/a", "submit", result=1, also=held)
    adopt = story.does("p/a", "adopt", acts=[one], also=held)
    assert story.standing(story.does("p", "adopt", acts=[one, other])) == ("denied", "two_slots")
    assert story.standing(story.does("p", "adopt", acts=[adopt])) == ("denied", "quoted_adopt")


def test_where_the_first_act_is_adopted_its_owner_is_still_known() -> None:
    story = Story("p", title="t")
    story.acts[0] = replace(story.acts[0], presence=Presence.HELD)
    adopted = story.does("p", "adopt", acts=[story.first], after=())
    closed = story.does("p", "close", after=[adopted])
    denied = story.does("p/a", "close", after=[adopted])
    assert (story.standing(closed)[0], story.standing(denied)) == ("stands", ("denied", "owner"))


def test_an_act_named_by_a_quoted_one_means_the_adopt_that_stands_for_it() -> None:
    story = sent()
    one = story.does("p/a/x", "note", also={"presence": Presence.HELD})
    two = story.does("p/a/x", "note", about=one, all=[one, b"?"], also={"presence": Presence.HELD})
    first = story.does("p/a/x", "adopt", acts=[one])
    second = story.does("p/a/x", "adopt", acts=[two])
    mark = story.state().trace("", "note")
    assert mark is not None and mark.id == second
    assert mark.data == {"about": first, "all": [first, b"?"]}
