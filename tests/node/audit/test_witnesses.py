"""What stands and receipts prove: a lie is found by who kept the other word, and no accident is taken for one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from node import stands
from node.audit.desk import Desk
from node.store import chain, links
from node.store import stands as store
from sync_protocol import commit, receipt, stand
from sync_protocol.change import Act
from sync_protocol.frontier import Position
from sync_protocol.stand import Head, Stored
from tests.node.forge import Forger
from tests.node.tree import Tree

HOUR_MS = stands.HOUR_MS


def found(tree: Tree, name: str) -> list[dict[str, Any]]:
    return [one for one in Desk(tree.reader(name)).verify()["problems"] if {"said"} <= one["evidence"].keys()]


def codes(tree: Tree, name: str) -> list[str]:
    return [one["code"] for one in found(tree, name)]


def rounds(tree: Tree) -> None:
    for _ in range(2):
        for each in (("k", "c"), ("s", "t"), ("c", "p"), ("t", "p")):
            tree.sync(*each)


@pytest.fixture
def lived(tree: Tree) -> Tree:
    """An hour later, and something happened everywhere."""
    rounds(tree)
    tree.later(HOUR_MS)
    for name in "kspct":
        tree.register(name)
    rounds(tree)
    return tree


class Liar:
    """Signs what it likes by a node's own keys; the node never hears of it."""

    def __init__(self, tree: Tree, name: str) -> None:
        self.tree, self.name, self.keys = tree, name, tree.at(name).keys
        with tree.at(name).work() as work:
            row = chain.log_row(work.db, work.log)
            newest = store.newest(work.db, work.node, work.log)
        assert row is not None and newest is not None
        self.row, self.newest = row, stand.parse(newest.raw)

    def says(self, *, seq: int = 0, id: bytes = b"", stored: Stored | None = None, later: int = 1) -> bytes:
        """A stand behind its newest one."""
        head = Head(self.row.log, seq or self.row.head.seq, id or self.row.head.id)
        made = stand.make(
            log=self.row.log, time_ms=self.newest.time_ms + later, heads=[head], frontier=bytes(32),
            stored=stored, kid=self.keys.node, signer=self.keys.sign,
        )  # fmt: skip
        return made.signed.raw

    def shows(self, to: str, *raws: bytes) -> None:
        with self.tree.at(to).work() as work:
            assert stands.take(work, raws, b"") == []


def signed(evidence: dict[str, str], key: bytes) -> list[str]:
    """What kinds of objects by that key it has."""
    kinds = []
    for raw in (bytes.fromhex(evidence[name]) for name in ("said", "otherwise")):
        for name, parse in (("stand", stand.parse), ("receipt", receipt.parse), ("commit", commit.parse)):
            try:
                one: Any = parse(raw)
            except Exception:  # noqa: S112
                continue
            one.verify(key)
            kinds.append(name)
            break
    return kinds


def test_in_an_honest_tree_nothing_is_found_by_anybody(lived: Tree) -> None:
    lived.later(HOUR_MS)
    for name in "kspct":
        lived.register(name)
    rounds(lived)
    assert [codes(lived, name) for name in "pctks"] == [[]] * 5


def test_a_node_that_names_another_commit_than_its_parent_holds_has_two_histories(lived: Tree) -> None:
    lived.register("k")
    rounds(lived)
    liar = Liar(lived, "k")
    liar.shows("p", liar.says(id=b"x" * 32))
    [one] = found(lived, "p")
    assert one["code"] == "two_histories" and one["evidence"]["node"] == liar.keys.node.hex()
    assert one["where"] == f"{liar.row.log.hex()}/{liar.row.head.seq}"
    assert sorted(signed(one["evidence"], liar.keys.sign_key)) == ["commit", "stand"]
    assert one["sentence"] and codes(lived, "c") == []


def test_a_sibling_that_holds_none_of_its_commits_proves_it_by_two_stands(lived: Tree) -> None:
    """The parent and the child of that city are shown different ones, and neither has to be believed."""
    liar = Liar(lived, "c")
    seq = liar.row.head.seq + 5
    liar.shows("t", liar.says(seq=seq, id=b"a" * 32), liar.says(seq=seq, id=b"b" * 32, later=2))
    [one] = found(lived, "t")
    assert one["code"] == "two_histories" and signed(one["evidence"], liar.keys.sign_key) == [
        "stand",
        "stand",
    ]


