"""What a matter's own file gives to the engine beside its declaration: verbs, reactions, clocks.

A verb (操作) is what a person asks for; it becomes one or more acts of one commit. A reaction is an act
that the node signs by itself, as `system`, because of what a record's state says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from conflict.declaration import Field, Matter
from conflict.state import Mark, State
from sync_protocol.names import covers


@dataclass(frozen=True, slots=True)
class Draft:
    """An act to be signed. `data` holds coded data and words together; the engine splits them by the
    declaration. `unit` is set where one acts on behalf of a hosted unit (挂靠单位); drafts of different
    units go into different commits, in the order given. With `matter` the draft begins a record of another
    matter; a later draft of the commit has that record's id (hex) in the datum that it calls `begun`."""

    action: str
    data: Mapping[str, Any] = field(default_factory=dict)
    unit: str | None = None
    record: bytes | None = None  # another record of this matter than the one that was asked about
    matter: str = ""
    begun: str = ""


class Tree(Protocol):
    """The units known to the registry."""

    def path(self, unit: str) -> str | None:
        """The full path for a code or a path; None when there is no such unit."""

    def name(self, path: str) -> str: ...
    def kind(self, path: str) -> str: ...  # place industry enterprise department
    def host(self, path: str) -> str | None:
        """The unit whose node acts for this hosted unit; None where it has a node of its own."""

    def below(self, path: str) -> list[str]: ...
    def works(self, path: str) -> bool:
        """Whether work can go there: not where the office was retired (撤并), nor to auditors. One that lost its
        computer gets its work when it has another."""


class Policies(Protocol):
    """The root's policy record through time (node/deadlines/policies.py)."""

    def at(self, moment_ms: int) -> Mapping[str, Any]:
        """The policy in force at that instant, whole: defaults filled in."""


class WorkingDays(Protocol):
    """Which days are worked (node/deadlines/calendar.py)."""

    def end_of(self, start_ms: int, days: int, pauses: Sequence[tuple[int, int | None]] = ()) -> int:
        """24:00 of the last of so many working days after the day of `start_ms`. `pauses`: from when to when
        the clock stood still, unix ms; None: it still does."""

    def left(self, due_ms: int, days: int) -> int:
        """From when on so many working days are left until then."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks, and what he may look at. Everything that isn't pure is handed in."""

    unit: str  # path of this node's unit
    actor: str  # staff id or "system"
    now_ms: int  # disciplined
    tree: Tree
    number: Callable[[], str]  # the next ticket number; may be called once per draft
    policy: Mapping[str, Any] = field(default_factory=dict)  # in force now
    language: str = "zh"
    former: frozenset[str] = frozenset()  # paths that this node's unit had before it was moved
    record: bytes = b""  # id of the record that is acted on, where there is one
    find: Callable[..., bytes | None] = lambda _name, _matter="": None  # (name, matter): a record in scope by
    #   its id or number, of this matter where none is named
    colleague: Callable[[str], bool] = lambda _staff: (
        True
    )  # whether somebody of this unit signs in by that id
    linked: Callable[[State], list[State]] = lambda _state: []  # the others of a record's group, as held here
    cited: Callable[[], int] = lambda: 0  # how many records that this unit registered cite the one acted on

    def hosts(self, unit: str) -> bool:
        """Whether this node acts for a hosted unit, by whatever path either is named."""
        return self.tree.host(unit) is not None and self.tree.host(unit) == self.tree.path(self.unit)


@dataclass(frozen=True, slots=True)
class Verb:
    """The person's role is checked for `action` alone; what a verb does besides follows from it."""

    name: str  # "dispatch", "follow-up" as on the command line
    label: str
    action: str  # the act whose guards say whether the verb is offered now
    takes: tuple[Field, ...]  # parameters, for forms, options and checks
    plan: Callable[[State | None, Mapping[str, Any], Desk], list[Draft]]
    required: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)  # other names accepted → parameter
    offers: Callable[[State, str], list[Mapping[str, Any]]] = lambda _state, _unit: [{}]  # (state, unit) →
    #   data with which `action` could be signed now; offered where one of them would stand
    needs: tuple[tuple[str, frozenset[str], str], ...] = ()  # (parameter, values, what must then be given)
    order: tuple[tuple[str, str], ...] = ()  # (parameter, one that mustn't be before it), of days and moments
    suggests: bool = False  # it names a unit, which the record's regions may suggest


@dataclass(frozen=True, slots=True)
class Due:
    """An instant at which something falls due (product 1.3). It never depends on the present."""

    clock: str  # forward accept decline complete rework
    round: int
    unit: str
    start_ms: int
    due_ms: int
    done_ms: int | None = None  # when it was done; None: still open
    line_ms: int = 0  # time on the line within it
    owed: bool = True  # False: the limit of a right (to decline), breached only by using it late
    paused: bool = False  # it stands still, and so doesn't fall due
    remind_ms: int | None = None  # from when on whoever owes it is reminded (1.3)
    moot: bool = (
        False  # it was ended by something else than what it waits for: taken away, answered, withdrawn
    )


@dataclass(frozen=True, slots=True)
class Card:
    """A card (督办牌) that the acts call for, or that was issued, one a (round, unit, clock, colour)."""

    round: int
    unit: str
    clock: str
    colour: str  # yellow red
    from_ms: int | None  # from which instant on its breach computes; None: it doesn't
    issued: Mark | None  # the act that issued it first
    cleared: Mark | None
    objections: int
    draft: Draft | None  # what a unit above is to sign once its instant has come; None where it was issued


