"""Which keys come into force in an export, and from where: each case in a whole file, for both verifiers."""

from __future__ import annotations

from typing import Any

import pytest

from sync_protocol import names
from sync_protocol.export import Entry
from sync_protocol.keyring import Keyring
from tests.sync_protocol.scene import Office, Tree, act, public, registry, seed
from tests.sync_protocol.test_proof import codes, is_good, written


class Grown(Tree):
    """A tree that grows on: `add` takes what further offices wrote, under the commit that admits them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.more: list[Entry] = []

    def add(self, office: Office, admitted_by: bytes | None) -> None:
        self.more += [Entry(one, changes, admitted_by) for one, changes in office.written]

    def enrol(self, author: Office, data: dict[str, Any], minute: int) -> bytes:
        return author.write(minute, registry("enrol", data, self.rights.get(author.id, bytes(16)))).id

    def raw(self) -> bytes:
        return written(self, sorted([*self.entries(), *self.more], key=lambda entry: entry.key))


def noted(name: str, unit: str, minute: int = 90) -> Office:
    office = Office(name, unit)
    office.write(minute, act("note", {}))
    return office


@pytest.mark.parametrize("unit", ["370000/370200/370212", "370000/370200/370212/1"])
def test_a_parent_or_ancestor_gives_a_node_its_key_and_log(unit: str) -> None:
    for author in ("province", "city"):
        tree, town = Grown(), noted("town", unit)
        tree.add(town, tree.enrol(getattr(tree, author), town.enrolment(unit), 60))
        assert is_good(tree.raw())


@pytest.mark.parametrize("unit", ["370000", "370000/370900", "370000/370200", "3700001", "370000/3702001"])
def test_nobody_gives_keys_beside_or_above_himself(unit: str) -> None:
    tree, town = Grown(), noted("town", unit)
    tree.add(town, tree.enrol(tree.city, town.enrolment(unit), 60))
    assert "unknown_author" in codes(tree.raw())


def test_a_node_id_that_isnt_the_keys_or_an_unsound_key_isnt_learnt() -> None:
    for wrong in ({"node": bytes(16)}, {"sign": bytes(32), "node": names.node_id(bytes(32))}):
        tree, town = Grown(), noted("town", "370000/370900")
        tree.add(town, tree.enrol(tree.province, town.enrolment("370000/370900") | wrong, 60))
        assert "unknown_author" in codes(tree.raw())


def test_a_known_node_or_log_isnt_given_again() -> None:
    tree, town = Grown(), noted("town", "370000/370900")
    tree.add(town, tree.enrol(tree.province, town.enrolment("370000/370900", log=tree.city.log), 60))
    assert "unknown_author" in codes(tree.raw())
    again, life = Grown(), Office("county", "370000/370900", log=seed("new", 16))
    life.write(90, act("note", {}))
    again.add(life, again.enrol(again.province, life.enrolment("370000/370900"), 60))
    assert codes(again.raw()) == ["foreign_log"]


def test_new_keys_replace_a_nodes_own() -> None:
    tree = Grown()
    town = noted("town", "370000/370200")
    tree.add(town, tree.enrol(tree.city, town.enrolment("370000/370200", replaces=tree.city.id), 60))
    child = noted("child", "370000/370200/370214", 95)
    tree.add(child, tree.enrol(town, child.enrolment("370000/370200/370214"), 92))
    tree.more = [one for one in tree.more if one.commit.header.log != town.log]
    tree.add(town, tree.city.written[-1][0].id)
    assert is_good(tree.raw())


def test_nobody_replaces_another_nor_the_root_itself() -> None:
    for author, replaced in (("city", "county"), ("province", "province"), ("city", "province")):
        tree = Grown()
        old = getattr(tree, replaced)
        town = noted("town", old.unit)
        data = town.enrolment(old.unit, replaces=old.id)
        tree.add(town, tree.enrol(getattr(tree, author), data, 60))
        assert "unknown_author" in codes(tree.raw())


def _recovered(tree: Grown, **more: Any) -> tuple[Office, Office]:
    """The recovery key, after its one commit, and the new root."""
    paper = Office("recovery", "370000")
    root = Office("new root", "370000")
    data = root.enrolment("370000", replaces=tree.province.id, recovery=public(seed("next"))) | more
    paper.write(60, registry("enrol", data, tree.root_enrolment))
    return paper, root


def test_the_recovery_key_replaces_the_root_in_its_one_commit() -> None:
    tree = Grown()
    paper, root = _recovered(tree)
    tree.add(paper, tree.admitted_by[tree.province.log])
    city = noted("second city", "370000/370900", 95)
    root.write(90, registry("enrol", city.enrolment("370000/370900"), paper.last_act()))
    tree.add(root, paper.written[0][0].id)
    tree.add(city, root.written[0][0].id)
    assert is_good(tree.raw(), tree.fingerprint)


@pytest.mark.parametrize("wrong", ["second", "two", "other"])
def test_the_recovery_key_may_do_nothing_else(wrong: str) -> None:
    tree = Grown()
    root = noted("new root", "370000")
    data = root.enrolment("370000", replaces=tree.city.id if wrong == "other" else tree.province.id)
    paper = Office("recovery", "370000")
    if wrong == "second":
        paper.write(50, act("note", {}))
    said = [registry("enrol", data)] + ([act("note", {})] if wrong == "two" else [])
    paper.write(60, *said)
    tree.add(paper, tree.admitted_by[tree.province.log])
    tree.add(root, paper.written[-1][0].id)
    assert {"foreign_log", "unknown_author"} <= set(codes(tree.raw()))


def test_a_node_opens_a_new_log_in_its_first_commit() -> None:
    tree = Grown()
    life = Office("county", tree.county.unit, log=seed("second life", 16))
    left = [tree.county.log, tree.county.seq, tree.county.prev]
    life.write(60, registry("open_log", {"log": life.log, "from": left}))
    life.write(61, act("note", {}))
    tree.add(life, tree.admitted_by[tree.county.log])
    assert is_good(tree.raw())


def test_a_log_opened_late_or_for_another_isnt_its_authors() -> None:
    for log, early in ((seed("second life", 16), [act("note", {})]), (seed("third", 16), [])):
        tree = Grown()
        life = Office("county", tree.county.unit, log=seed("second life", 16))
        for minute, body in enumerate(early, start=60):
            life.write(minute, body)
        life.write(65, registry("open_log", {"log": log, "from": []}))
        tree.add(life, tree.admitted_by[tree.county.log])
        assert "foreign_log" in codes(tree.raw())


def test_after_a_move_a_unit_gives_keys_below_its_new_path() -> None:
    for author, good in (("province", True), ("city", False)):
        tree = Grown()
        move = registry("move", {"unit": "370000/370200/370211", "to": "370000/370900"})
        getattr(tree, author).write(60, move)
        town = noted("town", "370000/370900/1")
        tree.add(town, tree.enrol(tree.county, town.enrolment("370000/370900/1"), 70))
        assert is_good(tree.raw()) is good


def test_a_hosted_units_node_gives_keys_below_it() -> None:
    tree = Grown()
    hosted = {"unit": "370000/370200/7", "name": "七", "kind": "department", "role": "hosted",
              "by": tree.county.id}  # fmt: skip
    tree.enrol(tree.city, hosted, 60)
    town = noted("town", "370000/370200/7/1")
    tree.add(town, tree.enrol(tree.county, town.enrolment("370000/370200/7/1"), 70))
    assert is_good(tree.raw())


def test_a_branch_that_is_admitted_later_stands_behind_its_admission() -> None:
    tree = Grown()
    copy = Office("county", tree.county.unit, log=tree.county.log, seq=1, prev=tree.county.written[0][0].id)
    branch = copy.write(36, act("note", {"copy": 1}))
    admission = tree.city.write(80, registry("admit", {"log": copy.log, "seq": 2, "id": branch.id}))
    tree.add(copy, admission.id)
    assert is_good(tree.raw())


def test_an_empty_keyring_knows_the_root_alone() -> None:
    root = Office("province", "370000")
    ring = Keyring(root.id, root.key)
    assert ring.key_of(root.id) == root.key and ring.key_of(bytes(16)) is None
    assert not ring.owns(root.id, root.log) and ring.admitted_at(root.id, root.log) == 0
