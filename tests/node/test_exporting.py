"""The verifiable export of every node, checked by the protocol and by an outsider's program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from node.errors import Stale
from sync_protocol import proof
from tests.node.tree import NARRATIVE, Tree

CHECK = Path(__file__).parent.parent / "vectors" / "check.py"


@pytest.fixture
def worked(tree: Tree) -> Tree:
    record = tree.dispatched()
    tree.act("k", "accept", record)
    tree.quiet()
    tree.act("c", "recall", record, unit="370211", text="另派")
    tree.act("c", "note", record, text="走后")
    tree.quiet()
    return tree


def outsider(path: Path) -> int:
    return subprocess.run([sys.executable, str(CHECK), "export", str(path)], capture_output=True).returncode


@pytest.mark.parametrize("name", ["p", "c", "k", "s"])
def test_the_export_of_every_node_verifies(worked: Tree, name: str) -> None:
    path = worked.base / "log.cbor"
    told = worked.reader(name).export_log(path)
    raw = path.read_bytes()
    assert good(raw)
    assert told["bytes"] == len(raw) and told["items"] > 5
    assert outsider(path) == 0


def test_every_flipped_bit_is_found(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    worked.reader("k").export_log(path)
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
    worked.reader("k").export_log(path)
    assert not good(path.read_bytes()[:-40])


def test_the_same_state_gives_the_same_bytes(worked: Tree) -> None:
    first, second = worked.base / "1", worked.base / "2"
    worked.reader("c").export_log(first)
    worked.reader("c").export_log(second)
    assert first.read_bytes() == second.read_bytes()


def test_an_existing_file_is_left_alone(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    path.write_text("mine")
    with pytest.raises(Stale):
        worked.reader("c").export_log(path)
    assert path.read_text() == "mine"


def test_a_siblings_export_holds_nothing_of_the_ticket(worked: Tree) -> None:
    path = worked.base / "log.cbor"
    worked.reader("s").export_log(path)
    assert NARRATIVE.encode() not in path.read_bytes()


def items(path: Path) -> list[list[object]]:
    return [cbor.decode(raw) for _, raw in sequence.items([path.read_bytes()])]


def test_what_was_erased_is_held_or_quarantined_is_absent_and_says_so(worked: Tree) -> None:
    record = worked.register("k")
    worked.quiet()
    forger = Forger(worked, "k")
    odd = forger.body(b"\xff")
    give(worked, "c", [forger.commit([odd]), forger.commit([forger.body(b"\xf6")], ahead_ms=20 * 60_000)])
    worked.do("p", "erase", record=record, ground="依法", fields=[])
    worked.quiet()
    path = worked.base / "log.cbor"
    worked.reader("c").export_log(path)
    why = [one[2] for one in items(path) if one[0] == "absent"]
    assert {"erased", "quarantined"} <= set(why)
    assert good(path.read_bytes()) and outsider(path) == 0


def test_a_badly_signed_commit_is_a_link_and_the_one_behind_it_verifies(worked: Tree) -> None:
    record = worked.register("k")
    worked.quiet()
    forger = Forger(worked, "k")
    bad = badly_signed(forger, forger.note(record, heads(worked, "k", record)))
    give(worked, "c", [bad, forger.commit(forger.note(record, heads(worked, "k", record)))])
    path = worked.base / "log.cbor"
    worked.reader("c").export_log(path)
    links = [one for one in items(path) if one[0] == "link" and one[4] == "lost"]
    assert len(links) == 1 and links[0][1] == forger.log
    assert good(path.read_bytes()) and outsider(path) == 0


def test_what_isnt_admitted_is_part_of_a_link(worked: Tree) -> None:
    record = worked.register("k")
    worked.act("k", "note", record, text="撤销之后的话")
    worked.quiet()
    keep = {"keep": [[one["log"], one["seq"] - 2, "00"] for one in worked.reader("p").heads()]}
    assert keep
    with worked.at("c").work() as work:
        from sync_protocol.roster import Admission, Cut, Place

        assert (Admission, Cut, Place, work)
