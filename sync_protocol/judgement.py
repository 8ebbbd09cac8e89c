"""How the registry is folded (protocol 3.4, 3.7): first and alone, in order, each change judged by what
stands before it. Pure.

Two things reach back: what the author of a closed or forked log wrote beyond that place counts no more, also
in the registry; and of two offices for one unit the superior's stands, and the other never did. Both are
found by folding again until nothing changes. That ends, since a ruling only touches units below its author.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from . import branches, enrolment, registry_rules
from .branches import STRAIGHT, Branches, Held, Said
from .enrolment import Contested, Refused, enrol_root
from .names import ancestors
from .roster import Admission, NodeEntry, RegistryAct, Role, Roster, Standing, Verdict

_STANDS = Verdict(Standing.STANDS)
_ROUNDS = 32  # a round settles at least one tier of the tree
_ONE_BY_ONE = 32  # enrolments undone, more than any honest tree has seen

Refusals = Mapping[bytes, Admission]  # short id → why its place doesn't count


def settle(
    acts: Iterable[RegistryAct], root: bytes | None, held: Held = STRAIGHT
) -> tuple[Roster, dict[bytes, Verdict]]:
    """What stands, and a verdict for every act. `root`, `held` as in registry.fold."""
    ordered = _ordered(acts)
    refused: Refusals = {}
    for _ in range(_ROUNDS):
        run = _uncontested(ordered, root, refused)
        beyond = _beyond(ordered, run.roster, held)
        if beyond == refused:
            break
        refused = beyond
    return run.roster, run.verdicts


def _ordered(acts: Iterable[RegistryAct]) -> list[RegistryAct]:
    """By key; of an id that comes twice, the first."""
    unique: dict[bytes, RegistryAct] = {}
    for act in sorted(acts, key=lambda one: (one.key, one.id)):
        unique.setdefault(act.id, act)
    return list(unique.values())


def said(roster: Roster, log: bytes, node: bytes) -> Said:
    """What stands of a log of that node."""
    cut, entry = roster.cut_of(log, node), roster.logs.get(log)
    if entry is None:
        return Said(cut)
    kept = {number: ruling.keep for number, ruling in entry.rulings.items()}
    return Said(cut, kept, tuple(entry.admitted))


def admission(
    roster: Roster, node: bytes, log: bytes, seq: int, commit: bytes, held: Branches, disputed: int | None
) -> Admission:
    """Whether a commit in a log of that node counts. The first root's first commit always does."""
    if seq == 1 and roster.roots and node == roster.roots[0] and log == roster.nodes[node].logs[0]:
        return Admission.OK
    return branches.admission(said(roster, log, node), held, seq, commit, disputed)


def _beyond(acts: Sequence[RegistryAct], roster: Roster, held: Held) -> Refusals:
    """Acts of known nodes behind a place at which their log was closed, or on a branch that wasn't kept."""
    found: dict[bytes, Admission] = {}
    logs = {act.log: act.node for act in acts if act.node in roster.nodes}
    doubtful = {
        log for log, node in logs.items() if log in held.forked or not said(roster, log, node).nothing
    }
    chains = {log: held.branches(log) for log in doubtful}
    forks = {
        log: branches.disputed(said(roster, log, logs[log]), chains[log]) for log in doubtful & held.forked
    }
    for act in acts:
        if act.log in doubtful and act.node in roster.nodes:
            place = (act.node, act.log, act.seq, act.commit_id)
            admitted = admission(roster, *place, chains[act.log], forks.get(act.log))
            if admitted is not Admission.OK:
                found[act.id] = admitted
    return found


def _uncontested(acts: Sequence[RegistryAct], root: bytes | None, refused: Refusals) -> _Run:
    """One pass, begun again whenever a superior's enrolment undoes one that stood: at first one at a time, then
    all at once that don't touch each other, or an enemy's thousands would take a pass each.
    """
    undone: set[bytes] = set()
    while True:
        run = _Run(acts, root, refused, undone)
        contested = run.judge_all(1 if len(undone) < _ONE_BY_ONE else len(acts))
        if not contested:
            return run
        undone |= contested


