"""What is counted, and that nobody outside can make a label."""

from __future__ import annotations

from types import SimpleNamespace

from prometheus_client.exposition import generate_latest

from node.metrics.catalogue import COUNTED, PROCESS
from node.metrics.meter import MOST_VALUES, Meter


def _text(meter: Meter) -> str:
    return generate_latest(meter.registry).decode()


def test_operations_are_counted_by_their_outcome_and_acts_are_timed() -> None:
    meter = Meter()
    meter.operated("act", "ok", 0.004)
    meter.operated("act", "forbidden", 0.001)
    meter.operated("invite", "ok", 9.0)
    text = _text(meter)
    assert 'qiao_operations_total{code="ok",operation="act"} 1.0' in text
    assert 'qiao_operations_total{code="forbidden",operation="act"} 1.0' in text
    assert 'qiao_act_seconds_bucket{le="0.005"} 1.0' in text and "qiao_act_seconds_count 1.0" in text


def test_exchanges_are_counted_each_way() -> None:
    meter = Meter()
    meter.taken(12, 3000, 0.01)
    meter.answered(200)
    meter.carried(SimpleNamespace(sent=3, received=4, rounds=2, bytes_up=50, bytes_down=60))
    text = _text(meter)
    for line in (
        'qiao_exchanges_total{with="child"} 1.0',
        'qiao_exchanges_total{with="parent"} 2.0',
        'qiao_exchange_commits_sum{way="from_child"} 12.0',
        'qiao_exchange_commits_sum{way="to_parent"} 3.0',
        'qiao_exchange_bytes_total{way="to_child"} 200.0',
        'qiao_exchange_bytes_total{way="from_parent"} 60.0',
    ):
        assert line in text, line


def test_no_name_that_somebody_asks_for_becomes_a_label_without_end() -> None:
    meter = Meter()
    meter.operated("王小明 13800001111", "no_such_operation", 0)
    for turn in range(MOST_VALUES * 2):
        meter.refused(f"code{turn}")
        meter.line_failed(f"code{turn}")
    text = _text(meter)
    assert "13800001111" not in text and 'operation="other"' in text
    assert text.count("qiao_refused_total{") <= MOST_VALUES + 1


def test_refusals_are_told_once() -> None:
    meter = Meter()
    meter.refused("busy")
    meter.refused("busy")
    assert dict(meter.refusals()) == {"busy": 2} and not meter.refusals()


def test_all_that_is_catalogued_is_there_and_nothing_else() -> None:
    found = {line.split()[2] for line in _text(Meter()).splitlines() if line.startswith("# TYPE")}
    assert found - set(PROCESS) == set(COUNTED)
