"""A week in the life of a node: province, city and two counties as real processes with the real Litestream.

    python -m tests.soak.week [--minutes 10] [--seed 1] [--old 0.2.2] [--json FILE]

Each day people work at every office, and something happens besides:

    Monday     nothing but work; metrics are looked at
    Tuesday    one county has no line until the evening
    Wednesday  the city dies by SIGKILL in mid-work, and its Litestream; then the county under it
    Thursday   a county's clock is 50 minutes ahead for the morning
    Friday     every office drills its backup; the city's disk is lost, and restored from the backup
    Saturday   the county that still ran an older release is upgraded in place
    Sunday     all are stopped whole and started again; everything is compared

The province's process lives from the first to the last day. The week has to end with every acknowledged act at every
office entitled to it, no forked log, stores that verify, equal digests, and nothing grown past its bound (growth.py).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from node.demo.line import Line
from tests.acceptance.office import Office, Tree, at_once, given, until
from tests.soak import growth, ledger
from tests.soak.growth import MB, Bounds, Sizes
from tests.soak.ledger import Acked, Ledger
from tests.soak.releases import LAST, Unavailable, release
from tests.soak.rounds import SECONDS, _hurried
from tests.soak.skew import Old
from tests.soak.writing import Writing, work

WORD = "correct horse battery"
WAL_MB, LOG_BYTES, LOG_FILES = 16, 1 << 16, 2
BOUNDS = Bounds(wal=(WAL_MB + 48) * MB, log=(LOG_FILES + 2) * LOG_BYTES)
AHEAD_SECONDS = 3000
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Week:
    def __init__(
        self, base: Path, random: Random, seconds: float, county: Callable[[Path, str], Office]
    ) -> None:
        self.base, self.random = base, random
        self.day_seconds = seconds / len(DAYS)
        self.lines: dict[str, Line] = {}
        self.tree = Tree(base, "370211", dial=self._dial)
        self.tree.counties.append(county(base, "370212"))
        self.ledger = Ledger()
        self.homes: dict[str, str] = {}  # ticket → the county that has it
        self.rows: list[tuple[str, str, Sizes]] = []
        self.told: list[dict[str, Any]] = []
        self.first: dict[str, Sizes] = {}
        for office in self.tree.offices:
            office.environment["QIAO_BACKUP_PASSPHRASE"] = WORD

    def _dial(self, code: str, port: int) -> int:
        self.lines[code] = Line(("127.0.0.1", port))
        return self.lines[code].port

    @property
    def near(self) -> Office:
        return self.tree.counties[0]

    @property
    def far(self) -> Office:
        return self.tree.counties[1]

    def replica(self, office: Office) -> Path:
        return self.base / "replicas" / office.code

    def say(self, what: str, **more: Any) -> None:
        self.told.append({"what": what, **more})
        figures = "".join(f", {name.replace('_', ' ')} {value}" for name, value in more.items())
        print(f"    {what}{figures}", flush=True)

    # The tree

    def build(self) -> None:
        self.tree.build()
        for office in self.tree.offices:
            if not isinstance(office, Old):
                self.settled(office)
        for county in self.tree.counties:
            self.homes[given(self.tree, f"{county.code} 的工单", county)] = county.code
        self.first = {one.code: growth.measured(one, self.replica(one)) for one in self.tree.offices}

    def settled(self, office: Office) -> None:
        """Small bounds, so that a compressed week comes to them; a backup elsewhere, and the keys apart."""
        office.stop()
        more = {
            "backup": f'path = "{self.replica(office)}"\nwal_mb = {WAL_MB}',
            "log": f'level = "debug"\nbytes = {LOG_BYTES}\nfiles = {LOG_FILES}',
        }
        path = office.directory / "node.toml"
        text = path.read_text(encoding="utf-8")
        for table, lines in more.items():
            text = _under(text, table, lines)
        path.write_text(text, encoding="utf-8")
        office.start()
        office.ok("backup", "keys", str(self.base / f"{office.code}.keys"), staff=None)
        until(lambda: office("backup", "now", staff=None).code == 0)

    # A day

    def play(self) -> None:
        days = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        for name, day in zip(DAYS, days, strict=True):
            begun, before = time.monotonic(), len(self.ledger.acked)
            print(f"  {name}", flush=True)
            day()
            while time.monotonic() - begun < self.day_seconds and day != self.sunday:
                self.worked()
            self.quiet()
            self.evening(name, len(self.ledger.acked) - before, time.monotonic() - begun)

    def evening(self, name: str, acts: int, seconds: float) -> None:
        for office in self.tree.offices:
            self.rows.append((name, office.code, growth.measured(office, self.replica(office))))
        self.say(f"{name} is over", acts_acknowledged=acts, seconds=round(seconds))

    def worked(self, *away: Office, during: Callable[[], None] | None = None) -> None:
        """One spell of work at every office but those, at once; `during`: what happens in the middle of it."""
        writings = [self._writing(one) for one in self.tree.offices if one not in away]
        if during is not None:
            for one in writings:
                one.come_to(3)
            during()
        for one in writings:
            one.end()
            self.ledger.enter(one.office.code, one.asked, one.results)

    def _writing(self, office: Office) -> Writing:
        records = self.known(office)[-4:]
        name = f"{office.code}.{len(self.ledger.acked)}"
        return Writing(office, work(self.random, office, None, records, name))

    def known(self, office: Office) -> list[str]:
        """Tickets that it and all above it have."""
        codes = [one.code for one in self.tree.counties]
        code = office.code if office.code in codes else self.random.choice(codes)
        return [record for record, home in self.homes.items() if home == code]

    def quiet(self) -> None:
        """Nothing lacks anywhere."""
        try:
            until(self._arrived, SECONDS)
        except AssertionError:
            raise AssertionError({code: len(some) for code, some in self.lost().items()}) from None

    def _arrived(self) -> bool:
        at_once(_hurried, reversed(self.tree.offices[1:]))
        return not self.lost()

    def lost(self) -> dict[str, list[Acked]]:
        """By office, which acknowledged acts it should have and hasn't: all of its tickets', whoever did them."""
        found = {}
        for office in self.tree.offices:
            here = ledger.changes(office.directory)
            due = [one for one in self.ledger.acked if self._due(office, one)]
            if missing := [one for one in due if one.change not in here]:
                found[office.code] = missing
        return found

    def _due(self, office: Office, one: Acked) -> bool:
        return office not in self.tree.counties or self.homes[one.record] == office.code

    def monday(self) -> None:
        for county in self.tree.counties:  # what the week's work is about, beside the first two
            self.homes[given(self.tree, f"{county.code} 周一的工单", county)] = county.code
        self.worked()
        told = self.tree.province.ok("metrics", staff=None)["text"]
        assert "qiao_health 1.0" in told, told
        self.say("the province's metrics say that it is well", metrics=told.count("\n"))

    def tuesday(self) -> None:
        self.lines[self.near.code].cut()
        for _ in range(2):
            self.worked()
        waiting = self.near.status()["pending_up"]
        assert waiting > 0
        self.lines[self.near.code].restore()
        begun = time.monotonic()
        self.quiet()
        self.say(
            "a county was without a line", commits_waited=waiting, caught_up_s=round(time.monotonic() - begun)
        )

    def wednesday(self) -> None:
        killed = []
        for office in (self.tree.city, self.near):

            def during(office: Office = office) -> None:
                for pid in _litestreams(office.directory):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                office.kill()

            self.worked(during=during)
            office.start()
        self.worked()
        assert self.tree.city.problems() == []
        self.say("the city and a county died in mid-work", litestreams_killed=len(killed))

    def thursday(self) -> None:
        """Work goes on by a clock that is wrong; when it is right again, what it dated ahead is adopted."""
        self.near.stop()
        self.near.environment["QIAO_CLOCK_OFFSET"] = str(AHEAD_SECONDS)
        self.near.start()
        self.worked()
        asked = self.near.status()["clock_question"]
        self.near.stop()
        del self.near.environment["QIAO_CLOCK_OFFSET"]
        self.near.start()
        self.worked(self.near)
        self.say(
            "a county's clock was 50 minutes ahead", asked=bool(asked), logs=len(self.near.status()["lives"])
        )

    def friday(self) -> None:
        for office in self.tree.offices:
            if not isinstance(office, Old):
                done = office.ok("backup", "drill", staff=None)
                assert done["verified"], done
        self.worked()
        self.quiet()
        city = self.tree.city
        city.kill()
        _gone(city.directory)
        city.directory.rename(self.base / "lost-disk")
        begun = time.monotonic()
        keys = str(self.base / f"{city.code}.keys")
        done = city.ok("restore", "--from", str(self.replica(city)), "--keys", keys, staff=None)
        city.start()
        seconds = round(time.monotonic() - begun, 1)
        self.worked()
        self.quiet()
        self.say("all drilled; the city's disk was lost and restored", bytes=done["bytes"], seconds=seconds)

    def saturday(self) -> None:
        old = self.far
        if not isinstance(old, Old):
            self.say("no older release could be had: nothing to upgrade")
            return
        self.worked()
        old.stop()
        new = old.upgraded()
        begun = time.monotonic()
        new.start()
        self.tree.counties[1] = new
        seconds = round(time.monotonic() - begun, 1)
        self.settled(new)
        self.first[new.code] = growth.measured(new, self.replica(new))
        self.worked()
        self.say(f"a county of {old.release.version} was upgraded in place", seconds=seconds)

    def sunday(self) -> None:
        self.worked()
        self.quiet()
        pid = self.tree.province.process
        for office in reversed(self.tree.offices[1:]):
            office.stop()
        for office in self.tree.offices[1:]:
            office.start()
        assert pid is self.tree.province.process and pid is not None and pid.poll() is None
        self.quiet()

    # The end

    def holds(self) -> None:
        until(self._agrees, SECONDS)
        found: dict[str, object] = {"lost": self.lost(), "forked": ledger.forks(self.tree)}
        for office in self.tree.offices:
            found[f"{office.code} verifies"] = office.problems()
            found[f"{office.code} isn't well"] = [] if office.health()[1]["ok"] else [office.health()]
            if not isinstance(office, Old):
                until(lambda office=office: office("backup", "now", staff=None).code == 0)
                last = growth.measured(office, self.replica(office))
                found[f"{office.code} grew"] = BOUNDS.broken(self.first[office.code], last)
                drilled = office.ok("backup", "drill", staff=None)["drills"]
                found[f"{office.code} drills"] = [one for one in drilled if not one["verified"]]
        turned = [one.code for one in self.tree.offices if (one.directory / "log/node.jsonl.1").exists()]
        self.say("logs that were turned over", of=" ".join(turned) or "none")
        open_ones = {office.code: _by_kind(office) for office in self.tree.offices}
        self.say("exceptions that are open", **{f"unit_{code}": kinds for code, kinds in open_ones.items()})
        failed = {name: some for name, some in found.items() if some}
        assert not failed, failed

    def _agrees(self) -> bool:
        at_once(_hurried, reversed(self.tree.offices[1:]))
        with contextlib.suppress(AssertionError):
            self.tree.agree()
            return True
        return False

    def close(self) -> None:
        for office in reversed(self.tree.offices):
            with contextlib.suppress(Exception):
                office.stop()
        self.tree.stop()
        for line in self.lines.values():
            line.cut()


def _under(text: str, table: str, lines: str) -> str:
    """Settings put under a table that stands there already, or that an older release's file lacks."""
    head = f"[{table}]\n"
    return text.replace(head, f"{head}{lines}\n", 1) if head in text else f"{text}\n{head}{lines}\n"


