"""Stands that others keep, as a file: what one alone couldn't prove, two together do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from node.audit.desk import Desk
from node.errors import Damaged
from sync_protocol import evidence
from tests.node.audit.test_witnesses import HOUR_MS, Liar, lived, rounds, signed
from tests.node.tree import Tree

__all__ = ["lived"]


def kept(tree: Tree, name: str) -> Path:
    path = tree.base / f"{name}.evidence"
    told = Desk(tree.reader(name)).evidence(path)
    assert told["receipts"] and told["stands"]
    return path


def test_a_machine_put_back_as_a_whole_learns_from_others_what_it_had_signed(lived: Tree) -> None:
    """Its marker and its stands are as old as its database: by itself it knows of nothing."""
    before = lived.base / "before"
    lived.shut("k")
    shutil.copytree(lived.base / "k", before)
    lived.register("k")
    lived.later(HOUR_MS)
    rounds(lived)
    told, key = kept(lived, "c"), lived.at("k").keys.sign_key
    lived.shut("k")
    shutil.rmtree(lived.base / "k")
    before.rename(lived.base / "k")
    desk = Desk(lived.reader("k"))
    assert desk.verify()["ok"]
    found = desk.verify(against=[told])["problems"]
    assert {one["code"] for one in found} == {"dropped", "checkpoint_differs", "receipted_missing"}
    [dropped] = [one for one in found if one["code"] == "dropped"]
    assert signed({"otherwise": "", **dropped["evidence"]}, key) == ["stand"]


def test_what_it_showed_to_one_and_to_another_is_laid_side_by_side(lived: Tree) -> None:
    lived.register("k")
    liar = Liar(lived, "k")
    seq = liar.row.head.seq + 5
    for later, (to, name) in enumerate((("p", b"x" * 32), ("t", b"y" * 32)), 1):
        liar.shows(to, liar.says(seq=seq, id=name, later=later))
        assert Desk(lived.reader(to)).verify()["ok"], "as far as one of them knows"
    [one] = Desk(lived.reader("p")).verify(against=[kept(lived, "t")])["problems"]
    assert one["code"] == "two_histories" and one["where"] == f"{liar.row.log.hex()}/{seq}"
    assert signed(one["evidence"], liar.keys.sign_key) == ["stand", "stand"]


def test_a_stand_that_its_signer_didnt_sign_proves_nothing(lived: Tree) -> None:
    raw = bytearray(Liar(lived, "k").says())
    raw[-1] ^= 1
    path = lived.base / "forged"
    path.write_bytes(b"".join(evidence.write(lived.at("c").keys.node, [], [bytes(raw)])))
    with pytest.raises(Damaged) as fault:
        Desk(lived.reader("p")).verify(against=[path])
    assert fault.value.code == "bad_evidence"