def test_a_commit_signed_again_is_found_where_the_first_was_named(lived: Tree) -> None:
    """Before it was sent anywhere but told in a stand: its author signs another in its place."""
    forger = Forger(lived, "k")
    first = forger.commit([forger.made(Act("ticket/1", "note", (), {}, b"r" * 16))])
    named = commit.parse(first.raw)
    liar = Liar(lived, "k")
    liar.shows("c", liar.says(seq=named.header.seq, id=named.id))
    lived.register("k")  # takes the same number
    lived.sync("k", "c")
    assert codes(lived, "c") == ["two_histories"]


def test_a_node_that_shows_less_than_before_has_dropped_it(lived: Tree) -> None:
    liar = Liar(lived, "k")
    with lived.at("k").work() as work:
        [(_, raw)] = chain.raws(work.db, liar.row.id, 1, 1)
    liar.shows("p", liar.says(seq=1, id=commit.parse(raw).id))
    [one] = found(lived, "p")
    assert one["code"] == "dropped" and one["where"].endswith(f"{liar.row.log.hex()}/2")
    assert signed(one["evidence"], liar.keys.sign_key) == ["stand", "stand"]
    liar.shows("p", liar.says(seq=liar.row.head.seq, later=2))
    assert codes(lived, "p") == [], "it has it again"


def test_another_list_of_as_many_commits_is_another_checkpoint(lived: Tree) -> None:
    liar = Liar(lived, "k")
    known = liar.newest.stored
    assert known is not None
    liar.shows("p", liar.says(stored=Stored(known.size, b"r" * 32)))
    assert codes(lived, "p") == ["checkpoint_differs"]
    liar.shows("t", liar.says(stored=Stored(known.size + 1, b"r" * 32)))
    assert codes(lived, "t") == []


def test_a_shorter_list_was_dropped_from(lived: Tree) -> None:
    liar = Liar(lived, "k")
    known = liar.newest.stored
    assert known is not None
    liar.shows("p", liar.says(stored=Stored(known.size - 1, b"r" * 32)))
    assert codes(lived, "p") == ["dropped"]


def test_a_parent_whose_newest_receipt_lacks_what_an_earlier_one_covered_has_dropped_it(lived: Tree) -> None:
    keys = lived.at("c").keys
    with lived.at("c").work() as work:
        life = work.log
    with lived.at("k").work() as work:
        peer = links.peer(work.db, keys.node)
        row = chain.log_row(work.db, work.log)
        assert peer is not None and row is not None
        [(_, raw)] = chain.raws(work.db, row.id, 1, 1)
        for at, held in enumerate(({}, {row.log: (Position(1, commit.parse(raw).id),)})):
            made = receipt.make(
                held, child=work.node, time_ms=work.now_ms + at, log=life, kid=keys.node, signer=keys.sign
            )
            links.keep_receipt(work.db, keys.node, made.raw, work.now_ms + at, ours=False)
    [one] = found(lived, "k")
    assert one["code"] == "dropped" and signed(one["evidence"], keys.sign_key) == ["receipt", "receipt"]


def test_a_receipt_by_a_clock_that_went_back_since_is_none_of_less(lived: Tree) -> None:
    """Seed 640009: what came first bore the later time."""
    with lived.at("c").work() as work:
        life = work.log
    keys = lived.at("c").keys
    with lived.at("k").work() as work:
        mine = chain.frontier(work.db, [work.node])
        for held, at in (({}, 9), (mine, 5)):
            made = receipt.make(
                held, child=work.node, time_ms=work.now_ms + at, log=life, kid=keys.node, signer=keys.sign
            )
            links.keep_receipt(work.db, keys.node, made.raw, work.now_ms + at, ours=False)
    assert codes(lived, "k") == []


@pytest.mark.parametrize("held", [True, False])
def test_a_receipt_that_doesnt_name_a_moved_units_log_drops_nothing(lived: Tree, held: bool) -> None:
    """Of our own alone is it known that it has to name them."""
    keys = lived.at("p").keys
    with lived.at("p").work() as work:
        life = work.log
    with lived.at("c").work() as work:
        mine = chain.frontier(work.db, [work.node])
        made = receipt.make(
            mine if held else {},
            child=work.node,
            time_ms=work.now_ms + 1,
            log=life,
            kid=keys.node,
            signer=keys.sign,
        )
        links.keep_receipt(work.db, keys.node, made.raw, work.now_ms + 1, ours=False)
    assert codes(lived, "c") == ([] if held else ["dropped"])


def test_who_alters_his_own_database_differs_from_what_he_had_signed(lived: Tree) -> None:
    with lived.sql("p") as db:
        db.execute(
            'UPDATE commit_ SET "commit" = randomblob(32) WHERE id = (SELECT max(id) - 3 FROM commit_)'
        )
    assert codes(lived, "p") == ["checkpoint_differs"]


