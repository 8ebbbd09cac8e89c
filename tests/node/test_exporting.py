"""The verifiable export of every node, checked by the protocol and by an outsider's program."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.audit.desk import Desk
from node.errors import Stale
from sync_protocol import cbor, proof, sequence
from tests.node.forge import Forger, badly_signed, give, heads
from tests.node.test_branches import fork, verdicts
from tests.node.tree import NARRATIVE, Tree, grown

CHECK = Path(__file__).parent.parent / "vectors" / "check.py"


@pytest.fixture(scope="module")
def prepared(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = grown(planted, tmp_path_factory.mktemp("worked"))
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.act("c", "note", record, text="走后")
    tree.quiet()
    tree.close()
    return tree.base


@pytest.fixture
def worked(prepared: Path, tmp_path: Path) -> Iterator[Tree]:
    found = grown(prepared, tmp_path, seed=3)
    yield found
    found.close()


def outsider(path: Path) -> int:
    return subprocess.run([sys.executable, str(CHECK), "export", str(path)], capture_output=True).returncode


@pytest.mark.parametrize("name", ["p", "c", "k", "s"])
def test_the_export_of_every_node_verifies(worked: Tree, name: str) -> None:
    path = worked.base / "log.cbor"
    told = Desk(worked.reader(name)).export_log(path)
    raw = path.read_bytes()
    assert good(raw)
    assert told["bytes"] == len(raw) and told["items"] > 5
    assert outsider(path) == 0


def test_every_flipped_bit_is_found(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    Desk(worked.reader("k")).export_log(path)
    raw = path.read_bytes()
    assert good(raw)
    for at in range(0, len(raw), len(raw) // 40):
        assert not good(flipped(raw, at)), at
    path.write_bytes(flipped(raw, len(raw) // 2))
    assert outsider(path) != 0


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1 << at % 8]) + raw[at + 1 :]


def good(raw: bytes) -> bool:
    return proof.verify(raw).ok


def test_an_export_that_is_cut_off_is_found(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    Desk(worked.reader("k")).export_log(path)
    assert not good(path.read_bytes()[:-40])


def test_the_same_state_gives_the_same_bytes(worked: Tree) -> None:
    first, second = worked.base / "1", worked.base / "2"
    Desk(worked.reader("c")).export_log(first)
    Desk(worked.reader("c")).export_log(second)
    assert first.read_bytes() == second.read_bytes()


def test_an_existing_file_is_left_alone(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    path.write_text("mine")
    with pytest.raises(Stale):
        Desk(worked.reader("c")).export_log(path)
    assert path.read_text() == "mine"


def test_a_siblings_export_holds_nothing_of_the_ticket(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    Desk(worked.reader("s")).export_log(path)
    assert NARRATIVE.encode() not in path.read_bytes()


def items(path: Path) -> list[list[object]]:
    return [cbor.decode(raw) for _, raw in sequence.items([path.read_bytes()])]


def test_what_was_erased_is_held_or_quarantined_is_absent_and_says_so(worked: Tree) -> None:
    record, other = worked.register("k"), worked.register("k")
    worked.quiet()
    forger = Forger(worked, "k")
    ahead = forger.note(other, heads(worked, "k", other))
    odd = forger.commit([forger.body(b"\xff")])
    give(worked, "c", [odd, forger.commit(ahead, ahead_ms=20 * 60_000)])
    worked.do("p", "erase", record=record, ground="依法", fields=[])
    worked.quiet()
    path = worked.base / "log.cbor"
    Desk(worked.reader("c")).export_log(path)
    why = [one[2] for one in items(path) if one[0] == "absent"]
    assert {"erased", "quarantined", "held"} <= set(why)
    assert good(path.read_bytes()) and outsider(path) == 0


def test_a_badly_signed_commit_is_a_link_and_the_one_behind_it_verifies(worked: Tree) -> None:
    record = worked.register("k")
    worked.quiet()
    forger = Forger(worked, "k")
    bad = badly_signed(forger, forger.note(record, heads(worked, "k", record)))
    give(worked, "c", [bad, forger.commit(forger.note(record, heads(worked, "k", record)))])
    path = worked.base / "log.cbor"
    Desk(worked.reader("c")).export_log(path)
    links = [one for one in items(path) if one[0] == "link" and one[4] == "lost"]
    assert len(links) == 1 and links[0][1] == forger.log
    assert good(path.read_bytes()) and outsider(path) == 0


def test_what_was_forged_far_beyond_a_logs_end_at_the_time_of_its_next_commit_verifies(worked: Tree) -> None:
    """It continues nothing that is here: no time is too early for it."""
    record = worked.register("k")
    worked.quiet()
    true, false = Forger(worked, "k"), Forger(worked, "k")
    false.salts = 100
    after = heads(worked, "k", record)
    far = false.commit(false.note(record, after), seq=10**6, prev=bytes(range(32)))
    give(worked, "c", [far, true.commit(true.note(record, after))])
    assert true.time == false.time
    path = worked.base / "log.cbor"
    Desk(worked.reader("c")).export_log(path)
    assert good(path.read_bytes()) and outsider(path) == 0


def test_branches_whose_times_are_the_same_verify_once_both_are_admitted(worked: Tree) -> None:
    """A copy whose clock stands signs at the times at which the other does."""
    record = worked.register("k")
    worked.quiet()
    first, others = fork(worked, record, record)
    give(worked, "c", [first, *others])
    for row in worked.reader("c").exceptions("quarantine").items:
        worked.do("c", "admit", id=row["id"])
    assert set(verdicts(worked, "c", record).values()) == {"stands"}
    path = worked.base / "log.cbor"
    Desk(worked.reader("c")).export_log(path)
    assert good(path.read_bytes()) and outsider(path) == 0


def test_what_was_revoked_is_part_of_a_link(worked: Tree) -> None:
    record = worked.register("k")
    for at in range(3):
        worked.act("k", "note", record, text=f"撤销之后的第{at}句")
    worked.quiet()
    (head,) = (one for one in worked.reader("c").heads() if one["unit"] == "370000/370200/370211")
    with worked.sql("c") as db:
        before, kept = db.execute(
            'SELECT c.seq, c."commit" FROM commit_ c JOIN log l ON l.id = c.log WHERE l.log = ? AND c.seq = ?',
            (bytes.fromhex(head["log"]), head["seq"] - 3),
        ).fetchone()
    keep = {"items": [{"log": head["log"], "seq": before, "id": kept.hex()}]}
    worked.do("c", "registry.revoke", unit="370211", reason="lost", keep=keep)
    path = worked.base / "log.cbor"
    Desk(worked.reader("c")).export_log(path)
    links = [one for one in items(path) if one[0] == "link" and one[4] == "revoked"]
    assert [one[1:4] for one in links] == [
        [bytes.fromhex(head["log"]), head["seq"], bytes.fromhex(head["id"])]
    ]
    assert "撤销之后".encode() not in path.read_bytes()
    assert good(path.read_bytes()) and outsider(path) == 0
