"""Exports are out of reach, so they are listed."""

from __future__ import annotations

from node.erasure import exports
from tests.node.erasure.files import erase
from tests.node.tree import Tree

HOUR_MS = 3_600_000


def test_exports_made_before_are_listed(tree: Tree) -> None:
    record = tree.register()
    with tree.at("p").work() as work:
        exports.note(work.db, "/usb/all.qlog", work.now_ms)
    tree.later(1000)
    told = erase(tree, "p", record)
    assert [one["path"] for one in told["items"][0]["exports"]] == ["/usb/all.qlog"]


def test_exports_made_before_the_order_came_here_are_listed(tree: Tree) -> None:
    """And so long what is destroyed went into backups, too."""
    record = tree.dispatched()
    told = erase(tree, "p", record)
    tree.later(HOUR_MS)
    with tree.at("k").work() as work:
        exports.note(work.db, "/usb/county.qlog", work.now_ms)
    tree.later(HOUR_MS)
    tree.quiet()
    with tree.at("k").work() as work:
        exports.note(work.db, "/usb/later.qlog", work.now_ms + 1)
    late, soon = tree.reader("k").erasures(record)["items"][0], told["items"][0]
    assert [one["path"] for one in late["exports"]] == ["/usb/county.qlog"]
    assert late["time"] == soon["time"] and late["backups_until"] > soon["backups_until"]
