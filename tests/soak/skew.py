"""Version skew: offices of a released version among today's, as real processes that replicate with one another.

    python -m tests.soak.skew [--version 0.1.0] [--only above]

Two trees of three offices: the old one stands between two of today's, and today's between two old ones. A ticket goes
its whole way; each office writes what the other version can't know; an old office is killed, and upgraded in the end.
What an old version can do has to arrive. What it can't understand it has to keep, name and pass on, without any
office stopping; where the two count alike their digests have to agree. What doesn't hold is told, line by line.
Where the release can't be had (no history, no packages) it says so and is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.acceptance.office import Office, Tree, act, given, register, submit, until
from tests.cli.command import Done
from tests.soak.releases import LAST, Release, Unavailable, release

SECONDS = 120.0


class Old(Office):
    """An office of a released version: asked by its own commands alone, as its database is its own affair."""

    def __init__(self, base: Path, code: str, of: Release) -> None:
        super().__init__(base, code)
        self.release = of

    def __call__(self, *words: str, staff: str | None = "op", **more: str) -> Done:
        done = subprocess.run(
            self._words("--json", *(("--as", staff) if staff else ()), *words),
            env={**self.release.environment(), **self.environment, **more},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def _words(self, *words: str) -> list[str]:
        return [str(self.release.python), "-P", "-m", "cli", "--dir", str(self.directory), *words]

    def begin(
        self, *words: str, staff: str | None = None, before: Callable[[], None] | None = None, **how: Any
    ) -> subprocess.Popen[bytes]:
        assert before is None
        environment = {**self.release.environment(), **self.environment}
        acting = ("--as", staff) if staff else ()
        return subprocess.Popen(
            self._words(*acting, *words), stdin=subprocess.DEVNULL, env=environment, **how
        )

    def status(self) -> Mapping[str, Any]:
        return dict(self.ok("status", staff=None))

    def show(self, record: str) -> Any:
        return self.ok("ticket", "show", record)

    def listed(self) -> Sequence[Any]:
        return list(self.ok("ticket", "list", "--limit", "500")["items"])

    def digest(self, unit: str | None = None) -> Any:
        done = self("digest", *(("--for", unit) if unit else ()), staff=None)
        assert done.code in (0, 5), done
        return done.json

    def exceptions(self, kind: str | None = None) -> Sequence[Any]:
        return list(self.ok("exceptions", "list", *(("--kind", kind) if kind else ()))["items"])

    def problems(self) -> Any:
        done = self("verify", staff=None)
        assert done.code in (0, 7), done
        return done.json["problems"]

    def upgraded(self) -> Office:
        """The same directory, by today's program."""
        new = Office(self.base, self.code)
        new.environment, new.port = self.environment, self.port
        return new


class Mixed(Tree):
    """Province, city, county of whichever versions."""

    def __init__(self, province: Office, city: Office, county: Office) -> None:
        self.province, self.city, self.counties = province, city, [county]
        self._dial = lambda _code, port: port

    @property
    def county(self) -> Office:
        return self.counties[0]

    def replace(self, old: Office, new: Office) -> None:
        self.province = new if self.province is old else self.province
        self.city = new if self.city is old else self.city
        self.counties = [new if one is old else one for one in self.counties]


