"""Inviting and joining: once, in time, for this root, into the right directory."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from node import founding
from node.errors import Forbidden, NotFound, QiaoError, Stale, Usage
from sync_protocol.errors import RemoteError
from tests.node.test_incarnation import Saved
from tests.node.tree import Tree

WEEK_MS = 7 * 24 * 3600 * 1000


@pytest.fixture
def root(bare: Tree) -> Tree:
    bare.found()
    bare.staff("p")
    return bare


def refusal(tree: Tree, child: str, invitation: object) -> str:
    with pytest.raises((RemoteError, QiaoError)) as fault:
        tree.join("p", child, invitation)  # type: ignore[arg-type]
    return str(fault.value.code)


def test_an_invitation_is_used_once(root: Tree) -> None:
    invitation = root.invite("p", "370200", "青岛市总工会")
    assert root.join("p", "c", invitation)["unit"] == "370000/370200"
    assert refusal(root, "other", invitation) == "invitation_used"


def test_an_invitation_that_was_used_enrols_nobody_when_the_unit_is_free_again(root: Tree) -> None:
    """Who finds the slip of paper doesn't follow the node that was revoked."""
    invitation = root.invite("p", "370200", "青岛市总工会")
    root.join("p", "c", invitation)
    root.later(1000)
    root.do("p", "registry.revoke", "a", unit="370200", reason="lost")
    assert refusal(root, "other", invitation) == "invitation_used"


def test_two_invitations_for_one_unit_enrol_one_node(root: Tree) -> None:
    first, second = (root.invite("p", "370200", "青岛市总工会") for _ in range(2))
    root.join("p", "c", first)
    assert refusal(root, "other", second)
    assert len([one for one in root.reader("p").units() if one["code"] == "370200"]) == 1
    assert root.verify("p") == []


def test_the_same_node_asking_again_is_answered_again(root: Tree) -> None:
    """Its reply was lost on the way."""
    invitation = root.invite("p", "370200", "青岛市总工会")

    def lost(_address: str, sealed: bytes) -> bytes:
        root.at("p").take_join(sealed)
        raise Stale("the line is cut")

    with pytest.raises(Stale):
        founding.join(root.base / "c", invitation, lost, clock=root.clock("c"), entropy=root.entropy("c"))
    assert root.join("p", "c", invitation)["enrolled"]


def test_an_invitation_expires_by_the_parents_clock(root: Tree) -> None:
    invitation = root.invite("p", "370200", "青岛市总工会")
    root.clock("p").advance(WEEK_MS + 1)
    assert refusal(root, "c", invitation) == "invitation_expired"


def test_an_invitation_for_another_root_is_refused(root: Tree) -> None:
    invitation = root.invite("p", "370200", "青岛市总工会")
    assert refusal(root, "c", dataclasses.replace(invitation, root=bytes(32)))
    assert root.reader("c").units() == []


def test_an_invitation_with_another_secret_is_refused(root: Tree) -> None:
    invitation = root.invite("p", "370200", "青岛市总工会")
    assert refusal(root, "c", dataclasses.replace(invitation, secret=bytes(32)))
    assert [one["code"] for one in root.reader("p").units()] == ["370000"]


def test_joining_in_another_units_directory_is_stale(root: Tree) -> None:
    root.join("p", "c", root.invite("p", "370200", "青岛市总工会"))
    assert refusal(root, "c", root.invite("p", "370900", "泰安市总工会")) == "other_unit"
    assert refusal(root, "c", root.invite("p", "370000/370200/370211", "黄岛区总工会")) == "other_unit"


def test_a_node_that_is_enrolled_does_not_join_again(root: Tree) -> None:
    first, second = (root.invite("p", "370200", "青岛市总工会") for _ in range(2))
    root.join("p", "c", first)
    assert refusal(root, "c", second) == "enrolled"


def test_a_hosted_unit_is_enrolled_at_once(root: Tree) -> None:
    made = root.do("p", "invite", unit="ENT1", name="某企业工会", role="hosted", kind="enterprise")
    assert made["invitation"] is None and made["enrolled"]
    [unit] = [one for one in root.reader("p").units() if one["code"] == "ENT1"]
    assert (unit["role"], unit["hosted_by"], unit["kind"]) == ("hosted", "370000", "enterprise")


def test_a_host_works_for_the_unit_that_it_hosts(root: Tree) -> None:
    root.do("p", "invite", unit="ENT1", name="某企业工会", role="hosted", kind="enterprise")
    record = root.register(workplace_region=None)
    root.act("p", "dispatch", record, lead="ENT1")
    root.act("p", "accept", record, behalf="ENT1")
    shown = root.show("p", record)
    assert [(one["unit"], one["status"]) for one in shown["assignments"]] == [("370000/ENT1", "accepted")]
    assert {one["verdict"] for one in shown["timeline"]} == {"stands"}


