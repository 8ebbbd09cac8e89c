"""Exports are out of reach, so they are listed."""

from __future__ import annotations

from node.erasure import exports
from tests.node.erasure.files import erase
from tests.node.tree import Tree


def test_exports_made_before_are_listed(tree: Tree) -> None:
    record = tree.register()
    with tree.at("p").work() as work:
        exports.note(work.db, "/usb/all.qlog", work.now_ms)
    tree.later(1000)
    told = erase(tree, "p", record)
    assert [one["path"] for one in told["items"][0]["exports"]] == ["/usb/all.qlog"]