def _by_kind(office: Office) -> dict[str, int]:
    kinds = [one["kind"] for one in office.exceptions()]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def _litestreams(directory: Path) -> list[int]:
    from tests.soak import backups

    return backups._litestreams(directory)


def _gone(directory: Path) -> None:
    """Returns when nothing writes there any more."""
    until(lambda: not _litestreams(directory), 30)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument(
        "--old", choices=[*sorted(LAST), "none"], default="0.2.2", help="which a county begins with"
    )
    parser.add_argument("--json", type=Path, help="where the account is written, too")
    parser.add_argument("--keep", type=Path, help="a new folder in which everything is left")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with _folder(asked.keep) as base:
        county = _county(base, asked.old)
        begun = time.monotonic()
        week = Week(base, Random(asked.seed), asked.minutes * 60, county)
        fault = _ran(week)
        account = {
            "seed": asked.seed, "minutes": asked.minutes, "seconds": round(time.monotonic() - begun),
            "acts": len(week.ledger.acked), "told": week.told, "fault": fault,
            "sizes": [{"when": when, "unit": unit, **sizes.told()} for when, unit, sizes in week.rows],
        }  # fmt: skip
    if asked.json:
        asked.json.write_text(json.dumps(account, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(growth.table(week.rows))
    print(
        f"{account['acts']} acts acknowledged, {account['seconds']} s: {fault or 'the week held'}", flush=True
    )
    return 1 if fault else 0


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="qiao-week-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _county(base: Path, version: str) -> Callable[[Path, str], Office]:
    if version == "none":
        return Office
    try:
        of = release(version, base)
    except Unavailable as why:
        print(f"no county of {version}, {why}", flush=True)
        return Office
    return lambda folder, code: Old(folder, code, of)


def _ran(week: Week) -> str:
    """What went wrong, in short; empty where nothing did."""
    try:
        week.build()
        week.play()
        week.holds()
        return ""
    except Exception as fault:
        import traceback

        traceback.print_exc()
        return f"{type(fault).__name__}: {fault}"[:3000]
    finally:
        week.close()


if __name__ == "__main__":
    sys.exit(main())