def test_a_unit_outside_the_subtree_is_not_invited(root: Tree) -> None:
    with pytest.raises(Usage) as fault:
        root.invite("p", "410000/410100", "外省")
    assert fault.value.code == "outside_subtree"


@pytest.mark.parametrize("unit", ["", "37 0200", "370000/", "370000//1", "a\nb"])
def test_a_code_that_is_none_is_not_invited(root: Tree, unit: str) -> None:
    with pytest.raises(Usage):
        root.invite("p", unit, "怪名")


def test_a_unit_that_has_a_node_is_not_invited_again(root: Tree) -> None:
    root.join("p", "c", root.invite("p", "370200", "青岛市总工会"))
    with pytest.raises(Stale) as fault:
        root.invite("p", "370200", "青岛市总工会")
    assert fault.value.code == "unit_exists"


def test_a_node_that_lost_its_enrolment_and_the_invitation_is_let_in_again(root: Tree) -> None:
    """Its reply never came, or its database is from before; the parent was restored meanwhile, or the slip is lost."""

    def lost(_address: str, sealed: bytes) -> bytes:
        root.at("p").take_join(sealed)
        raise Stale("the line is cut")

    with pytest.raises(Stale):
        founding.join(root.base / "c", root.invite("p", "370200", "青岛市总工会"), lost,
                      clock=root.clock("c"), entropy=root.entropy("c"))  # fmt: skip
    again = root.invite("p", "370200", "青岛市总工会", again=True)
    assert root.join("p", "c", again)["enrolled"]
    assert len([one for one in root.reader("p").units() if one["code"] == "370200"]) == 1


def test_a_node_put_back_to_before_its_enrolment_and_a_change_of_keys_comes_again_by_the_newer_ones(
    root: Tree, tmp_path: Path
) -> None:
    """The unit had another node, as its parent saw it: nobody could call the office any more (seed 200053)."""
    founding.init(root.base / "c", "370200", "青岛", clock=root.clock("c"), entropy=root.entropy("c"),
                  marker=root.marker("c"))  # fmt: skip
    root.staff("c")
    old, saved = root.at("c").keys.node, Saved(root, "c", tmp_path / "backup")
    root.join("p", "c", root.invite("p", "370200", "青岛市总工会"))
    root.sync("c", "p")
    root.do("c", "registry.replace")
    root.sync("c", "p")
    record = root.register("c")
    root.sync("c", "p")
    new = root.at("c").keys.node
    saved.restore(root)
    assert root.at("c").keys.node == old
    root.register("c")
    joined = root.join("p", "c", root.invite("p", "370200", "青岛市总工会", again=True))
    assert joined["node"] == new.hex() != old.hex() and joined["enrolled"]
    for _ in range(3):
        root.sync("c", "p")
    assert root.show("c", record)["phase"] == root.show("p", record)["phase"]
    assert root.reader("c").digest()["digest"] == root.reader("p").digest("370000/370200")["digest"]
    assert root.verify("c") == [] == root.verify("p")


def test_nobody_is_invited_to_come_again_to_a_unit_that_was_never_enrolled(root: Tree) -> None:
    with pytest.raises(NotFound) as caught:
        root.invite("p", "370200", "青岛市总工会", again=True)
    assert caught.value.code == "unknown_unit"


def test_an_invitation_to_come_again_lets_no_other_node_in(root: Tree) -> None:
    root.join("p", "c", root.invite("p", "370200", "青岛市总工会"))
    assert refusal(root, "other", root.invite("p", "370200", "青岛市总工会", again=True)) == "invitation_used"


def test_a_role_that_is_none_is_refused(root: Tree) -> None:
    with pytest.raises(Usage):
        root.invite("p", "370200", "青岛市总工会", role="king")


def test_a_node_that_is_not_enrolled_invites_nobody(bare: Tree) -> None:
    founding.init(bare.base / "c", "370200", "青岛", clock=bare.clock("c"), entropy=bare.entropy("c"))
    bare.staff("c")
    with pytest.raises(Forbidden) as fault:
        bare.invite("c", "370211", "黄岛")
    assert fault.value.code == "not_enrolled"


def test_work_done_before_joining_counts_and_goes_up(root: Tree) -> None:
    founding.init(root.base / "c", "370200", "青岛", clock=root.clock("c"), entropy=root.entropy("c"))
    root.staff("c")
    record = root.register("c")
    assert root.verify("c") == []
    root.shut("c")
    root.join("p", "c", root.invite("p", "370200", "青岛市总工会"))
    root.sync("c", "p")
    assert root.show("c", record)["owner"] == root.show("p", record)["owner"] == "370000/370200"
    assert root.reader("p").digest("370200")["digest"] == root.reader("c").digest("370200")["digest"]
    assert root.verify("c") == root.verify("p") == []


def test_admitting_what_is_not_quarantined_is_not_found(root: Tree) -> None:
    with pytest.raises(NotFound):
        root.do("p", "admit", id="0" * 16)
