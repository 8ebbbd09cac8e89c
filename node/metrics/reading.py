"""What is read when metrics are asked for: of the database, the disk, the line. With the driver alone, on a thread."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client import Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

from node import glance
from node.errors import QiaoError

from .catalogue import READ, Form

Values = Iterable[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the daemon alone knows: how its parts stand, now."""

    version: str
    healthy: bool
    warnings: tuple[str, ...] = ()
    line: str = ""
    waiting: int = 0
    busy_seconds: float = 0.0


@dataclass(eq=False)
class Readings:
    """A collector of prometheus_client's, of one moment."""

    directory: Path
    standing: Standing
    found: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.found = {
            **_of_standing(self.standing),
            **_of_files(self.directory),
            **_of_database(self.directory),
        }
        unit = self.found.pop("unit", "")
        self.found["qiao_info"] = [((self.standing.version, str(unit)), 1)]

    def collect(self) -> Iterator[Metric]:
        for name, metric in READ.items():
            family = CounterMetricFamily if metric.form is Form.COUNTER else GaugeMetricFamily
            made = family(name, metric.says, labels=metric.labels)
            for labels, value in self.found.get(name, ()):
                made.add_metric(labels, value)
            yield made


def _of_standing(standing: Standing) -> dict[str, Values]:
    return {
        "qiao_health": [((), float(standing.healthy))],
        "qiao_warning": [((code,), 1) for code in standing.warnings],
        "qiao_line": [((standing.line,), 1)] if standing.line else [],
        "qiao_writer_waiting": [((), standing.waiting)],
        "qiao_writer_busy_seconds_total": [((), standing.busy_seconds)],
    }


def _of_files(directory: Path) -> dict[str, Values]:
    try:
        free = shutil.disk_usage(directory).free
    except OSError:
        return {}
    return {
        "qiao_database_bytes": [((), _size(directory / glance.DATABASE))],
        "qiao_wal_bytes": [((), _size(directory / f"{glance.DATABASE}-wal"))],
        "qiao_disk_free_bytes": [((), free)],
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _of_database(directory: Path) -> dict[str, Any]:
    """Nothing of a database that can't be read: `qiao_health` says so."""
    try:
        return {**_of_status(glance.status(directory)), **_of_counts(glance.counts(directory))}
    except QiaoError:
        return {}


def _of_counts(counts: Mapping[str, Any]) -> dict[str, Values]:
    return {
        "qiao_commits_total": [((), counts["commits"])],
        "qiao_changes_total": [((), counts["changes"])],
        "qiao_exceptions": [((kind,), count) for kind, count in counts["exceptions"].items()],
        "qiao_oldest_unsent_seconds": [((), counts["oldest_unsent_seconds"])],
        "qiao_parent_seen_seconds": _known(counts["parent_seen_seconds"]),
        "qiao_child_seen_seconds": [((unit,), age) for unit, age in counts["child_seen_seconds"].items()],
    }


def _of_status(status: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "unit": status["unit"],
        "qiao_pending_up_commits": [((), status["pending_up"])],
        "qiao_pending_down_commits": [
            ((unit,), one["commits"]) for unit, one in status["pending_down"].items()
        ],
        "qiao_breaches": [((), status["breaches"])],
        "qiao_clock_offset_seconds": [((), status["clock_offset_ms"] / 1000)],
        "qiao_clock_asked": [((), float(bool(status["clock_question"])))],
        "qiao_registry_age_seconds": _known(status["registry_age_seconds"]),
        "qiao_backup_age_seconds": _known(status["backup_age_seconds"]),
    }


def _known(value: float | None) -> Values:
    return [] if value is None else [((), value)]
