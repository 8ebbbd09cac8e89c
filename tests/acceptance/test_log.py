"""A day's work, with what goes wrong in one: nothing of its people is in the log, on stderr or among the metrics."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterator

import pytest

from node.errors import QiaoError
from node.logs import reading
from node.transport import local
from tests.acceptance.office import PASSWORD, Office, Tree, act

pytestmark = pytest.mark.processes

NAME, PHONE, ID_NUMBER = "欧阳拾柒", "13917171717", "370211198811223344"
NARRATIVE, TEXT, WRONG = "金丝雀砖厂拖欠工钱柒佰元", "已约谈金丝雀老板", "falsches-Wort-99"
STAFF_NAME = "赵"
SAID = (NAME, PHONE, ID_NUMBER, NARRATIVE, TEXT, WRONG, PASSWORD, "金丝雀", "Kanarienvogel")
FIELDS = {
    "channel": "phone", "class": "resolution_request", "topic": "legal/labour", "narrative": NARRATIVE,
    "worker_name": NAME, "worker_phone": PHONE, "worker_id_number": ID_NUMBER,
}  # fmt: skip


@pytest.fixture(scope="module")
def day(alone: Office) -> Iterator[Office]:
    """All that the log can tell, is told."""
    alone.environment["QIAO_LOG_LEVEL"] = "debug"
    alone.start()
    _work(alone)
    _faults(alone)
    yield alone
    alone.stop()
    del alone.environment["QIAO_LOG_LEVEL"]


def _work(office: Office) -> None:
    acts = [act("register", None, **FIELDS), act("note", "$1", text=TEXT), act("answer", "$1", text=TEXT)]
    assert len(office.acts(*acts)) == 3
    office.ok("search", NAME)


def _faults(office: Office) -> None:
    assert office("ticket", "note", "110000-20260101-0001", TEXT).code == 4
    assert office("search", NAME, QIAO_PASSWORD=WRONG).error == "auth"
    assert office("ticket", "register", "--channel", NAME, "--narrative", NARRATIVE).code == 2
    assert office("join", NARRATIVE, staff=None).code == 4
    for path in ("/sync", "/join", f"/{NAME.encode().hex()}"):
        office.exchange(path, (NARRATIVE + PHONE).encode())
    for operation, params in (
        (NAME, {}),
        ("Kanarienvogel", {"x": TEXT}),
        ("staff.add", {"id": NAME, "name": PHONE, "roles": 5}),  # a fault that nobody foresaw
        ("act", {"matter": "ticket", "verb": "note", "record": PHONE, "data": {"text": NARRATIVE}}),
    ):
        with contextlib.suppress(QiaoError):
            local.do(office.directory, operation, params, "op")
    line = http.client.HTTPConnection("127.0.0.1", office.port, timeout=20)
    line.request("GET", "/health?" + PHONE)
    line.getresponse().read()
    line.close()


def test_the_log_tells_what_happened(day: Office) -> None:
    events = {one["event"] for one in reading.newest(day.directory, 10_000)}
    assert {"node_started", "node_ready", "backup_started", "operation_done", "operation_failed"} <= events


def test_nothing_of_its_people_is_in_the_log(day: Office) -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (day.directory / "log").iterdir())
    assert (
        text
        and [word for word in SAID if word in text or word.encode("unicode_escape").decode() in text] == []
    )
    assert STAFF_NAME not in text.encode().decode("unicode_escape")


def test_nor_on_stderr_nor_among_the_metrics(day: Office) -> None:
    metrics = str(day.ok("metrics", staff=None)["text"])
    told = day.log.read_text(encoding="utf-8") + metrics
    assert 'qiao_operations_total{code="ok",operation="act"}' in metrics
    assert [word for word in SAID if word in told] == []


def test_nor_in_the_logs_of_a_tree_where_all_else_was_tried(tree: Tree) -> None:
    for office in tree.offices:
        lines = reading.newest(office.directory, 100_000)
        assert lines and all(set(one) <= ALLOWED for one in lines)
        assert PASSWORD not in str(lines)


ALLOWED = {
    "time", "level", "event", "code", "reason", "fault", "where", "part", "operation", "listen", "version", "library",
    "pid", "exit", "count", "bytes", "ms", "seconds",
}  # fmt: skip