class Account:
    """What held and what didn't, as it came out."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []

    def must(self, what: str, holds: Callable[[], Any]) -> bool:
        """A fault in asking is a failure of this line, not the end of the trial."""
        try:
            found = holds()
            held, told = (
                bool(found is None or found is True or found == []),
                "" if found is None else str(found),
            )
        except Exception as fault:
            held, told = False, f"{type(fault).__name__}: {fault}"
        self._put("held" if held else "FAILED", what, "" if held else told)
        return held

    def told(self, what: str, found: object) -> None:
        """No promise: what is so, for whoever reads."""
        self._put("told", what, str(found))

    def _put(self, outcome: str, what: str, more: str) -> None:
        self.rows.append({"outcome": outcome, "what": what, "more": more[:1200]})
        print(f"  {outcome:6} {what}{': ' + more[:1200] if more else ''}", flush=True)

    @property
    def failed(self) -> int:
        return sum(one["outcome"] == "FAILED" for one in self.rows)


class Trial:
    def __init__(self, tree: Mixed, account: Account) -> None:
        self.tree = tree
        self.account = account
        self.shared = ""  # the ticket with acts that only today's know
        self.erased: list[str] = []  # tickets of which a word was erased

    def play(self) -> None:
        tree, must = self.tree, self.account.must
        if not must("joined over HTTP, each below the other version", tree.build):
            return
        must("nothing waits on a line", tree.quiet)
        must("a ticket goes its whole way, and reads alike at every tier", self._life)
        must("what each office registers comes up", self._own)
        must("cut off, worked on, killed, started again: everything arrives", self._cut)
        self._comparable()
        self._unknown()
        must("nothing waits on a line, with what the old one doesn't know", tree.quiet)
        self._still()
        self._upgrade()
        for one in reversed(tree.offices):
            must(f"{one.code} stops whole", one.stop)

    # What every version can do

    def _life(self) -> None:
        tree = self.tree
        record = given(tree, "干了四个月，工资一分没给。", tree.county)
        tree.county.acts(act("accept", record), act("note", record, text="已联系单位"), submit(record))
        tree.quiet()
        tree.city.acts(act("review", record, unit=tree.county.code, outcome="pass"))
        tree.quiet()
        tree.province.acts(
            act("review", record, unit=tree.city.code, outcome="pass"),
            act("follow-up", record, outcome="satisfied", result=5, attitude=5, text="职工满意"),
            act("quality-check", record, outcome="pass"),
            act("archive", record),
        )
        tree.quiet()
        self._alike(record, "archived")

    def _alike(self, record: str, phase: str) -> None:
        shown = [one.show(record) for one in self.tree.offices]
        lines = [[(entry["change"], entry["verdict"]) for entry in one["timeline"]] for one in shown]
        assert {one["phase"] for one in shown} == {phase}, [one["phase"] for one in shown]
        assert lines[0] == lines[1] == lines[2], lines
        assert {verdict for _, verdict in lines[0]} == {"stands"}, lines[0]

    def _own(self) -> None:
        tree = self.tree
        made = {one.code: one.acts(register(f"{one.code} 自己登记的"))[0]["record"] for one in tree.offices}
        tree.quiet()
        here = {one["record"] for one in tree.province.listed()}
        assert here >= set(made.values()), set(made.values()) - here

    def _cut(self) -> None:
        tree = self.tree
        record = given(tree, "断线时也要办", tree.county)
        tree.county.kill()
        tree.city.acts(act("note", record, text="市里补充"))
        tree.county.start()
        tree.county.acts(act("accept", record), act("note", record, text="县里接着办"))
        tree.city.kill()
        tree.county.acts(submit(record))
        tree.city.start()
        tree.quiet()
        self._alike(record, "dispatched")

    # What only today's can

    def _unknown(self) -> None:
        tree, must = self.tree, self.account.must
        self.shared = given(tree, "新旧版本一起办的", tree.county)
        tree.county.acts(act("accept", self.shared))
        for office in tree.offices:
            if not isinstance(office, Old):
                what = f"{office.code}, of today, urges, attaches, entrusts, erases a word"
                must(what, lambda at=office: self._new(at))
        must("nothing waits on a line, with what the old one doesn't know", tree.quiet)
        must("every office has every act, and names what it doesn't know", self._named)
        must("work goes on beside it", self._on)

    def _new(self, office: Office) -> None:
        """Acts that 0.1.0 to 0.2.2 don't have, or 0.1.0 alone."""
        office.ok("ticket", "urge", self.shared, f"{office.code} 催办")
        office.ok("ticket", "attach", self.shared, str(office.file("工牌\n")))
        if office.code == self.tree.county.code:
            office.ok("ticket", "take", self.shared)
        other = office.acts(register(f"{office.code}：删掉其中的话"))[0]["record"]
        self.tree.quiet()
        office.ok(
            "erase", other, "--ground", "《个人信息保护法》第四十七条", "--fields", "narrative", "--yes"
        )
        self.erased.append(other)

    def _named(self) -> None:
        acts = [[entry["change"] for entry in one.show(self.shared)["timeline"]] for one in self.tree.offices]
        assert acts[0] == acts[1] == acts[2], acts
        for one in self.tree.offices:
            verdicts = {entry["action"]: entry["verdict"] for entry in one.show(self.shared)["timeline"]}
            assert verdicts["urge"] == ("unknown" if isinstance(one, Old) else "stands"), (one.code, verdicts)

    def _on(self) -> None:
        tree = self.tree
        tree.county.acts(submit(self.shared))
        tree.quiet()
        tree.city.acts(act("review", self.shared, unit=tree.county.code, outcome="pass"))
        tree.quiet()
        assert {one.show(self.shared)["phase"] for one in tree.offices} == {"dispatched"}

    def _still(self) -> None:
        tree, account = self.tree, self.account
        account.must("every office still runs", lambda: [one.code for one in tree.offices if _ended(one)])
        account.must(
            "no office met a fault of its own", lambda: [one.code for one in tree.offices if _broken(one)]
        )
        for one in tree.offices:
            if isinstance(one, Old):
                account.told(f"{one.code}, old, still holds words that were erased", bool(self._words(one)))
        for one in tree.offices:
            account.must(f"{one.code} verifies", one.problems)

    def _words(self, office: Office) -> list[str]:
        """Tickets whose erased words it still has."""
        shown = [one for one in office.listed() if one["record"] in self.erased]
        return [one["record"] for one in shown if "删掉其中的话" in one["title"]]

    def _comparable(self) -> None:
        """By digest where both fold the same matters; else ticket by ticket."""
        for upper, child in self.tree.links:
            mine, theirs = child.digest(), upper.digest(child.code)
            more = sorted(set(mine["matters"]) ^ set(theirs["matters"]))
            about = f"{upper.code} and {child.code}"
            if mine["digest"] == theirs["digest"]:
                self.account.told(f"{about} agree by 核对码; matters that one doesn't know", more)
            elif more:
                self.account.told(f"{about} can't be compared by 核对码: one doesn't know", more)
            else:
                self.account.must(f"{about} agree", lambda: False)
            what = f"{about} agree ticket by ticket"
            self.account.must(what, lambda upper=upper, child=child: _tickets_agree(upper, child))

    # The upgrade

    def _upgrade(self) -> None:
        tree, must = self.tree, self.account.must
        for old in [one for one in tree.offices if isinstance(one, Old)]:
            must(f"{old.code} is upgraded in place, and started", lambda at=old: self._renewed(at))
        must("nothing waits on a line behind the upgrade", tree.quiet)
        must("parent and child agree behind the upgrade", lambda: until(self._agrees))
        for one in tree.offices:
            must(f"{one.code} has no word that was erased", lambda at=one: self._words(at))
        must("files came whole to every office", lambda: until(self._whole, 200))
        must("acts that weren't known are folded behind the upgrade", self._named)
        for one in tree.offices:
            must(f"{one.code} verifies behind the upgrade", one.problems)

    def _renewed(self, old: Old) -> None:
        old.stop()
        new = old.upgraded()
        new.start()
        new.stop()
        refused = old("run", "--no-tui", "--listen", "127.0.0.1:0", staff=None)
        assert refused.code != 0 and b"Traceback" not in refused.err.encode(), refused
        self.account.told(f"{old.release.version} on the upgraded database refuses", refused.error)
        new.start()
        self.tree.replace(old, new)

    def _whole(self) -> bool:
        """The parts of a file follow behind the tickets, and are asked for again each minute."""
        shown = [one.show(self.shared)["attachments"] for one in self.tree.offices]
        return all(files and all(one["state"] == "present" for one in files) for files in shown)

    def _agrees(self) -> bool:
        try:
            self.tree.agree()
        except AssertionError:
            return False
        return True


