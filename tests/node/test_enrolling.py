"""Joining by files: each step may be done again, and whoever asks can work meanwhile."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest

from node import founding
from node.errors import Damaged, Forbidden, NotFound, QiaoError, Stale, Usage
from sync_protocol.invitation import Invitation
from tests.node.couriers import join_by_files
from tests.node.tree import Row, Tree

WEEK_MS = 7 * 24 * 3600 * 1000


@pytest.fixture
def root(tree: Tree) -> Tree:
    """Its province invites two more cities, `x` and `y`."""
    return tree


def invited(tree: Tree, unit: str = "370300", name: str = "淄博市总工会") -> Invitation:
    return tree.invite("p", unit, name)


def asked(tree: Tree, child: str, invitation: Invitation) -> Row:
    founding.found(tree.base / child, invitation, clock=tree.clock(child), entropy=tree.entropy(child))
    return tree.do(child, "join.ask", None, invitation=invitation.to_text())


def flipped(packed: str, at: int) -> str:
    raw = bytearray(b64decode(packed))
    raw[at] ^= 1
    return b64encode(bytes(raw)).decode()


def refusal(tree: Tree, who: str, operation: str, **params: str) -> QiaoError:
    with pytest.raises(QiaoError) as fault:
        tree.do(who, operation, None, **params)
    return fault.value


def test_a_unit_joins_by_three_files(root: Tree) -> None:
    done = join_by_files(root, "p", "x", invited(root))
    assert (done["unit"], done["parent"], done["enrolled"]) == ("370000/370300", "370000", True)
    root.staff("x")
    record = root.register("x")
    root.sync("x", "p")
    assert root.show("p", record)["owner"] == "370000/370300"
    assert root.verify("x") == root.verify("p") == []


def test_a_child_works_before_it_is_enrolled(root: Tree) -> None:
    records = []

    def work() -> None:
        root.staff("x")
        records.append(root.register("x"))

    join_by_files(root, "p", "x", invited(root), between=work)
    root.sync("x", "p")
    assert root.show("p", records[0])["owner"] == "370000/370300"
    assert root.reader("p").digest("370300")["digest"] == root.reader("x").digest()["digest"]


def test_every_step_may_be_done_again(root: Tree) -> None:
    invitation = invited(root)
    first, second = asked(root, "x", invitation), asked(root, "x", invitation)
    assert first == second and not first["enrolled"]
    replies = [root.do("p", "enrol", None, request=first["request"]) for _ in range(2)]
    done = [root.do("x", "join.take", None, reply=one["reply"]) for one in (*replies, replies[0])]
    assert done[0] == done[1] == done[2] and done[0]["enrolled"]
    assert [one["unit"] for one in replies] == ["370000/370300"] * 2
    assert len([one for one in root.reader("p").units() if one["code"] == "370300"]) == 1


def test_a_reply_to_either_copy_of_the_request_is_taken_also_after_a_restart(root: Tree) -> None:
    request = asked(root, "x", invited(root))["request"]
    root.shut("x")
    reply = root.do("p", "enrol", None, request=request)["reply"]
    assert root.do("x", "join.take", None, reply=reply)["enrolled"]


def test_asking_with_a_new_invitation_makes_a_new_request(root: Tree) -> None:
    """The first one expired on somebody's desk."""
    old = asked(root, "x", invited(root))
    for clock in root.clocks.values():
        clock.advance(WEEK_MS + 1)
    assert refusal(root, "p", "enrol", request=old["request"]).code == "invitation_expired"
    new = asked(root, "x", invited(root))
    assert new["request"] != old["request"]
    reply = root.do("p", "enrol", None, request=new["request"])["reply"]
    assert root.do("x", "join.take", None, reply=reply)["enrolled"]


def test_a_clock_that_is_far_behind_the_parents_is_named_and_can_be_set(root: Tree) -> None:
    request = asked(root, "x", invited(root))["request"]
    root.clock("p").advance(WEEK_MS // 2)
    reply = root.do("p", "enrol", None, request=request)["reply"]
    assert refusal(root, "x", "join.take", reply=reply).code == "clock_behind"
    root.clock("x").advance(WEEK_MS // 2)
    assert root.do("x", "join.take", None, reply=reply)["enrolled"]


def test_a_refusal_is_told_to_the_parent_and_makes_no_reply(root: Tree) -> None:
    invitation = invited(root)
    join_by_files(root, "p", "x", invitation)
    other = asked(root, "other", invitation)
    fault = refusal(root, "p", "enrol", request=other["request"])
    assert isinstance(fault, Forbidden) and fault.code == "invitation_used"


def test_a_request_or_reply_with_a_byte_changed_is_damaged(root: Tree) -> None:
    request = asked(root, "x", invited(root))["request"]
    for at in (0, 12, 40, 200, -1):
        fault = refusal(root, "p", "enrol", request=flipped(request, at))
        assert fault.exit in (3, 6, 7), fault
    reply = root.do("p", "enrol", None, request=request)["reply"]
    for at in (0, 200, -1):
        assert isinstance(refusal(root, "x", "join.take", reply=flipped(reply, at)), Damaged)
    assert root.do("x", "join.take", None, reply=reply)["enrolled"]


def test_files_of_others_are_told_as_such(root: Tree) -> None:
    request = asked(root, "x", invited(root))["request"]
    join_by_files(root, "p", "y", invited(root, "370400", "枣庄市总工会"))
    assert refusal(root, "y", "enrol", request=request).code == "not_for_us"
    asked(root, "other", invited(root))
    reply = root.do("p", "enrol", None, request=request)["reply"]
    fault = refusal(root, "other", "join.take", reply=reply)
    assert (fault.exit, fault.code) == (3, "not_for_us")


def test_a_reply_that_nobody_waits_for_is_not_found(root: Tree) -> None:
    founding.init(root.base / "x", "370300", "淄博", clock=root.clock("x"), entropy=root.entropy("x"))
    fault = refusal(root, "x", "join.take", reply="")
    assert isinstance(fault, NotFound) and fault.code == "no_request"


def test_a_node_that_is_not_enrolled_enrols_nobody(root: Tree) -> None:
    founding.init(root.base / "x", "370300", "淄博", clock=root.clock("x"), entropy=root.entropy("x"))
    assert refusal(root, "x", "enrol", request="").code == "not_enrolled"


def test_asking_in_another_units_directory_is_stale(root: Tree) -> None:
    asked(root, "x", invited(root))
    fault = refusal(root, "x", "join.ask", invitation=invited(root, "370400", "枣庄").to_text())
    assert isinstance(fault, Stale) and fault.code == "other_unit"


def test_an_invitation_that_is_none_is_wrong_use(root: Tree) -> None:
    asked(root, "x", invited(root))
    assert isinstance(refusal(root, "x", "join.ask", invitation="qiao1:abc"), Usage)


def test_joining_over_the_line_ends_what_was_asked_by_file(root: Tree) -> None:
    invitation = invited(root)
    request = asked(root, "x", invitation)["request"]
    root.shut("x")
    root.join("p", "x", invitation)
    reply = root.do("p", "enrol", None, request=request)["reply"]
    assert root.do("x", "join.take", None, reply=reply)["enrolled"]