class _Run:
    """One pass over the acts, in order. `undone`: enrolments that a superior's has undone."""

    def __init__(
        self, acts: Sequence[RegistryAct], root: bytes | None, refused: Refusals, undone: set[bytes]
    ) -> None:
        self.roster = Roster()
        self.verdicts: dict[bytes, Verdict] = {}
        self._acts = acts
        self._by_id = {act.id: act for act in acts}
        self._root = root
        self._refused = refused
        self._undone = undone
        self._again: set[tuple[bytes, bytes]] = set()  # (author, act): another one stands instead

    def judge_all(self, most: int) -> set[bytes]:
        """Enrolments found to be undone: the first, and up to `most` whose unit and whose superior aren't below
        the unit of one before it. Where there are any, what was judged behind them isn't right yet.
        """
        found: dict[str, bytes] = {}  # path of the unit → enrolment
        for act in self._acts:
            try:
                self.verdicts[act.id] = self._verdict(act)
            except Contested as fault:
                unit, author = self.roster.here(fault.unit), self.roster.nodes[act.node].path
                if found.keys().isdisjoint((*ancestors(unit), unit, *ancestors(author), author)):
                    found[unit] = fault.enrolment
                if len(found) == most:
                    break
        return set(found.values())

    def _verdict(self, act: RegistryAct) -> Verdict:
        verdict = self._judged(act)
        if act.action == "enrol" and verdict.standing is not Standing.STANDS:
            enrolment.remember(self.roster, act)
        if verdict.standing is Standing.STANDS:
            self._again.update((act.node, one) for one in registry_rules.instead(act.data))
        return verdict

    def _judged(self, act: RegistryAct) -> Verdict:
        if act.action not in registry_rules.RULES:
            return Verdict(Standing.UNKNOWN, "unknown_action")
        if act.id in self._refused:
            registry_rules.set_aside(self.roster, act)
            return Verdict(Standing.QUARANTINED, str(self._refused[act.id]))
        if self._against_the_clock(act):
            return Verdict(Standing.QUARANTINED, "clock")
        if (act.node, act.id) in self._again:
            return Verdict(Standing.DENIED, registry_rules.ISSUED_AGAIN)
        if act.id in self._undone:
            return Verdict(Standing.DENIED, "superior_enrolled")
        code = self._later(act) if self.roster.roots else self._first(act)
        return Verdict(Standing.DENIED, code) if code else _STANDS

    def _first(self, act: RegistryAct) -> str:
        if act.action != "enrol":
            return "unknown_author"
        try:
            return enrol_root(self.roster, act, self._root)
        except Refused as fault:
            return fault.code

    def _later(self, act: RegistryAct) -> str:
        author = self.roster.nodes.get(act.node)
        if author is None:
            return "unknown_author"
        if code := self._without_right(act, author):
            return code
        try:
            return registry_rules.judge(self.roster, act, author)
        except Contested as fault:
            if self._has_seen(act, fault.enrolment):
                return "unit_taken"
            raise

    def _without_right(self, act: RegistryAct, author: NodeEntry) -> str:
        """What forbids an act whatever it is about."""
        if code := self._in_another_log(act, author):
            return code
        if self.roster.is_former_root(author.node):
            return "replaced"
        if author.enrolment not in act.after:
            return "no_enrolment_named"
        if author.role is Role.AUDITOR and act.action not in ("enrol", "open_log"):
            return "auditor"
        if author.role is Role.RECOVERY and act.action != "enrol":
            return "outside_subtree"
        return ""

    def _in_another_log(self, act: RegistryAct, author: NodeEntry) -> str:
        log = self.roster.logs.get(act.log)
        if log is not None:
            return "" if log.node == author.node else "foreign_log"
        begins = act.action == "open_log" or author.role is Role.RECOVERY
        return "" if begins else "unknown_log"

    def _against_the_clock(self, act: RegistryAct) -> bool:
        """An act that isn't later than one it names, but for earlier ones of its own commit (3.7)."""
        for named in act.after:
            cause = self._by_id.get(named)
            if cause is not None and not _is_before(cause, act):
                return True
        return False

    def _has_seen(self, act: RegistryAct, other: bytes) -> bool:
        waiting, seen = list(act.after), set[bytes]()
        while waiting:
            one = waiting.pop()
            if one == other:
                return True
            if one not in seen and one in self._by_id:
                seen.add(one)
                waiting.extend(self._by_id[one].after)
        return False


def _is_before(cause: RegistryAct, act: RegistryAct) -> bool:
    if cause.commit_id == act.commit_id:
        return cause.key[3] < act.key[3]
    return cause.key[0] < act.key[0]
