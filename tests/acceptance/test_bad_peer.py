"""A peer that sends what it shouldn't: each has its code, nothing is lost, and nothing else stops."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from node import keys
from sync_protocol import cbor, change, frames
from sync_protocol.compression import compress
from sync_protocol.limits import MAX_ENVELOPE, MAX_EXPANDED
from sync_protocol.messages import ChangeItem, CommitItem
from sync_protocol.names import ZERO
from tests.acceptance.enemy import Enemy
from tests.acceptance.office import Office, Tree, act, given, until

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]


@pytest.fixture(scope="module")
def record(tree: Tree) -> str:
    """A ticket of the first county, out of the enemy's scope."""
    record = given(tree, "与他无关的工单", tree.counties[0])
    tree.counties[0].acts(act("accept", record))
    tree.quiet()
    return record


@pytest.fixture(scope="module")
def enemy(tree: Tree, record: str) -> Enemy:
    """Enrolled below the city; its own node never runs again."""
    office = Office(tree.city.base, "370299")
    made = office.ok("init", "--unit", office.code, "--name", "某工会", staff=None)
    office.ok("join", tree.city.invite(office.code), staff=None)
    return Enemy(office, tree.city, bytes.fromhex(made["log"]))


def _refused(tree: Tree, body: bytes, **headers: str) -> tuple[int, str]:
    status, code, told = tree.city.exchange("/sync", body, **headers)
    assert told.decode().strip() == code, "a refusal says its code and nothing else"
    return status, code


def test_bytes_that_are_no_envelope(tree: Tree, enemy: Enemy) -> None:
    good = enemy.seal(enemy.request())
    assert _refused(tree, b"") == (400, "bad_envelope")
    assert _refused(tree, os.urandom(4000)) == (400, "bad_envelope")
    assert _refused(tree, b"<html>captive portal</html>") == (400, "bad_envelope")
    assert _refused(tree, good[:-1]) == (400, "bad_envelope")
    assert _refused(tree, good[:-1] + bytes([good[-1] ^ 1])) == (400, "cannot_open")
    assert _refused(tree, b"\x9f" * 5000) == (400, "bad_envelope")
    other = cbor.encode([1, tree_node(tree.province), b"x"])
    assert _refused(tree, other) == (400, "not_for_us")


def tree_node(office: Office) -> bytes:
    return keys.load(office.directory / keys.DIRECTORY).node


def test_too_much(tree: Tree, enemy: Enemy) -> None:
    assert _refused(tree, b"\0" * 100, **{"content-length": str(MAX_ENVELOPE + 1)}) == (413, "too_large")
    bomb = enemy.by_hand(b"", packed=compress(b"\0" * (MAX_EXPANDED + 1)))
    assert len(bomb) < 100_000 and _refused(tree, bomb) == (413, "too_large")
    assert _refused(tree, enemy.by_hand(b"", packed=b"(\xb5/\xfd" + os.urandom(50)))[0] in (400, 413)
    many = frames.pack([cbor.encode({0: "request"}), *[b"\x80"] * 30_000])
    assert _refused(tree, enemy.by_hand(many))[1] in ("too_large", "bad_message")
    assert _resident_mb(tree.city) < 300


