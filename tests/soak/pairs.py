"""Twelve pairs of acts done apart, by real commands on real nodes: what a user sees of each (product 1.2).

    python -m tests.soak.pairs [--keep DIR]

A province, two cities and two counties are made and joined over HTTP. Everybody works on until the lines are
cut: the processes are stopped, and each office does its act by its own command. Then all are started again, have
to come to one state, and say of each pair what it came to, what was overtaken, and by which command it is restored;
where somebody may restore it, he does. It has to be what docs/conflicts.md says.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.office import Office, Tree, act, at_once, register
from tests.cli.command import ROOT, run
from tests.soak.twelve import C2, PAIRS, C, Done, P, Pair, X, Y

PAGE = ROOT / "docs" / "conflicts.md"
_COMMAND = re.compile(r"qiao[^\n]* exceptions adopt ([0-9a-f]+)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="where the nodes are left")
    asked = parser.parse_args()
    begun = time.monotonic()
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
        failed = Trial(asked.keep).run()
    else:
        with tempfile.TemporaryDirectory(prefix="qiao-pairs-") as folder:
            failed = Trial(Path(folder)).run()
    print(f"{len(PAIRS)} pairs, {failed} not as the page says, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


@dataclass
class Case:
    """A pair and its tickets: records, numbers."""

    pair: Pair
    records: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    @property
    def record(self) -> str:
        return self.records[0]


class Trial:
    def __init__(self, base: Path) -> None:
        self.tree = Tree(base)
        self.city2, self.x, self.y = (Office(base, code) for code in (C2, X, Y))
        self.cases = [Case(pair) for pair in PAIRS]

    def run(self) -> int:
        """How many pairs didn't end as they should."""
        try:
            self._build()
            self._before()
            self._apart()
            at_once(Office.start, self._all)
            self.tree.quiet()
            self._agree()
            failed = sum(not self._told(case) for case in self.cases)
            self._agree()
            return failed
        finally:
            self.tree.stop()

    # The offices

    def _build(self) -> None:
        self.tree.build()
        self.tree.join(self.tree.province, self.city2)
        self.tree.counties = [self.x, self.y]
        at_once(lambda county: self.tree.join(self.tree.city, county), self.tree.counties)
        self.tree.counties.append(self.city2)  # stopped, started and asked as they are

    @property
    def _all(self) -> list[Office]:
        return self.tree.offices

    def _office(self, code: str) -> Office:
        return next(one for one in self._all if one.code == code)

    def _agree(self) -> None:
        self.tree.quiet()
        for upper, child in ((self.tree.province, self.tree.city), (self.tree.province, self.city2),
                             (self.tree.city, self.x), (self.tree.city, self.y)):  # fmt: skip
            mine, theirs = child.digest(), upper.digest(child.code)
            assert mine["digest"] == theirs["digest"], (upper.code, child.code)
            assert mine["undelivered_up"] == theirs["undelivered_down"] == 0, (upper.code, child.code)

    # What is done

    def _before(self) -> None:
        for case in self.cases:
            for _ in range(case.pair.tickets):
                made = self._office(case.pair.registrar).acts(register(case.pair.row.replace("|", "／")))
                case.records.append(made[0]["record"])
                case.numbers.append(made[0]["number"])
        for step in range(max(len(case.pair.before) for case in self.cases)):
            self._step(
                [(case, case.pair.before[step]) for case in self.cases if step < len(case.pair.before)]
            )

    def _step(self, done: Iterable[tuple[Case, Done]]) -> None:
        """The nth act of every pair: of each office in one batch, on every ticket of its pair."""
        lines: dict[str, list[Any]] = {}
        for case, one in done:
            lines.setdefault(one.office, []).extend(
                act(one.verb, record, **_data(one.words)) for record in case.records
            )
        for code, acts in lines.items():
            self._office(code).acts(*acts)
        self.tree.quiet()

    def _apart(self) -> None:
        """Each by its own command: while the lower offices have no line, then while nobody has one."""
        at_once(Office.stop, [self.x, self.y, self.city2])
        for case in self.cases:
            if case.pair.line:
                self._do(case)
        at_once(Office.stop, [self.tree.city, self.tree.province])
        for case in self.cases:
            if not case.pair.line:
                self._do(case)

    def _do(self, case: Case) -> None:
        for one in (*case.pair.below, *case.pair.above):
            if case.pair.line:
                self.tree.quiet(self.x, self.y, self.city2)
            words = [_filled(word, case) for word in one.words]
            self._office(one.office).ok("ticket", one.verb, case.numbers[one.on - 1], *words)

    # What it came to

    def _told(self, case: Case) -> bool:
        """Prints it; whether it is what the page says."""
        print(f"\n== {case.pair.row}\n   {_page(case.pair.row)}", flush=True)
        try:
            seen = self._seen(case)
            self._restored(case, seen)
        except AssertionError as fault:
            print(f"   NOT SO: {fault}")
            return False
        return True

    def _seen(self, case: Case) -> str:
        """The same at every node that has the ticket; returns what the city, else the province shows."""
        shown = {one.code: one.show(case.record) for one in self._all if _has(one, case.record)}
        told = {code: _outcome(found) for code, found in shown.items()}
        assert len(set(map(repr, told.values()))) == 1, told
        pair, found = case.pair, shown[P]
        assert _phase(found) == (pair.phase, pair.round), (_phase(found), pair.phase)
        statuses = _statuses(found)
        assert {unit: statuses.get(unit) for unit in pair.statuses} == pair.statuses, statuses
        assert _overtaken(found) == pair.overtaken, found["exceptions"]
        assert {name: found[name] for name in pair.shows} == pair.shows, found
        print(f"   alike on {' '.join(sorted(shown))}")
        self._left(case, shown)
        text = self._text(
            self.tree.city if C in shown else self.tree.province, "ticket", "show", case.numbers[0]
        )
        print(text)
        return text

    def _left(self, case: Case, shown: Mapping[str, Any]) -> None:
        """An office below that hasn't the ticket any more is told what became of what it did."""
        below = {one.office for one in case.pair.below} if case.pair.overtaken else set()
        for code in below - set(shown):
            told = self._text(self._office(code), "exceptions", "list", "--kind", "left")
            mine = told.split("\n")
            at = next(at for at, line in enumerate(mine) if case.numbers[0] in line)
            print(f"   at {self._office(code).name}, which it has left:\n" + "\n".join(mine[at : at + 2]))

    def _restored(self, case: Case, seen: str) -> None:
        """By the command that the ticket itself shows."""
        wanted = case.pair.restored
        commands = _COMMAND.findall(seen)
        assert len(commands) == len(case.pair.overtaken), "each that was overtaken has its command"
        if wanted is None:
            return
        office = self._office(wanted.by)
        print(f"   $ qiao --as op exceptions adopt {commands[0]}   ({office.name})")
        print(self._text(office, "exceptions", "adopt", commands[0]))
        self.tree.quiet()
        for one in self._all:
            if _has(one, case.record):
                found = one.show(case.record)
                now = _statuses(found)[wanted.unit] if wanted.unit else found["phase"]
                assert (now, _overtaken(found)) == (wanted.comes_to, frozenset()), (one.code, found)
        what = f"{wanted.unit} {wanted.comes_to}".strip()
        print(f"   restored: {what}; nothing is overtaken any more, on every node")

    def _text(self, office: Office, *words: str) -> str:
        done = run("--dir", str(office.directory), "--as", "op", *words,
                   environment={**office.environment, "LANG": "zh_CN.UTF-8"})  # fmt: skip
        assert done.code == 0, done
        return "\n".join(f"   | {line}" for line in done.out.splitlines())