def _tickets_agree(upper: Office, child: Office) -> None:
    theirs = {one["record"]: one for one in upper.listed()}
    for one in child.listed():
        other = theirs[one["record"]]
        assert (one["number"], one["phase"], one["title"]) == (
            other["number"],
            other["phase"],
            other["title"],
        )
        acts = [[(entry["change"], entry["verdict"]) for entry in at.show(one["record"])["timeline"]]
                for at in (upper, child)]  # fmt: skip
        assert acts[0] == acts[1], (one["number"], acts)


def _ended(office: Office) -> bool:
    return office.process is None or office.process.poll() is not None


def _broken(office: Office) -> bool:
    return b"Traceback" in office.log.read_bytes()


def play(name: str, of: Release, account: Account) -> None:
    with tempfile.TemporaryDirectory(prefix="qiao-skew-", ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        codes = ("370000", "370200", "370211")
        old = {"between": (False, True, False), "around": (True, False, True)}[name]
        made = [
            Old(base, code, of) if aged else Office(base, code) for code, aged in zip(codes, old, strict=True)
        ]
        tree = Mixed(*made)
        try:
            Trial(tree, account).play()
        finally:
            tree.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--version", choices=sorted(LAST), default="0.1.0")
    parser.add_argument("--only", choices=("between", "around"))
    parser.add_argument("--json", type=Path, help="where the account is written, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qiao-release-") as folder:
        try:
            of = release(asked.version, Path(folder))
        except Unavailable as why:
            print(f"skew with {asked.version}: SKIPPED, {why}", flush=True)
            return 0
        accounts = {}
        for name in ("between", "around"):
            if asked.only in (None, name):
                accounts[name] = account = Account()
                begun = time.monotonic()
                print(f"{asked.version} ({of.commit[:10]}) {name} today's:", flush=True)
                play(name, of, account)
                print(f"{name}: {account.failed} failed ({time.monotonic() - begun:.0f} s)", flush=True)
    if asked.json:
        told = {name: one.rows for name, one in accounts.items()}
        asked.json.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(one.failed for one in accounts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
