"""docs/operations.md lists every event of the log, every metric and every check; and nothing that there isn't."""

from __future__ import annotations

import re

from node.doctor import checkup
from node.logs.events import EVENTS
from node.metrics.catalogue import COUNTED, PROCESS, READ
from tests.house.project import ROOT, read

PAGE = "docs/operations.md"


def _rows(head: str) -> dict[str, list[str]]:
    """First cell → all cells, of the table under that heading."""
    section = read(PAGE).partition(f"\n| {head} |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines()[2:]]
    return {row[0].strip("`"): row for row in rows}


def _quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_event_is_documented_with_its_fields() -> None:
    rows = _rows("event")
    assert {name: (says, tuple(_quoted(fields))) for name, (_, says, fields) in rows.items()} == dict(EVENTS)


def test_every_metric_is_documented_with_its_labels() -> None:
    rows = _rows("metric")
    told = {name: (form, says, tuple(_quoted(labels))) for name, (_, form, labels, says) in rows.items()}
    assert told == {name: (str(one.form), one.says, one.labels) for name, one in {**COUNTED, **READ}.items()}
    assert set(PROCESS) <= set(_quoted(read(PAGE)))


def test_every_finding_is_documented() -> None:
    told = {name for cell in _rows("check") for name in re.findall(r"[a-z_]+", cell)}
    made = set()
    for path in (ROOT / "node/doctor").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        made |= set(re.findall(r'Finding\(\s*"([a-z_]+)"', text)) | set(
            re.findall(r'_sound\(db, "([a-z_]+)"', text)
        )
    assert made == told
    assert len(checkup.NODE) > 10


def test_every_warning_of_health_is_documented_and_has_a_sentence() -> None:
    from node import health
    from node.commands.status import _WARNINGS

    codes = {health.DISK_LOW, health.UNFIT}
    assert codes <= set(_quoted(read(PAGE))) and codes <= set(_WARNINGS)
