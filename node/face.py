"""The public face of a node: what commands and screens see of it.

Reading is any process's own affair (reader.py). Writing goes through the daemon's socket where one runs;
where none does, this process takes the lock and is the writer. What a call doesn't need isn't imported:
beside a running node a command answers without opening the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node import config as configuration
from node import glance
from node.clock import SystemClock
from node.config import Config, Value
from node.entropy import SystemEntropy
from node.errors import NotFound
from node.language import say
from node.lock import Lock
from node.page import Page, Person, View
from node.transport import local

if TYPE_CHECKING:
    from node.audit.desk import Desk
    from node.bulletin.desk import Desk as Bulletins
    from node.lookup import Lookup
    from node.matters.draft import Verb
    from node.tables.columns import Column
    from node.writer import Writer

__all__ = ["Node", "Page", "Person", "View"]

Item = dict[str, Any]


class Node:
    def __init__(self, directory: Path, config: Config, language: str, *, beside: bool = False) -> None:
        self.directory = directory
        self._beside = beside
        self.config = config
        self.language = language
        self._own: tuple[Lock, Writer] | None = None
        self._written: tuple[int, int] = (0, 0)  # of the pulse
        self._stand: tuple[int, ...] = ()

    @classmethod
    def open(cls, directory: Path, *, language: str = "zh", beside: bool = False) -> Node:
        """`beside`: acts through the running daemon alone, and is never a writer itself. Raises NotFound `no_node`,
        Usage for a bad node.toml."""
        directory = Path(directory)
        if not (directory / glance.DATABASE).exists():
            raise glance.no_node(directory)
        return cls(directory, configuration.load(directory), language, beside=beside)

    @staticmethod
    def init(
        directory: Path, unit: str, name: str, *, root: bool = False, recovery: Path | None = None,
        given: Mapping[str, Value] | None = None,
    ) -> Item:  # fmt: skip
        """Makes a node in `directory`. `given`: settings for its node.toml. Raises as founding.init."""
        from node import founding

        return founding.init(
            Path(directory), unit, name, clock=SystemClock(), entropy=SystemEntropy(), root=root,
            recovery=recovery, given=given,
        )  # fmt: skip

    @staticmethod
    def join(directory: Path, invitation: str) -> Item:
        """Joins by HTTP with an invitation's line, making the node first where there is none.

        Raises RemoteError (a bad invitation, a refusal), Stale, LineDown.
        """
        from node import founding
        from node.transport.round import poster
        from sync_protocol import invitation as lines

        asked, place = lines.read(invitation), Path(directory)
        post = poster(place, asked.sign)
        return founding.join(place, asked, post, clock=SystemClock(), entropy=SystemEntropy())

    @staticmethod
    def replace_root(directory: Path, recovery: Path, following: Path, *, stolen: bool = False) -> Item:
        """Puts a new root in the place of the one in `directory`. Raises as rooting.replace_root."""
        from node.registry import rooting

        return rooting.replace_root(
            Path(directory), recovery, following, clock=SystemClock(), entropy=SystemEntropy(), stolen=stolen
        )

    def close(self) -> None:
        if "_reader" in self.__dict__:
            self._reader.close()
            del self._reader
        self._let_go()

    def _let_go(self) -> None:
        """Is no writer any more, if it was one."""
        if self._own is not None:
            (lock, writer), self._own = self._own, None
            writer.close()
            lock.release()

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Who and what this is

    @cached_property
    def _reader(self) -> Lookup:
        from node.lookup import Lookup

        return Lookup(self.directory, self.language)

    @property
    def id(self) -> bytes:
        return self._reader.id

    @property
    def unit(self) -> str:
        """This unit's path; before enrolment its bare code."""
        return self._reader.unit

    @property
    def unit_name(self) -> str:
        return self._reader.unit_name

    def begun(self) -> tuple[bool, bool, bool]:
        """Whether it is enrolled, waits for the reply to a request by file, and anybody can sign in."""
        return self._reader.begun()

    def status(self) -> Item:
        """As `qiao status`, and how the daemon's line to the parent stands (`line`) where one runs."""
        found = glance.status(self.directory)
        if found["parent"] and local.is_running(self.directory):
            found["line"] = self.line()
        return found

    def clock(self) -> Item:
        """As `qiao clock`, without what else `status` counts: `offset_ms`, `asked_ms`, `applied`, `question`."""
        return glance.clock(self.directory)

    def line(self) -> Item:
        """How the daemon's line to the parent stands: `standing`, `fault`; {} where none runs."""
        return self.do("line", {}) if local.is_running(self.directory) else {}

    def pulse(self) -> int:
        """Changes when records or exceptions do, by whichever process; cheap, for screens that watch. Not when a
        colleague's draft is kept, or a link's position: fifteen seats would draw each other's typing."""
        path = self.directory / (glance.DATABASE + "-wal")
        found = (path if path.exists() else self.directory / glance.DATABASE).stat()
        written = (found.st_mtime_ns, found.st_size)
        if written != self._written:
            self._written, self._stand = written, self._reader.stand()
        return hash(self._stand)

    def units(self) -> Sequence[Item]:
        return self._reader.units()

    def desks(self, matter: str) -> Mapping[str, Item]:
        return self._reader.desks(matter)

    def staff(self) -> Sequence[Item]:
        return self._reader.staff()

    def on_duty(self) -> frozenset[str]:
        """Staff ids of this unit's people who are on duty."""
        return self._reader.on_duty()

    def login(self, staff: str | None, password: str | None) -> Person:
        """Raises Forbidden `auth`, alike for every reason; Locked where a wrong one can't be noted."""
        alone = self._own is None and not local.is_running(self.directory)
        known = self._reader.login(staff, password) if alone else None
        if known is not None:
            return known
        try:
            found = self.do("login", {"staff": staff, "password": password})
        finally:
            if alone:
                self._let_go()
        return Person(found["id"], found["name"], frozenset(found["roles"]))

    def person(self, staff: str) -> Person | None:
        """Who signed in, as he is now: None once he was disabled, and his session is over."""
        return self._reader.person(staff)

    # Records (reader.py and lookup.py say what each gives and raises)

    def list(self, matter: str, **how: Any) -> Page:
        return self._reader.list(matter, **how)

    def views(self, matter: str, person: Person) -> Sequence[View]:
        return self._reader.views(matter, person)

    def search(self, text: str, matters: Sequence[str] = (), limit: int = 50) -> Page:
        return self._reader.search(text, matters, limit)

    def suggest(self, matter: str, text: str, limit: int = 5) -> Page:
        return self._reader.suggest(matter, text, limit)

    def cite(self, name: str, answers: Sequence[str], person: Person) -> Item:
        """Says by which records (ids or numbers) another was answered: it counts as their use. Raises NotFound,
        Forbidden, and Usage for a matter that names none."""
        from node import finding

        matter = self._reader.matter_of(name)
        return self.do("act", finding.cited(matter, name, answers), person)

    def earlier(self, phone: str | None = None, id_number: str | None = None, limit: int = 50) -> Page:
        return self._reader.earlier(phone, id_number, limit)

    def duplicates(self, fields: Mapping[str, Any], matter: str = "ticket", limit: int = 20) -> Page:
        return self._reader.duplicates(fields, matter, limit)

    def duplicates_of(self, matter: str, name: str, limit: int = 20) -> Page:
        return self._reader.duplicates_of(matter, name, limit)

    def suggest_unit(self, region: str | None = None, **regions: str | None) -> Sequence[Item]:
        return self._reader.suggest_unit(region, **regions)

    def suggest_units(self, matter: str, name: str) -> Sequence[Item]:
        return self._reader.suggest_units(matter, name)

    def unmatched(self, day: str | None = None) -> Item:
        return self._reader.unmatched(day)

    def codes(self, name: str, *, every: bool = False) -> Item:
        return self._reader.codes(name, every=every)

    def divisions(self) -> Sequence[Item]:
        return self._reader.divisions()

    def table(
        self, matter: str, columns: Sequence[Column], **how: Any
    ) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
        return self._reader.table(matter, columns, **how)

    def export(
        self, matter: str, path: Path, names: Sequence[str], person: Person, *, force: bool = False,
        codes: bool = False, second: tuple[str, str] | None = None, reason: str = "", **how: Any,
    ) -> Item:  # fmt: skip
        """All of a list into a new file, personal data masked; with `second` (staff id and password of another who
        agrees) and a `reason` in clear, which is signed before. Raises Stale `export_exists`, Forbidden
        `second_person`, as `list`, and as tables/writing.py."""
        from node import whole_file
        from node.matters import KINDS
        from node.second import personal
        from node.tables import columns, writing

        kind = KINDS[matter]
        chosen = columns.chosen(kind, names) if names else columns.exported(kind)
        whole_file.refuse_existing(Path(path), force)
        told = personal(kind.matter, (one.name for one in chosen)) if second is not None else []
        if second is not None and told:
            count = sum(1 for _ in self.table(matter, chosen[:1], person=person, **how))
            self.disclose(matter, told, count, reason, second, person)
        lines = self.table(matter, chosen, clear=bool(told), person=person, **how)
        rows = writing.write(Path(path), chosen, lines, force=force, codes=codes)
        return {"path": str(path), "rows": rows, "columns": [one.name for one in chosen]}

    def print(
        self, matter: str, name: str, path: Path | None, person: Person, *, hidden: Sequence[str] = (),
        force: bool = False,
    ) -> Item:  # fmt: skip
        """A record's sheet as a new PDF, masked; without `path` in the current directory, by its number. Raises Stale
        `export_exists`, NotFound, Usage `bad_columns`, DiskTrouble."""
        from node import paper

        found = self.show(matter, name)
        return paper.print_sheet(matter, found, path, self.unit_name, person.name, hidden=hidden, force=force)

    # By stick

    def bundle_export(self, to: str, file: Path, tell: Callable[[int, int], None]) -> Item:
        """All that is for a neighbour, into a new file that is read back; `tell`: letters and bytes so far. Raises as
        bundles/courier.py."""
        from node.bundles import courier

        return courier.export(self.do, to, Path(file), tell)

    def bundle_import(self, file: Path, tell: Callable[[int, int], None]) -> Item:
        """All of a sound file, nothing of a bad one. Raises as bundles/courier.py."""
        from node.bundles import courier

        return courier.take(self.do, Path(file), tell)

    # What a person keeps here, and what is news

    def draft_save(self, matter: str, verb: str, record: str | None, data: Item, person: Person) -> Item:
        """Durable when it returns. One a person and form; gone with its act (`draft` of an `act`), or after 30 days."""
        return self.do("draft.save", {"matter": matter, "verb": verb, "record": record, "data": data}, person)

    def draft_list(self, person: Person) -> Sequence[Item]:
        return self._reader.drafts(person.id)

    def draft_discard(self, name: str, person: Person) -> None:
        self.do("draft.discard", {"name": name}, person)

    def kept_views(self, matter: str, person: Person) -> Sequence[Item]:
        """The views that the person, or the unit, has kept: `name`, `shared`, `filters`, `columns`."""
        return self._reader.kept_views(matter, person.id)

    def preferences(self, person: Person) -> Item:
        """How the screens are to be for him, as he left them; {} at first."""
        return self._reader.preferences(person.id)

    def preferences_put(self, preferences: Item, person: Person) -> None:
        self.do("preferences.put", preferences, person)

    def notes(self, person: Person) -> Sequence[Item]:
        """What was left for the next shift here, the newest first: `name`, `text`, by whom and when, to whom work was
        handed over and how many records, and whether this person has `read` it."""
        return self._reader.notes(person.id)

    def presence(self, seat: str, record: str | None, person: Person) -> Sequence[str]:
        """Says what a seat shows, every five seconds; the staff ids of who else has that record open."""
        if self._own is None and not local.is_running(self.directory):
            return ()  # nobody keeps it, and to look at a list takes no lock
        others: Sequence[str] = self.do("presence", {"seat": seat, "record": record}, person)["others"]
        return others

    def news(self, after: int | None = None) -> Item:
        """`items` behind that number (event new, card or exception; number, unit), and `next`: for a bell. Without a
        number, only where it stands. Kept by the process that writes, for as long as it runs."""
        return self.do("news", {"after": after})

    def show(self, matter: str, name: str) -> Item:
        return self._reader.show(matter, name)

    def take_out(self, matter: str, name: str, which: str, target: Path, person: Person) -> Item:
        """Copies an attachment of a record to a new file. `which`: its number or hash. Raises NotFound, and
        as listing.take_out."""
        from node.attachments import listing

        found = listing.chosen(self.show(matter, name).get("attachments", ()), which)
        listing.take_out(
            self.directory,
            found,
            target,
            lambda content: self.do("attachment.again", {"hash": content}, person),
        )
        return found

    def allowed(self, matter: str, name: str | None, person: Person) -> Sequence[Verb]:
        return self._reader.allowed(matter, name, person)

    def policy(self) -> Item:
        return self._reader.policy()

    def calendar(self, year: int) -> Item:
        return self._reader.calendar(year)

    def stats(self, **how: Any) -> Item:
        return self._reader.stats(**how)

    def overdue(self, unit: str | None = None) -> Item:
        return self._reader.overdue(unit)

    def kline(self, bucket: str = "day", **how: Any) -> Item:
        return self._reader.kline(bucket, **how)

    def exceptions(self, kind: str | None = None, limit: int = 50, after: str | None = None) -> Page:
        return self._reader.exceptions(kind, limit, after)

    def exception(self, name: str) -> Item:
        return self._reader.exception(name)

    def erasures(self, name: str | None = None) -> Item:
        return self._reader.erasures(name)

    def notices(self, action: str, limit: int = 50, after: str | None = None) -> Page:
        return self._reader.notices(action, limit, after)

    def reveal(self, name: str, field: str, reason: str, person: Person) -> Item:
        """What is masked, behind a signed act: `value`, `values`. Raises as node/revealing.py."""
        return self.do("reveal", {"record": name, "field": field, "reason": reason}, person)

    def disclose(
        self,
        matter: str,
        fields: Sequence[str],
        count: int,
        reason: str,
        second: tuple[str, str],
        person: Person,
    ) -> None:
        """Before personal data are exported: signs that they are. `second`: staff id and password of another who
        agrees. Raises Forbidden `second_person`, Usage; the export is made only where this returns."""
        params = {"matter": matter, "fields": list(fields), "count": count, "reason": reason}
        self.do("disclose", {**params, "second": second[0], "second_password": second[1]}, person)

    # Proof

    def heads(self) -> Sequence[Item]:
        return self._reader.heads()

    def registry(self) -> Sequence[Item]:
        return self._reader.registry()

    def digest(self, unit: str | None = None) -> Item:
        return self._reader.digest(unit)

    def verify(self, every_signature: bool = False) -> Item:
        return self._reader.verify(every_signature)

    @property
    def audit(self) -> Desk:
        """What an auditor asks of this node."""
        from node.audit.desk import Desk

        return Desk(self._reader)

    @property
    def bulletins(self) -> Bulletins:
        """The monthly reports, published and drawn up."""
        from node.bulletin.desk import Desk

        return Desk(self._reader)

    def export_log(self, path: Path) -> Item:
        """Remembered, as no erasure reaches it afterwards."""
        found = self.audit.export_log(path)
        self.do("exported", {"path": str(path.resolve())})
        return found

    # Writing

    def do(self, operation: str, params: Mapping[str, Any], person: Person | None = None) -> Item:
        """An operation of the writer. Raises QiaoError; Locked after ten seconds behind another process."""
        staff = person.id if person else None
        params = self._with_files(operation, params)
        if self._own is None and local.is_running(self.directory):
            return local.do(self.directory, operation, dict(params), staff)
        writer = self._writer()
        if operation == "sync":
            return self._sync(writer, verify=bool(params.get("verify")))
        return writer.do(operation, params, staff)

    def check(self, operation: str, params: Mapping[str, Any], person: Person) -> Item:
        """Raises what `do` would, and signs nothing. Gives what `do` would, and of an act the `deadlines` that would
        run then; {} of what can't be tried."""
        if operation not in ("act", "acts"):
            return {}
        return self.do(operation, {**params, "dry_run": True}, person)

    def _with_files(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Files named by their paths are brought into the node's keeping before an act names them."""
        if operation != "act" or "attachments" not in (params.get("data") or {}):
            return params
        from node.attachments import upload

        if not upload.has_paths(params):
            return params
        return upload.brought(self.directory, self.config.attachment_max, params)

    def _writer(self) -> Writer:
        """Kept for as long as this node is open, so that a batch pays for it once."""
        if self._beside:
            raise local.no_daemon(self.directory)
        if self._own is None:
            from node.writer import Writer

            lock = Lock.take(self.directory)
            try:
                writer = Writer.open(self.directory, self.config, SystemClock(), SystemEntropy())
            except BaseException:
                lock.release()
                raise
            self._own = (lock, writer)
        return self._own[1]

    def _sync(self, writer: Writer, *, verify: bool) -> Item:
        from node.transport import round as rounds

        url = self.config.parent or writer.parent_url
        if not url:
            known = glance.status(self.directory)["parent"]
            raise NotFound(
                say(
                    "本节点没有上级，或不知道它的地址", "this node has no parent, or doesn't know its address"
                ),
                code="no_parent",
                hint="qiao sync --parent URL" if known else "qiao join --help",
            )
        return asyncio.run(rounds.once(writer, url, self.config, verify=verify)).as_dict()
