"""The beginning of a node: what is refused, and that a failed one leaves nothing in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import founding
from node.errors import DiskTrouble, Stale, Usage
from tests.node.tree import Tree


def test_a_root_enrols_itself_and_writes_its_recovery_key(bare: Tree) -> None:
    made = bare.found()
    assert made["enrolled"] and made["unit"] == "370000"
    assert len(made["fingerprint"].replace(" ", "")) == 64
    assert (bare.base / "p.pem").stat().st_mode & 0o777 == 0o600
    assert bare.verify("p") == []


def test_a_directory_with_a_node_takes_no_second(bare: Tree) -> None:
    bare.found()
    with pytest.raises(Stale) as fault:
        founding.init(bare.base / "p", "1", "x", clock=bare.clock("p"), entropy=bare.entropy("p"))
    assert fault.value.code == "node_exists"


@pytest.mark.parametrize(("unit", "name"), [("", "x"), ("3/7", "x"), ("37 ", "x"), ("37", ""), ("37", " ")])
def test_a_unit_needs_a_code_and_a_name(bare: Tree, unit: str, name: str) -> None:
    with pytest.raises(Usage):
        founding.init(bare.base / "x", unit, name, clock=bare.clock("x"), entropy=bare.entropy("x"))
    assert not (bare.base / "x").exists()


def test_a_root_needs_a_new_recovery_file(bare: Tree) -> None:
    where = bare.base / "there.pem"
    where.write_text("precious")
    for recovery, error in ((None, Usage), (where, Stale)):
        with pytest.raises(error):
            founding.init(bare.base / "p", "1", "x", clock=bare.clock("p"), entropy=bare.entropy("p"), root=True,
                          recovery=recovery)  # fmt: skip
    assert where.read_text() == "precious"


def test_of_a_founding_that_failed_nothing_stays_and_it_can_be_tried_again(bare: Tree) -> None:
    def found(recovery: Path) -> object:
        return founding.init(
            bare.base / "p", "370000", "山东", clock=bare.clock("p"), entropy=bare.entropy("p"), root=True,
            recovery=recovery,
        )  # fmt: skip

    with pytest.raises(DiskTrouble):
        found(bare.base / "no-such-folder" / "rec.pem")
    assert not (bare.base / "p" / "node.db").exists()
    assert found(bare.base / "rec.pem")
