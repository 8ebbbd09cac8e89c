"""From a file to the node: batches, interruptions, rejects, and a file of strangers' messages."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from node.errors import LineDown, Usage
from node.matters import KINDS
from node.tables import feeding, mapping, reading
from node.tables.feeding import Counts
from node.tables.mapping import Map
from node.tables.rejects import Rejects
from tests.node.tree import Tree

TICKET = KINDS["ticket"]
HEADINGS = ["external_id", "渠道", "诉求类别", "主题", "诉求内容", "诉求金额（元）", "联系电话"]


def _file(tmp_path: Path, *rows: list[str], name: str = "t.csv", encoding: str = "gb18030") -> Path:
    path = tmp_path / name
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return path


def _row(number: int, **more: str) -> list[str]:
    given = {
        "external_id": f"x{number}",
        "渠道": "电话",
        "诉求类别": "求决",
        "主题": "legal/labour",
        "诉求内容": f"第{number}件",
    }
    return [{**given, **more}.get(one, "") for one in HEADINGS]


def _feed(
    path: Path, take: Callable[[dict[str, Any]], dict[str, Any]], given: Map | None = None
) -> tuple[Counts, Path | None]:
    counts = Counts()
    with reading.opened(path) as table:
        mapped = given or mapping.plain(TICKET, table.headings)[0]
        feeding.check(TICKET, mapped, table, path)
        rejects = Rejects(path, table.headings)
        try:
            feeding.feed(TICKET, mapped, table, rejects, counts, take, lambda _: None, date(2026, 11, 21))
        finally:
            rejects.close()
    return counts, rejects.path


def _node(tree: Tree) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda asked: tree.do("p", "import.rows", "a", **asked)


def test_rows_are_taken_in_batches_and_rejects_told_at_their_fields(tree: Tree, tmp_path: Path) -> None:
    rows = [_row(n) for n in range(600)]
    rows[3] = _row(3, **{"诉求金额（元）": "一千", "渠道": "电报"})
    rows[500] = _row(500, 诉求内容="")
    rows[501] = _row(501, 联系电话="1.38E+10")
    path = _file(tmp_path, *rows)
    asked: list[int] = []

    def take(params: dict[str, Any]) -> dict[str, Any]:
        asked.append(len(params["rows"]))
        return _node(tree)(params)

    counts, rejected = _feed(path, take)
    assert (counts.imported, counts.rejected, counts.skipped) == (597, 3, 0)
    assert max(asked) <= feeding.BATCH and sum(asked) == 598
    assert rejected is not None and rejected.stat().st_mode & 0o777 == 0o600
    with rejected.open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert [(one["_row"], one["_field"], one["_code"]) for one in told] == [
        ("5", "amount_claimed；channel", "bad_value；unknown_code"),
        ("502", "narrative", "missing_field"),
        ("503", "worker_phone", "lost_digits"),
    ]
    assert told[0]["诉求金额（元）"] == "一千" and "电报" in told[0]["_reason"]


def test_mended_rejects_are_a_file_like_any_other(tree: Tree, tmp_path: Path) -> None:
    path = _file(tmp_path, _row(1, 渠道="电报", 诉求内容="=1+1"), _row(2))
    _, rejected = _feed(path, _node(tree))
    assert rejected is not None
    rejected.write_text(rejected.read_text("utf-8-sig").replace("电报", "电话"), encoding="utf-8")
    counts, again = _feed(rejected, _node(tree))
    assert counts.imported == 1 and again is None
    items = tree.reader("p").list("ticket", columns=["narrative", "external_id"]).items
    assert {one["external_id"]: one["narrative"] for one in items} == {"x1": "=1+1", "x2": "第2件"}


def test_a_second_run_after_one_that_was_cut_off_goes_on(tree: Tree, tmp_path: Path) -> None:
    path = _file(tmp_path, *[_row(n) for n in range(600)])
    batches = 0

    def cut(params: dict[str, Any]) -> dict[str, Any]:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise KeyboardInterrupt
        return _node(tree)(params)

    with pytest.raises(KeyboardInterrupt):
        _feed(path, cut)
    counts, _ = _feed(path, _node(tree))
    assert (counts.skipped, counts.imported) == (250, 350)
    assert tree.verify("p") == []


def test_what_the_node_refuses_altogether_ends_the_run(tmp_path: Path) -> None:
    def gone(_: dict[str, Any]) -> dict[str, Any]:
        raise LineDown("weg", code="daemon_gone")

    with pytest.raises(LineDown):
        _feed(_file(tmp_path, _row(1)), gone)


def test_nothing_is_written_over(tree: Tree, tmp_path: Path) -> None:
    path = _file(tmp_path, _row(1, 渠道="电报"))
    names = [found.name for _ in range(3) if (found := _feed(path, _node(tree))[1]) is not None]
    assert names == ["t.csv.rejects.csv", "t.csv.rejects-2.csv", "t.csv.rejects-3.csv"]


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        ("渠道,诉求内容\n", "no_external_id"),
        ("external_id,别的\n", "unknown_columns"),
        ("external_id,渠道,渠道\n", "doubled_columns"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_before_its_first_row(
    tmp_path: Path, headings: str, code: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(headings + "1,2,3\n", encoding="utf-8")
    with pytest.raises(Usage) as caught:
        _feed(path, lambda _: pytest.fail("nothing is asked"))
    assert caught.value.code == code


def test_a_name_that_a_later_line_of_jsonl_brings_is_told_there(tree: Tree, tmp_path: Path) -> None:
    good = {
        "external_id": "1",
        "channel": "web",
        "class": "enquiry",
        "topic": "legal/labour",
        "narrative": "问",
    }
    path = tmp_path / "t.jsonl"
    path.write_text(
        "\n".join(json.dumps(one) for one in (good, {**good, "external_id": "2", "narative": "x"}))
    )
    counts, _ = _feed(path, _node(tree))
    assert (counts.imported, counts.rejected) == (1, 1)


MESSAGES = """
matter = "ticket"
ignore = ["src", "user", "label", "label_kind", "keywords", "reply", "reply_time"]
[id]
column = "id"
prefix = "teddy-"
[columns]
title = "narrative"
time = "narrative"
content = "narrative"
[fixed]
channel = "web"
class = "resolution_request"
topic = "legal/labour"
[dates]
time = ["%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"]
"""


def test_real_citizens_messages_are_taken_in_once(tree: Tree, tmp_path: Path, data: Path) -> None:
    path = tmp_path / "messages.jsonl"
    source = data / "messages" / "teddy_labour_subset.jsonl.gz"
    path.write_bytes(gzip.decompress(source.read_bytes()))
    given = mapping.parse(TICKET, MESSAGES, "messages.toml")
    counts, rejected = _feed(path, _node(tree), given)
    assert counts.imported + counts.rejected == 725 and counts.imported >= 700
    assert (rejected is None) == (counts.rejected == 0)
    again, _ = _feed(path, _node(tree), given)
    assert (again.imported, again.skipped, again.rejected) == (0, counts.imported, counts.rejected)
    [found] = (
        tree.reader("p").list("ticket", sort="created", limit=1, columns=["narrative", "external_id"]).items
    )
    assert found["external_id"].startswith("teddy-") and "20" in found["narrative"]
