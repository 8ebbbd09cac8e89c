"""Every metric of ours: its name, what it says, its labels. docs/operations.md lists them, and a test holds it to that.

No label has a value from outside: units are codes of the registry, codes and operations are bounded in number.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Form(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    form: Form
    says: str
    labels: tuple[str, ...] = ()


SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0)
COMMITS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

# What the process counts while it runs
COUNTED: Mapping[str, Metric] = {
    "qiao_operations_total": Metric(
        Form.COUNTER,
        "Operations asked for through the local socket, by their outcome.",
        ("operation", "code"),
    ),
    "qiao_act_seconds": Metric(Form.HISTOGRAM, "From an act being asked for to its being durable."),
    "qiao_exchanges_total": Metric(Form.COUNTER, "Exchanges, with the parent or with children.", ("with",)),
    "qiao_exchange_seconds": Metric(
        Form.HISTOGRAM, "Taking a child's request in, waiting for the writer included."
    ),
    "qiao_exchange_commits": Metric(Form.HISTOGRAM, "Commits that one of them carried.", ("way",)),
    "qiao_exchange_bytes_total": Metric(Form.COUNTER, "Bytes of bodies, both ways, HTTP left out.", ("way",)),
    "qiao_refused_total": Metric(Form.COUNTER, "Peers' requests refused, by code.", ("code",)),
    "qiao_line_failures_total": Metric(
        Form.COUNTER, "Tries to reach the parent that failed, by code.", ("code",)
    ),
}

# What is read when it is asked for
READ: Mapping[str, Metric] = {
    "qiao_info": Metric(Form.GAUGE, "1; the program's version and the unit's code.", ("version", "unit")),
    "qiao_health": Metric(Form.GAUGE, "1 while the database can be read and written, else 0."),
    "qiao_warning": Metric(Form.GAUGE, "1 for each warning of /health.", ("code",)),
    "qiao_line": Metric(Form.GAUGE, "1 for how the line to the parent stands.", ("standing",)),
    "qiao_commits_total": Metric(Form.COUNTER, "Commits stored since the node was made."),
    "qiao_changes_total": Metric(Form.COUNTER, "Changes stored since the node was made."),
    "qiao_pending_up_commits": Metric(Form.GAUGE, "Commits that no receipt of the parent covers."),
    "qiao_oldest_unsent_seconds": Metric(Form.GAUGE, "Age of the oldest of them; 0 where there is none."),
    "qiao_pending_down_commits": Metric(Form.GAUGE, "Commits that wait for a child.", ("unit",)),
    "qiao_child_seen_seconds": Metric(Form.GAUGE, "Since a child was heard last.", ("unit",)),
    "qiao_parent_seen_seconds": Metric(Form.GAUGE, "Since the parent was heard last."),
    "qiao_exceptions": Metric(Form.GAUGE, "Open exceptions, by kind.", ("kind",)),
    "qiao_breaches": Metric(Form.GAUGE, "Deadlines passed."),
    "qiao_clock_offset_seconds": Metric(Form.GAUGE, "The parent's time less this machine's, as applied."),
    "qiao_clock_asked": Metric(Form.GAUGE, "1 while a person is asked something about the clock."),
    "qiao_registry_age_seconds": Metric(Form.GAUGE, "Since the root's newest stamp that is here."),
    "qiao_backup_age_seconds": Metric(
        Form.GAUGE, "How old the replica is; 0 while nothing was written since."
    ),
    "qiao_database_bytes": Metric(Form.GAUGE, "Of the database file."),
    "qiao_wal_bytes": Metric(Form.GAUGE, "Of its write-ahead log."),
    "qiao_disk_free_bytes": Metric(Form.GAUGE, "On the disk where the node's directory is."),
    "qiao_writer_waiting": Metric(Form.GAUGE, "Jobs that wait for the writer, or are on it."),
    "qiao_writer_busy_seconds_total": Metric(Form.COUNTER, "Time that the writer has worked."),
}

# Of the process itself, as prometheus_client's own collector gives them on Linux
PROCESS = (
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_start_time_seconds",
    "process_open_fds",
    "process_max_fds",
)