def test_a_stand_that_somebody_altered_here_accuses_nobody(lived: Tree) -> None:
    liar = Liar(lived, "k")
    liar.shows("p", liar.says(id=b"x" * 32))
    with lived.sql("p") as db:
        db.execute(
            "UPDATE stand SET raw = CAST(substr(raw, 1, length(raw) - 1) || x'00' AS BLOB) WHERE evidence"
        )
        db.execute(
            "UPDATE stand SET raw = x'00' WHERE node = (SELECT value FROM setting WHERE name = 'node')"
        )
    assert set(codes(lived, "p")) == {"bad_stand"}
    lived.later(HOUR_MS)
    lived.register("k")
    rounds(lived)
    assert set(codes(lived, "p")) <= {"bad_stand"}, "and stops nothing"


def test_an_auditor_finds_what_its_province_was_shown(lived: Tree) -> None:
    lived.clock("a").advance(lived.clock("p").now_ms() - lived.clock("a").now_ms())
    lived.join("p", "a", lived.invite("p", "SJ01", "省总审计", role="auditor"))
    lived.sync("a", "p")
    liar = Liar(lived, "k")
    liar.shows("p", liar.says(id=b"x" * 32))
    for _ in range(2):
        lived.sync("a", "p")
    assert codes(lived, "a") == ["two_histories"]


# What is no lie


def test_who_was_restored_without_its_marker_is_told_of_by_its_new_log(lived: Tree, tmp_path: Path) -> None:
    lived.shut("k")
    shutil.copytree(lived.base / "k", tmp_path / "backup")
    lived.later(HOUR_MS)
    lived.register("k")
    rounds(lived)
    lived.shut("k")
    shutil.rmtree(lived.base / "k")
    shutil.copytree(tmp_path / "backup", lived.base / "k")
    (lived.base / "k" / "marker").unlink()
    lived.later(HOUR_MS)
    rounds(lived)
    lived.later(HOUR_MS)
    lived.register("k")
    rounds(lived)
    assert [codes(lived, name) for name in "pck"] == [[]] * 3


def test_who_was_put_back_by_a_snapshot_with_its_marker_is_shown_so_and_goes_on_in_a_new_log(
    lived: Tree, tmp_path: Path
) -> None:
    """The root, whom nobody tells that its envelopes are old: its children have what it said."""
    lived.shut("p")
    shutil.copytree(lived.base / "p", tmp_path / "snapshot")
    lived.later(HOUR_MS)
    lived.register("p")
    lived.register("c")
    rounds(lived)
    rounds(lived)
    lived.shut("p")
    shutil.rmtree(lived.base / "p")
    shutil.copytree(tmp_path / "snapshot", lived.base / "p")
    with lived.at("p").work() as work:
        before = work.log
    lived.later(HOUR_MS)
    lived.sync("c", "p")
    with lived.at("p").work() as work:
        assert work.log != before
    for _ in range(2):
        rounds(lived)
    assert [codes(lived, name) for name in "pctks"] == [[]] * 5


def test_who_is_moved_revoked_or_has_new_keys_is_accused_of_nothing(lived: Tree) -> None:
    lived.do("k", "registry.replace")
    lived.sync("k", "c")
    lived.do("p", "registry.move", unit="370000/370900/370902", to="370000/370200/370902")
    for each in (("t", "p"), ("s", "t"), ("c", "p")):
        lived.sync(*each)
    for _ in range(3):
        lived.later(HOUR_MS)
        for name in "kspct":
            lived.register(name)
        for each in (("k", "c"), ("s", "c"), ("c", "p"), ("t", "p")):
            lived.sync(*each)
    assert [codes(lived, name) for name in "pctks"] == [[]] * 5


def test_a_revoked_nodes_words_behind_its_kept_position_say_nothing(lived: Tree) -> None:
    liar = Liar(lived, "k")
    lived.do("c", "registry.revoke", unit="370000/370200/370211", reason="stolen")
    lived.quiet()
    kept = len(found(lived, "c"))
    liar.shows(
        "c",
        liar.says(seq=liar.row.head.seq + 3, id=b"a" * 32),
        liar.says(seq=liar.row.head.seq + 3, id=b"b" * 32, later=2),
    )
    with lived.at("c").work() as work:
        assert store.evidence(work.db, liar.keys.node) == 2
    assert kept == 0 and codes(lived, "c") == []
