"""What the running node counts: operations, exchanges, refusals. Used on the daemon's event loop."""

from __future__ import annotations

from collections import Counter as Tally
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics

from .catalogue import COMMITS, COUNTED, SECONDS, Form

MOST_VALUES = 200  # of one label; what comes behind them is `other`
OTHER = "other"
UNKNOWN = "no_such_operation"
ACT = "act"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, that nobody reads


class Counts(Protocol):
    """Totals of exchanges with the parent, as transport's `Report` has them."""

    @property
    def sent(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def rounds(self) -> int: ...
    @property
    def bytes_up(self) -> int: ...
    @property
    def bytes_down(self) -> int: ...


class Bounded:
    """A label's values: whatever is asked for, only so many are ever told apart."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        if value not in self._known:
            if len(self._known) >= MOST_VALUES:
                return OTHER
            self._known.add(value)
        return value


class Meter:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made = {name: self._make(name) for name in COUNTED}
        self._operations, self._codes = Bounded(), Bounded()
        self._refused: Tally[str] = Tally()
        ProcessCollector(registry=self.registry)

    def _make(self, name: str) -> Any:
        metric = COUNTED[name]
        if metric.form is Form.COUNTER:
            return Counter(name, metric.says, metric.labels, registry=self.registry)
        buckets = SECONDS if name.endswith("_seconds") else COMMITS
        return Histogram(name, metric.says, metric.labels, registry=self.registry, buckets=buckets)

    def operated(self, operation: str, code: str, seconds: float) -> None:
        """An operation of the local socket; `code`: ok, or that of its refusal."""
        name = OTHER if code == UNKNOWN else self._operations(operation)
        self._made["qiao_operations_total"].labels(name, self._codes(code)).inc()
        if operation == ACT and code == "ok":
            self._made["qiao_act_seconds"].observe(seconds)

    def taken(self, commits: int, size: int, seconds: float) -> None:
        """A child's request, durable by now."""
        self._made["qiao_exchanges_total"].labels("child").inc()
        self._made["qiao_exchange_seconds"].observe(seconds)
        self._carried("from_child", commits, size)

    def answered(self, size: int) -> None:
        self._made["qiao_exchange_bytes_total"].labels("to_child").inc(size)

    def carried(self, counts: Counts) -> None:
        """Exchanges with the parent since this was told last."""
        if counts.rounds:
            self._made["qiao_exchanges_total"].labels("parent").inc(counts.rounds)
        self._carried("to_parent", counts.sent, counts.bytes_up)
        self._carried("from_parent", counts.received, counts.bytes_down)

    def _carried(self, way: str, commits: int, size: int) -> None:
        self._made["qiao_exchange_commits"].labels(way).observe(commits)
        self._made["qiao_exchange_bytes_total"].labels(way).inc(size)

    def line_failed(self, code: str) -> None:
        self._made["qiao_line_failures_total"].labels(self._codes(code)).inc()

    def refused(self, code: str) -> None:
        """A peer's request."""
        self._made["qiao_refused_total"].labels(self._codes(code)).inc()
        self._refused[self._codes(code)] += 1

    def refusals(self) -> Tally[str]:
        """Those since it was asked last, by code."""
        told, self._refused = self._refused, Tally()
        return told