def _data(words: tuple[str, ...]) -> dict[str, Any]:
    """Options as a batch's data."""
    flags = {"--pass": ("outcome", "pass"), "--grant": ("outcome", "grant"), "--final": ("final", True)}
    found: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word in flags:
            name, value = flags[word]
            found[name] = value
        else:
            name = word.removeprefix("--")
            value = next(rest)
            found[name] = (
                [value] if name == "co" else int(value) if value.isdigit() and name in ("days",) else value
            )
    return found


def _filled(word: str, case: Case) -> str:
    return case.numbers[int(word[1:]) - 1] if word.startswith("#") else word


def _page(row: str) -> str:
    """What the page says of a pair."""
    [found] = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| {row} |")]
    holds, listed = [cell.strip() for cell in found.strip("|").split("|")][2:]
    return f"holds: {holds}; listed: {listed}"


def _has(office: Office, record: str) -> bool:
    return any(one["record"] == record for one in office.listed())


def _phase(found: Mapping[str, Any]) -> tuple[str, int]:
    return found["phase"], found["round"]


def _statuses(found: Mapping[str, Any]) -> dict[str, str]:
    return {one["unit"].split("/")[-1]: one["status"] for one in found["assignments"]}


def _overtaken(found: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        one["by"]["action"]
        for one in found["exceptions"]
        if one["open"] and one["reason"].startswith("overtaken")
    )


def _outcome(found: Mapping[str, Any]) -> Any:
    lines = [(one["change"], one["verdict"], one["reason"]) for one in found["timeline"]]
    rows = sorted((one["id"], one["reason"], one["sentence"]) for one in found["exceptions"])
    return _phase(found), sorted(_statuses(found).items()), lines, rows, found["narrative"]


if __name__ == "__main__":
    sys.exit(main())
