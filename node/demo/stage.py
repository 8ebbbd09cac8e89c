"""The seven offices of the demo: enrolled, started, asked whether they are quiet, and stopped again."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from node import glance
from node.errors import LineDown
from node.language import say

from .line import Line
from .office import Office

TREE = Path(__file__).with_name("tree.json")
CUT = "370211"  # the county whose line is dug up
AT_ONCE = 2  # commands in parallel: the demo is built for two cores
QUIET_SECONDS = 120.0
_LOOK_SECONDS = 0.2

# who works where: staff id, name, roles; the first of each becomes admin
PROVINCE = (
    ("op01", "赵接听", "operator lawyer"),
    ("pd01", "钱派单", "dispatcher supervisor"),
    ("hf01", "孙回访", "follow_up"),
    ("zj01", "李质检", "quality_checker"),
)
CITY = (("pd01", "周派单", "dispatcher supervisor operator"),)
COUNTY = (("jb01", "吴经办", "handler dispatcher operator lawyer"),)


class Stage:
    """A context: whatever happens inside, no process is left behind."""

    def __init__(self, root: Path, narrate: Callable[[str], None]) -> None:
        self.root = root
        self.narrate = narrate
        self.offices = _offices(root)
        self.line: Line | None = None
        self._files = 0

    def __enter__(self) -> Stage:
        (self.root / "logs").mkdir(parents=True, exist_ok=True)
        (self.root / "batches").mkdir(exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def top(self) -> Office:
        return next(one for one in self.offices.values() if one.parent is None)

    @property
    def cities(self) -> list[Office]:
        return self.children(self.top.code)

    @property
    def counties(self) -> list[Office]:
        return [county for city in self.cities for county in self.children(city.code)]

    def children(self, code: str) -> list[Office]:
        return [one for one in self.offices.values() if one.parent == code]

    def parent(self, code: str) -> str:
        found = self.offices[code].parent
        assert found is not None
        return found

    def build(self) -> None:
        """The root, then each level below it: invited, joined over HTTP, started, staffed."""
        top = self.top
        recovery = str(self.root / "recovery.key")
        top.call("init", "--unit", top.code, "--name", top.name, "--root", "--recovery", recovery)
        top.start()
        self._tell_up(top)
        _staff(top, PROVINCE)
        for level, people in ((self.cities, CITY), (self.counties, COUNTY)):
            self.each(level, partial(self._join, people))

    def _join(self, people: Iterable[tuple[str, str, str]], office: Office) -> None:
        upper = self.offices[self.parent(office.code)]
        address = upper.address
        if office.code == CUT:
            self.line = Line(("127.0.0.1", upper.port))
            address = self.line.address
        staff = PROVINCE[0][0] if upper is self.top else CITY[0][0]
        words = ["--unit", office.code, "--name", office.name, "--address", address]
        invitation = upper.call("invite", *words, staff=staff)["invitation"]
        office.call("join", invitation)
        office.start()
        self._tell_up(office)
        _staff(office, people)

    def _tell_up(self, office: Office) -> None:
        self.narrate(f"  {office.code} {office.name}  pid {office.pid}  {office.address}  {office.directory}")

    def each(self, offices: Iterable[Office], do: Callable[[Office], Any]) -> list[Any]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(do, offices))

    def batch(self, unit: str, acts: list[dict[str, Any]], staff: str) -> list[dict[str, Any]]:
        self._files += 1
        file = self.root / "batches" / f"{self._files:03d}-{unit}-{staff}.jsonl"
        return self.offices[unit].batch(file, acts, staff)

    def cut(self) -> None:
        assert self.line is not None
        self.line.cut()

    def restore(self) -> None:
        assert self.line is not None
        self.line.restore()

    def quiet(self, cut: str | None = None) -> None:
        """Returns when nothing waits on any line but that of `cut`. Raises LineDown after two minutes."""
        end = time.monotonic() + QUIET_SECONDS
        calm = 0
        while calm < 2:
            waiting = self._waiting(cut)
            calm = 0 if waiting else calm + 1
            if time.monotonic() > end:
                text = say(
                    f"两分钟后仍有未送达：{waiting}", f"still undelivered after two minutes: {waiting}"
                )
                raise LineDown(text, code="demo_failed")
            time.sleep(_LOOK_SECONDS)

    def _waiting(self, cut: str | None) -> dict[str, Any]:
        # What `qiao status` prints, without a process for every look.
        asked = [one for one in self.offices.values() if one.code != cut]
        found = {one.code: _pending(cut, glance.status(one.directory)) for one in asked}
        return {code: waiting for code, waiting in found.items() if waiting}

    def move_clocks(self, days: float) -> None:
        """All nodes together, by stopping and starting them; whose line was cut stays cut."""
        self.stop()
        for one in self.offices.values():
            one.environment["QIAO_CLOCK_OFFSET"] = str(round(days * 86400))
        self.each(self.offices.values(), Office.start)

    def stop(self) -> None:
        """Asks all, then waits for each; a second Ctrl-C meanwhile kills what is left."""
        for one in self.offices.values():
            one.ask_to_stop()
        with contextlib.ExitStack() as rest:
            for one in self.offices.values():
                rest.callback(one.stop)


def _offices(root: Path) -> dict[str, Office]:
    return {one.code: one for one in _read(root)}


def _read(root: Path) -> Iterator[Office]:
    for one in json.loads(TREE.read_text("utf-8")):
        yield Office(one["code"], one["name"], one["parent"], root / one["code"], root / "logs")


def _staff(office: Office, people: Iterable[tuple[str, str, str]]) -> None:
    by = None
    for staff, name, roles in people:
        office.add_staff(staff, name, roles, by)
        by = by or staff


def _pending(cut: str | None, status: dict[str, Any]) -> dict[str, Any]:
    """What waits at one office; nobody waits for the unit whose line is cut."""
    down = {
        unit: told["commits"]
        for unit, told in status["pending_down"].items()
        if told["commits"] and (cut is None or cut not in unit)
    }
    return down | ({"up": status["pending_up"]} if status["pending_up"] else {})