def _resident_mb(office: Office) -> int:
    assert office.process is not None
    status = Path(f"/proc/{office.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def test_an_unknown_version(tree: Tree, enemy: Enemy) -> None:
    assert _refused(tree, cbor.encode([2, enemy.theirs.node, b"x"])) == (400, "unknown_version")
    assert _refused(tree, enemy.seal(enemy.request(version=9, speaks=(9,)))) == (400, "unknown_version")
    assert _refused(tree, enemy.seal(b"\xa0")) == (400, "bad_message")
    deep = b"\x81" * 20 + b"\x80"
    assert _refused(tree, enemy.seal(frames.pack([deep]))) == (400, "bad_message")


def test_an_envelope_in_somebody_elses_name(tree: Tree, enemy: Enemy) -> None:
    sibling = tree_node(tree.counties[0])
    assert _refused(tree, enemy.by_hand(enemy.request(), kid=sibling)) == (400, "bad_signature")
    assert _refused(tree, enemy.by_hand(enemy.request(), kid=os.urandom(16))) == (400, "unknown_sender")


def test_a_body_that_doesnt_match(tree: Tree, enemy: Enemy) -> None:
    made = enemy.change({"text": "一"}, "note", os.urandom(16))
    sent = enemy.commit(made)
    other = CommitItem(sent.raw, (ChangeItem(0, made.salt, made.body + b"\0"),))
    assert enemy.told(other) == ["body_mismatch"]
    assert enemy.told(CommitItem(enemy.commit(made).raw, (ChangeItem(7, made.salt, made.body),))) == [
        "body_mismatch"
    ]
    assert _seq(tree.city, enemy.log) == enemy.seq, "what a good signature covers keeps its place"


def _seq(office: Office, log: bytes) -> int:
    return int(
        next((one["seq"] for one in office.ok("heads", staff=None)["items"] if one["log"] == log.hex()), 0)
    )


def test_commits_signed_by_nobody_or_for_another_log(tree: Tree, enemy: Enemy, record: str) -> None:
    county = keys.load(tree.counties[0].directory / keys.DIRECTORY)
    head = next(one for one in tree.city.heads() if one["node"] == county.node.hex())
    theirs = {"log": bytes.fromhex(head["log"]), "seq": head["seq"] + 1, "prev": bytes.fromhex(head["id"])}
    made = enemy.change({"round": 1}, "accept", bytes.fromhex(record))
    in_their_name = enemy.commit(made, kid=county.node, **theirs)
    own_name = enemy.commit(made, **theirs)
    unsigned = enemy.commit(made, signer=lambda message: bytes(64))
    assert enemy.told(in_their_name) == ["bad_signature"]
    assert enemy.told(own_name) == ["wrong_node"]
    assert enemy.told(unsigned) == ["bad_signature"]
    assert enemy.told(CommitItem(b"\xd2\x84garbage", ())) == ["bad_commit"]
    assert enemy.told(enemy.commit(made, log=os.urandom(16), seq=1, prev=ZERO)) == ["unknown_author"]
    assert _seq(tree.city, theirs["log"]) == head["seq"]
    assert _seq(tree.city, enemy.log) == enemy.seq


def test_another_logs_change_quoted_as_its_own(tree: Tree, enemy: Enemy) -> None:
    """Its id binds a change to its log (3.2)."""
    body = change.encode_body(change.Act("ticket/1", "note", (), {}, None))
    salt = os.urandom(16)
    stolen = change.Change(change.change_id(os.urandom(16), salt, body), salt, body)
    assert enemy.told(enemy.commit(stolen)) == ["body_mismatch"]


def test_acts_on_a_record_out_of_its_scope_bring_it_nothing(tree: Tree, enemy: Enemy, record: str) -> None:
    """It dispatches a sibling's ticket to itself, in its own name and in the city's."""
    shown = tree.city.show(record)
    dispatch = next(one for one in shown["timeline"] if one["action"] in ("assign", "dispatch", "lead"))
    data = {
        name: enemy.unit if name in ("unit", "to", "lead") else value
        for name, value in dispatch["data"].items()
    }
    heads = [bytes.fromhex(shown["timeline"][-1]["change"])[:16]]
    lies = [enemy.commit(enemy.change(data, dispatch["action"], bytes.fromhex(record), *heads), unit=unit)
            for unit in (enemy.unit, "370000/370200", "370000")]  # fmt: skip
    same_time = enemy.change(data, dispatch["action"], bytes.fromhex(record), *heads)
    lies.append(enemy.commit(same_time, time=enemy.time))
    brought = [enemy.send(*lies), enemy.send(), enemy.send()]
    bodies = [one.body for reply in brought for sent in reply.commits for one in sent.changes]
    assert [
        body for body in bodies if "与他无关的工单".encode() in body or bytes.fromhex(record) in body
    ] == []
    after = tree.city.show(record)
    assert (after["phase"], after["lead"], after["assignments"]) == (
        shown["phase"], shown["lead"], shown["assignments"])  # fmt: skip
    mine = [one for one in tree.city.exceptions() if one["record"] == record]
    assert {one["kind"] for one in mine} <= {"denied", "quarantine"} and len(mine) >= 1
    assert all(one["sentence"] and one["reason"] for one in mine)


def test_a_note_of_a_thousand_years_ahead_is_held(tree: Tree, enemy: Enemy, record: str) -> None:
    far = (1 << 58) + 5
    made = enemy.change({}, "note", bytes.fromhex(record))
    assert enemy.told(enemy.commit(made, time=far)) == []
    tree.counties[0].acts(act("note", record, text="时钟照常"))
    tree.quiet()
    for office in (tree.city, tree.counties[0]):
        *_, newest, held = office.show(record)["timeline"]
        assert (held["verdict"], held["reason"]) == ("held", "ahead")
        assert newest["words"]["text"] == "时钟照常" and newest["time"] < "2100", "nobody's clock followed it"


def test_the_good_children_go_on(tree: Tree, enemy: Enemy, record: str) -> None:
    assert tree.city.health()[1]["ok"]
    tree.counties[0].acts(act("note", record, text="照常办理"))
    tree.quiet()
    until(lambda: tree.counties[0].ok("sync", "--once", staff=None)["sent"] == 0)
    assert "照常办理" in str(tree.province.show(record))
    assert [office.problems() for office in tree.offices] == [[]] * 4
