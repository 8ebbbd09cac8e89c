"""What is read from the node's own files when metrics are asked for."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from node.metrics.catalogue import READ
from node.metrics.reading import Readings, Standing
from tests.node.tree import NARRATIVE, PATHS, TICKET, Tree

STANDING = Standing("9.9.9", True, ("disk_low",), "idle", 2, 1.5)


def _text(directory: Path, standing: Standing = STANDING) -> str:
    registry = CollectorRegistry()
    registry.register(Readings(directory, standing))
    return generate_latest(registry).decode()


def test_a_nodes_standing_is_read_without_a_word_of_its_people(tree: Tree) -> None:
    tree.quiet()
    record = tree.register("c")
    tree.act("c", "dispatch", record, lead="370211")
    text = _text(tree.base / "c")
    for line in (
        f'qiao_info{{unit="{PATHS["c"]}",version="9.9.9"}} 1.0',
        "qiao_health 1.0",
        'qiao_warning{code="disk_low"} 1.0',
        'qiao_line{standing="idle"} 1.0',
        "qiao_writer_waiting 2.0",
    ):
        assert line in text, line
    values = {
        line.split()[0]: float(line.split()[1]) for line in text.splitlines() if not line.startswith("#")
    }
    assert values["qiao_pending_up_commits"] >= 2 and values["qiao_commits_total"] > 3
    assert values[f'qiao_pending_down_commits{{unit="{PATHS["k"]}"}}'] >= 2
    assert values["qiao_database_bytes"] > 0 and values["qiao_disk_free_bytes"] > 0
    for word in (NARRATIVE, TICKET["worker_name"], TICKET["worker_phone"]):
        assert word not in text


def test_all_that_is_catalogued_is_there_and_nothing_else(tree: Tree) -> None:
    found = {line.split()[2] for line in _text(tree.base / "p").splitlines() if line.startswith("# TYPE")}
    assert found == set(READ)


def test_of_a_database_that_cant_be_read_the_rest_is_told(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"rubbish" * 1000)
    text = _text(tmp_path, Standing("9", False))
    assert "qiao_health 0.0" in text and "\nqiao_breaches " not in text
