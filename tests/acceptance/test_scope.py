"""Nothing of a ticket for one county is ever on its sibling's disk or wire (promise R11)."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from node import keys
from sync_protocol import envelope, messages
from sync_protocol.change import parse_body
from tests.acceptance.office import Tree, at_once, given
from tests.acceptance.relay import Relay

pytestmark = pytest.mark.processes

RARE = "鼍龘靐厵"  # characters that nothing else here has
MOBILE = "13905329417"


@pytest.fixture(scope="module")
def records(tree: Tree) -> tuple[str, str]:
    """A ticket for the first county, then one for its sibling: what was to come has come by then."""
    one = given(tree, f"{RARE}拖欠工资", tree.counties[0], worker_phone=MOBILE)
    tree.counties[0].acts(
        {"matter": "ticket", "action": "note", "record": one, "data": {"text": f"已访{RARE}"}}
    )
    tree.quiet()
    return one, given(tree, "另一件：社保未缴", tree.counties[1])


def _needles(tree: Tree, record: str) -> list[bytes]:
    number = str(tree.province.show(record)["number"])
    texts = [RARE[:2], RARE[2:], MOBILE, number, record]
    return [bytes.fromhex(record), *(text.encode() for text in texts)]


def _found(directory: Path, needles: list[bytes]) -> set[bytes]:
    files = [path.read_bytes() for path in directory.rglob("*") if path.is_file()]
    return {needle for needle in needles if any(needle in content for content in files)}


def test_no_byte_of_it_is_on_the_siblings_disk(tree: Tree, records: tuple[str, str]) -> None:
    needles = _needles(tree, records[0])
    mine, sibling = (county.directory for county in tree.counties)
    assert set(needles) - _found(mine, needles) <= {records[0].encode()}, "the search itself finds them"
    assert _found(sibling, needles) == set()


def test_no_byte_of_it_was_on_the_siblings_wire(
    tree: Tree, records: tuple[str, str], relays: dict[str, Relay]
) -> None:
    county = tree.counties[1]
    brought = b"".join(_opened(county.directory, tree.city.directory, relays[county.code].replies()))
    assert bytes.fromhex(records[1]) in brought, "what is the sibling's own came this way"
    assert [needle for needle in _needles(tree, records[0]) if needle in brought] == []
    line = relays[county.code]
    sealed = b"".join(bytes(stream) for stream in (*line.up, *line.down))
    assert RARE.encode() not in sealed and "另一件".encode() not in sealed


def _opened(child: Path, parent: Path, replies: list[bytes]) -> list[bytes]:
    """What each envelope brought, opened with the child's own key."""
    own, theirs = keys.load(child / keys.DIRECTORY), keys.load(parent / keys.DIRECTORY)
    found = []
    for raw in replies:
        if raw[:1] != b"\x83" or envelope.receiver_of(raw) != own.node or len(raw) < 100:
            continue
        try:
            opened = envelope.open(raw, me=own.node, open=own.open, key_of=lambda _node: theirs.sign_key)
        except Exception:  # the answer to joining is sealed otherwise
            continue
        for item in messages.parse_reply(opened.envelope.payload).commits:
            found += [item.raw, *(one.body for one in item.changes)]
            for one in item.changes:
                parse_body(one.body)
    return found


def test_out_of_scope_reads_as_if_it_didnt_exist(tree: Tree, records: tuple[str, str]) -> None:
    sibling, record = tree.counties[1], records[0]
    number, other = str(tree.province.show(record)["number"]), secrets.token_hex(16)
    never = number[:-4] + "9999"
    calls = [(verb, name) for verb, names in (("show", (record, other, number, never)), ("accept", (record, other)))
             for name in names]  # fmt: skip
    told = at_once(lambda call: sibling("ticket", *call), calls)
    for (_, mine), there, (_, none), nowhere in zip(
        calls[::2], told[::2], calls[1::2], told[1::2], strict=True
    ):
        assert (there.code, nowhere.code) == (4, 4), (there, nowhere)
        assert (there.out, there.err) == (nowhere.out.replace(none, mine), nowhere.err.replace(none, mine))


def test_lists_and_search_dont_know_it(tree: Tree, records: tuple[str, str]) -> None:
    sibling = tree.counties[1]
    assert [item["record"] for item in tree.counties[0].ok("search", RARE[:2])["items"]] == [records[0]]
    assert sibling.ok("search", RARE[:2])["items"] == []
    assert records[0] not in {item["record"] for item in sibling.ok("ticket", "list")["items"]}