@dataclass(frozen=True, slots=True)
class Usable:
    """What may be proposed while somebody tells his matter: within its days and area, ranked by how well it fits and
    how often it was used."""

    valid_from: str = ""  # ISO days; empty: open
    valid_until: str = ""
    area: str = ""  # division code; empty: everywhere
    routine: bool = False  # goes first among equals
    weight: float = 1.0  # what a fit counts, against another of the same matter
    used: int = 0  # as the units say; a unit's own count is exact


@dataclass(frozen=True, slots=True)
class Shelf:
    """A matter that is looked up: what its records are found by, and what is shipped of them."""

    usable: Callable[[State], Usable | None]  # None: not to be proposed
    words: Callable[[State], str]  # under which it is found, beside its own texts
    means: Callable[[], Mapping[str, Sequence[str]]]  # what people say → what the texts say
    verb: str  # with which an import begins a record
    shipped: Callable[[], Iterable[Mapping[str, Any]]]  # rows of that verb's fields


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of a record that can be counted (product 1.4). It never depends on the present: what holds only
    from an instant on, or up to one, says so, and whoever asks brings the moment."""

    name: str  # within its matter, as in node/figures/catalogue.toml
    unit: str  # whom it is counted for
    at_ms: int  # the instant by which a period counts it
    value: int = 1  # how many: persons, fen, seconds
    round: int = 0
    from_ms: int | None = None  # None: from `at_ms` on
    until_ms: int | None = None  # None: for good


@dataclass(frozen=True, slots=True)
class Turn:
    """When whoever registered a record is to take it in hand next, and how often he tried. From acts alone."""

    at_ms: int
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """An assignment as lists show it, one a (round, unit)."""

    round: int
    unit: str
    status: str  # as shown: `received`, and `accepted` by passing on, included
    actor: str  # who brought it there
    assigner: str
    since_ms: int
    responsible: str = ""  # staff id of whom it was entrusted to


@dataclass(frozen=True, slots=True)
class Shift:
    """A unit's work goes elsewhere: the unit was moved, or another is to succeed it."""

    old: str  # path
    new: str
    whole: bool = True  # with every unit below it
    now: Callable[[str], str] = (
        str  # path of a unit by any that it had: work may name it as of before other moves
    )

    def touches(self, unit: str) -> bool:
        path = self.now(unit)
        return covers(self.old, path) or covers(self.new, path) if self.whole else path == self.old

    def of(self, unit: str) -> str:
        """Who is to act for a unit from now on."""
        path = self.now(unit)
        if not self.whole:
            return self.new if path == self.old else unit
        if covers(self.old, path):
            return self.new + path[len(self.old) :]
        return path if covers(self.new, path) else unit


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a matter's personal data are kept (保存期限). The policy `retention_MATTER_days` may lengthen it."""

    days: int  # from the end of the matter
    ground: str  # the law, as the erasure says it: it stays for good, and names nobody
    ended: Callable[[State], int | None]  # unix ms; None while it hasn't


@dataclass(frozen=True, slots=True)
class Kind:
    """A matter with everything the node needs: declaration, verbs, reactions, clocks, sentences."""

    matter: Matter
    verbs: tuple[Verb, ...] = ()
    reactions: Callable[[State, Desk], list[Draft]] = lambda _state, _desk: []
    dues: Callable[[State, Policies, WorkingDays], list[Due]] = lambda _state, _policies, _calendar: []
    phase: Callable[[State], str] = lambda _state: ""  # as shown
    title: Callable[[State], str] = lambda _state: ""
    places: Callable[[State], list[Place]] = lambda _state: []
    cards: Callable[[State, list[Due], WorkingDays], list[Card]] = lambda _state, _dues, _calendar: []
    clocks: Mapping[str, str] = field(default_factory=dict)  # code of a clock → Chinese label
    links: Callable[[State], list[bytes]] = lambda _state: []  # records that it forms a group with
    detail: Callable[[State], dict[str, Any]] = lambda _state: {}  # what `show` adds to the fields
    reassigned: Callable[[State, Shift, Desk], list[Draft]] = lambda _state, _shift, _desk: []
    cites: str = ""  # the field, of ids, in which it names the records of whatever matter that answered it
    shelf: Shelf | None = None  # where its records are answers to be looked up
    facts: Callable[[State, list[Due]], list[Fact]] = lambda _state, _dues: []  # what can be counted of it
    #   beside what the engine counts of every matter: records, deadlines kept, cards
    dimensions: Callable[[State], Mapping[str, Any]] = lambda _state: {}  # values of dimensions that aren't
    #   simply a field's
    turn: Callable[[State], Turn | None] = lambda _state: (
        None
    )  # of what waits for its owner without a deadline
    counted: bool = True  # False: nothing of it stands in any figure
    imported: str = ""  # verb that each row of a file is given to; empty: no files are taken in
    paper: str = ""  # what a record is called on paper (办理单); empty: it isn't printed

    charges: Callable[[State], set[tuple[str, str]]] = lambda state: (
        {(state.owner, next(iter(state.marks.values())).actor)} if state.marks else set()
    )  # (unit, staff id): whose it is
    handed: Callable[[State, Desk, str, str], list[Draft]] = (
        lambda _state, _desk, _giver, _taker: []
    )  # what puts
    #   the open work of a colleague into another's hands

    ruling: Callable[[State], str] = (
        lambda _state: ""
    )  # the unit above that is to decide (裁定) what those below could not; where it has no office, the next above
    retention: Retention | None = None  # None: nothing personal in it runs out

    def verb(self, name: str) -> Verb | None:
        """By its name on the command line, or with `_` as in a batch file."""
        wanted = name.replace("_", "-")
        return next((one for one in self.verbs if one.name == wanted), None)
