"""A county without a line for thirty days works on; everything arrives afterwards, and nothing done in time is late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.office import Office, Tree, act, at_once, given, submit
from tests.acceptance.relay import Relay

pytestmark = pytest.mark.processes

DAY = 86400


class Story:
    def __init__(self, tree: Tree, line: Relay) -> None:
        self.tree, self.line = tree, line
        [self.county] = tree.counties
        self.sent_down = self.walk_in = ""

    def run(self) -> None:
        """On day 0 a ticket is taken up, on day 3 it is submitted, on day 30 somebody walks in."""
        self.sent_down = given(self.tree, "断线前派下的工单", self.county)
        self.line.cut()
        self.county.acts(act("accept", self.sent_down), act("note", self.sent_down, text="已电话联系"))
        self.move(3)
        self.county.acts(submit(self.sent_down))
        self.move(30)
        fields = {"channel": "visit", "class": "resolution_request", "topic": "legal/labour/wages/arrears"}
        made = self.county.acts(
            act("register", **fields, narrative="断线时来访"), act("dispatch", "$1", lead=self.county.code)
        )
        self.walk_in = made[0]["record"]
        self.county.acts(
            act("accept", self.walk_in), act("note", self.walk_in, text="核对"), submit(self.walk_in)
        )
        self.pending = self.county.status()["pending_up"]
        self.line.restore()
        self.county.ok("sync", "--once", staff=None)
        self.tree.quiet()

    def move(self, days: int) -> None:
        """All clocks together."""
        at_once(Office.stop, reversed(self.tree.offices))
        for office in self.tree.offices:
            office.environment["QIAO_CLOCK_OFFSET"] = str(days * DAY)
        at_once(Office.start, self.tree.offices)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    lines: list[Relay] = []

    def dial(code: str, port: int) -> int:
        if code != "370211":
            return port
        lines.append(Relay(port))
        return lines[0].port

    tree = Tree(tmp_path_factory.mktemp("cut"), "370211", dial=dial)
    try:
        tree.build()
        story = Story(tree, lines[0])
        story.run()
        yield story
    finally:
        tree.stop()


def _actions(office: Office, record: str) -> list[tuple[str, str, str]]:
    return [(one["action"], one["unit"], one["verdict"]) for one in office.show(record)["timeline"]]


def test_everything_done_behind_the_dead_line_arrives(story: Story) -> None:
    assert story.pending >= 7
    for record in (story.sent_down, story.walk_in):
        told = [_actions(office, record) for office in story.tree.offices]
        assert told[0] == told[1] == told[2]
        assert {"accept", "note", "submit"} <= {action for action, _, _ in told[0]}
        assert {verdict for _, _, verdict in told[0]} == {"stands"}


def test_nobody_is_late_who_worked_in_time(story: Story) -> None:
    asked = [(office, record) for office in (story.tree.province, story.county)
             for record in (story.sent_down, story.walk_in)]  # fmt: skip
    for shown in at_once(lambda one: one[0].ok("ticket", "show", one[1]), asked):
        mine = [one for one in shown["assignments"] if one["unit"].endswith(story.county.code)]
        late = [clock for one in mine for clock in one["clocks"] if clock["overdue"]]
        assert len(mine) == 1 and late == [], shown
    assert story.county.status()["breaches"] == 0


def test_the_acts_keep_the_time_at_which_they_were_done(story: Story) -> None:
    lines = {one["action"]: one for one in story.tree.province.show(story.sent_down)["timeline"]}
    assert lines["note"]["time"] < lines["submit"]["time"] < lines["submit"]["received"]
    gap = [one["received"][:10] for one in story.tree.province.show(story.walk_in)["timeline"]]
    assert set(gap) == {lines["submit"]["received"][:10]}


def test_all_agree_afterwards_and_say_that_the_clock_is_moved(story: Story) -> None:
    story.tree.agree()
    assert [office.problems() for office in story.tree.offices] == [[]] * 3
    told = story.county.ok("status", staff=None)
    assert (told["exceptions"], told["clock_moved_seconds"]) == (0, 30 * DAY)
