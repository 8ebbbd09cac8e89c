"""Writing: drafts become acts and words, judged one on another, signed as one commit (protocol 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conflict import erasure, reveal
from conflict import fold as folding
from conflict.act import Act, Key
from conflict.declaration import Action, Field, Matter
from conflict.explain import moment
from conflict.judge import judge
from conflict.sentence import sentence
from conflict.state import Standing, State, Verdict
from node.acts import acts
from node.errors import Forbidden, Usage
from node.language import say
from node.matters import KINDS
from node.matters.draft import Draft, Kind
from node.matters.staff import ROLES
from node.store import chain, folded, records, settings
from node.store.chain import LogRow
from node.units import acting_as
from node.work import HIGH_WATER, Work
from sync_protocol import change as changes
from sync_protocol import clock, commit
from sync_protocol.change import Change, Words
from sync_protocol.errors import LocalError
from sync_protocol.limits import MAX_CHANGES
from sync_protocol.names import short

SYSTEM = "system"
ROOM = (
    64 * 1024
)  # bytes of bodies after which a commit of many records ends: the worst line carries it in one piece
# The engine knows `adopt` for every matter (3.7); who may sign one is said here.
ADOPT = Action("adopt", "采纳", frozenset({"operator", "dispatcher", "handler", "supervisor"}))
# So are an order to erase and its receipt (3.11): coded data, though a matter may have words of that name.
ERASE = Action(
    erasure.ERASE, "依法删除", frozenset({"admin"}),
    data=tuple(Field(name, name) for name in (erasure.GROUND, erasure.FIELDS, erasure.CHANGES, erasure.UNITS)),
)  # fmt: skip
ERASED = Action(
    erasure.ERASED,
    "删除回执",
    frozenset(),
    data=tuple(Field(name, name) for name in (erasure.BY, erasure.COUNT)),
)
# And a reveal (3.5): the roles that talk with the worker or look into how it was done, and who audits.
REVEAL = Action(
    reveal.REVEAL, "查看个人信息", frozenset({"operator", "handler", "follow_up", "supervisor", "auditor"}),
    data=(Field(reveal.FIELD, "所看字段"), Field(reveal.REASON, "查看理由", words=True)), noted=True,
)  # fmt: skip
GENERIC = {one.name: one for one in (ADOPT, ERASE, ERASED, REVEAL)}


@dataclass(frozen=True, slots=True)
class Written:
    """What a commit of ours made. `first` is the full id of its first act on `record`; `begun`, of the first act
    of a record of another matter that it began."""

    record: bytes
    first: bytes
    commit: bytes
    state: State
    begun: bytes | None = None


@dataclass(slots=True)
class _Sheet:
    """A commit in the making."""

    log: LogRow
    time: int
    unit: str
    actor: str
    changes: list[Change]
    rows: list[tuple[int, int, bytes | None]]  # (place, record row, `of`)

    @property
    def size(self) -> int:
        return sum(len(one.body) for one in self.changes)


def write(
    work: Work,
    kind: Kind,
    record: bytes | None,
    drafts: Sequence[Draft],
    *,
    actor: str,
    roles: frozenset[str],
) -> Written:
    """Signs and stores one commit. Raises Forbidden with the guard's code where an act isn't allowed."""
    state = _present(work, record)
    named = next((one.unit for one in drafts if one.unit), None)
    unit = named or acting_as(work.registry.node(work.node), kind.matter, state, work.path)
    others = {one.record: _present(work, one.record) for one in drafts if one.record is not None}
    sheet = _sheet(work, unit, actor, max(_newest(one) for one in (state, *others.values())))
    begun: bytes | None = None
    first: bytes | None = None
    for draft in drafts:
        if draft.begun:
            assert begun is not None, "a draft before it has begun a record"
            draft = replace(draft, data={**draft.data, draft.begun: short(begun).hex()})
        place = len(sheet.changes)
        if draft.matter:
            _add(work, sheet, KINDS[draft.matter].matter, None, State(), draft, roles)
            begun = sheet.changes[place].id
        elif draft.record is None:
            record, state = _add(work, sheet, kind.matter, record, state, draft, roles)
            first = first or sheet.changes[place].id
        else:
            other = others[draft.record]
            _, others[draft.record] = _add(work, sheet, kind.matter, draft.record, other, draft, roles)
    assert record is not None, "at least one draft"
    name = store(work, sheet, kind.matter.name, record)
    return Written(record, first or sheet.changes[0].id, name, state, begun)


def begin(
    work: Work,
    kind: Kind,
    rows: Iterable[Sequence[Draft]],
    *,
    actor: str,
    roles: frozenset[str],
    room: int = ROOM,
) -> list[bytes]:
    """New records of a matter, in one commit: one for each of `rows`, as far as there is room for them; their ids.

    A signature, a header and an envelope's overhead are paid once. Raises Forbidden, and then nothing is written.
    """
    unit = acting_as(work.registry.node(work.node), kind.matter, None, work.path)
    sheet = _sheet(work, unit, actor, 0)
    made: list[bytes] = []
    for drafts in rows:
        record: bytes | None = None
        state = State()
        for draft in drafts:
            record, state = _add(work, sheet, kind.matter, record, state, draft, roles)
        assert record is not None, "at least one draft"
        made.append(record)
        if sheet.size > room or len(sheet.changes) > MAX_CHANGES // 2:
            break
    if made:
        store(work, sheet, kind.matter.name, made[0])
    return made


def _newest(state: State) -> int:
    return state.last[0] if state.heads else 0


def _present(work: Work, record: bytes | None) -> State:
    if record is None:
        return State()
    row = records.row_of(work.db, record)
    return (folded.state(work.db, row) if row is not None else None) or State()


def _sheet(work: Work, unit: str, actor: str, past: int, name: bytes = b"") -> _Sheet:
    log = chain.begin_log(work.db, name or work.log, work.node)
    highest = max(settings.number(work.db, HIGH_WATER), log.head.time, past)
    return _Sheet(log, clock.next_time(work.now_ms, highest), unit, actor, [], [])


def _add(
    work: Work,
    sheet: _Sheet,
    matter: Matter,
    record: bytes | None,
    state: State,
    draft: Draft,
    roles: frozenset[str],
) -> tuple[bytes, State]:
    action = permitted(matter, draft, sheet.actor, roles)
    coded, words = split(matter, action, draft.data)
    body = changes.Act(matter.versioned, action.name, tuple(sorted(state.heads)), coded, record)
    made = _change(sheet, work.entropy.bytes(16), body)
    act = Act(
        id=made.short,
        key=Key(sheet.time, sheet.log.log, sheet.log.head.seq + 1, len(sheet.changes)),
        unit=sheet.unit,
        actor=sheet.actor,
        matter=body.matter,
        action=body.action,
        data=coded,
        after=body.after,
        words=words,
        record=record or made.short,
    )
    judged = judge(matter, state, act)
    if judged.standing is not Standing.STANDS:
        raise _refused(work, matter, action, judged, state, act)
    after = folding.on_top(matter, state, act) or _refolded(work, matter, act)
    _put(work, sheet, matter, record or made.short, made, words)
    return record or made.short, after


def _refolded(work: Work, matter: Matter, act: Act) -> State:
    """An `adopt` needs what it quotes, words included: the whole record is folded with it."""
    row = records.row_of(work.db, act.record)
    stored = acts(work, act.record, records.changes_of(work.db, row)) if row is not None else []
    return folding.fold(matter, [*stored, act])


def role_name(role: str) -> str:
    """As an administrator sees it: 话务员."""
    return say(ROLES.get(role, role), role)


def permitted(matter: Matter, draft: Draft, actor: str, roles: frozenset[str]) -> Action:
    """The action, where one of these roles may sign it. Raises Usage, Forbidden `role`."""
    action = GENERIC.get(draft.action) or matter.action(draft.action)
    if action is None:
        raise Usage(say(f"没有这个动作：{draft.action}", f"no such action: {draft.action}"))
    if actor != SYSTEM and not action.roles & roles:
        raise Forbidden(
            say(f"“{action.label}”需要角色：{'、'.join(map(role_name, sorted(action.roles)))}；请管理员给您加上",
                f"{action.name} needs one of the roles {', '.join(sorted(action.roles))}: ask the administrator"),
            code="role",
            hint="qiao staff list",
        )  # fmt: skip
    return action


def _refused(
    work: Work, matter: Matter, action: Action, verdict: Verdict, state: State, act: Act
) -> Forbidden:
    why = matter.codes.get(verdict.code) or sentence(verdict.code, "zh")
    now = "" if verdict.code in dict(action.units) else _standing_now(work, matter, action, state, act)
    return Forbidden(
        say(f"现在不能“{action.label}”：{why}", f"{action.name} isn't allowed now: {verdict.code}") + now,
        code=verdict.code or "not_allowed",
        hint=f"qiao {matter.name} show ID",
    )


def _standing_now(work: Work, matter: Matter, action: Action, state: State, act: Act) -> str:
    """Who brought what the act would write to where it is, and when: on another screen, perhaps."""
    found = state.at(action.slot(act) or "phase")
    value = (
        found.value.get("phase")
        if found is not None and isinstance(found.value, dict)
        else found and found.value
    )
    if found is None or not isinstance(value, str) or value not in matter.names:
        return ""
    unit, when = work.registry.unit(work.registry.now(found.unit)), moment(found.time)
    who = f"{unit.name if unit is not None else found.unit} {found.actor}"
    return say(f"（现为“{matter.names[value]}”：{who}，{when}）", f" (now {value}: {who}, {when})")


def split(
    matter: Matter, action: Action, data: dict[str, Any] | Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Coded data, and the words that travel behind it (3.2)."""
    arguments = {one.name: one for one in action.data}
    coded: dict[str, Any] = {}
    words: dict[str, Any] = {}
    for name, value in data.items():
        field = arguments.get(name) or matter.field(name)
        (words if field is not None and field.words else coded)[name] = value
    return coded, words


def _put(
    work: Work, sheet: _Sheet, matter: Matter, record: bytes, made: Change, words: dict[str, Any]
) -> None:
    row = records.ensure(work.db, record, matter.name)
    sheet.rows.append((len(sheet.changes), row, None))
    sheet.changes.append(made)
    if words:
        body = Words(matter.versioned, words, made.short)
        sheet.rows.append((len(sheet.changes), row, made.short))
        sheet.changes.append(_change(sheet, work.entropy.bytes(16), body))


def _change(sheet: _Sheet, salt: bytes, body: changes.Act | Words) -> Change:
    """Raises Usage `too_large`: each field fits its bound, and all together don't."""
    try:
        return changes.make(sheet.log.log, salt, body)
    except LocalError as fault:
        if fault.code != "too_large":
            raise
        raise Usage(
            say("一次操作的内容过长（256 KiB）", "one action is over 256 KiB"), code="too_large"
        ) from fault


def store(work: Work, sheet: _Sheet, matter: str, record: bytes) -> bytes:
    """Signs the sheet and puts it into our log. The high-water mark rises in the same transaction."""
    header = commit.Header(
        log=sheet.log.log,
        seq=sheet.log.head.seq + 1,
        prev=sheet.log.head.id,
        time=sheet.time,
        actor=sheet.actor,
        changes=tuple(one.id for one in sheet.changes),
        unit=sheet.unit,
    )
    signed = commit.make(header, work.node, work.keys.sign)
    if not commit.within_bounds(signed, sheet.changes):
        raise Usage(say("一次操作的内容超过 1 MiB", "one action is over 1 MiB"), code="too_large")
    row, _ = chain.add(work.db, sheet.log, signed, received_ms=work.now_ms, held=False)
    for (place, record_row, of), made in zip(sheet.rows, sheet.changes, strict=True):
        records.add_change(work.db, row, place, made.id, record_row, made.salt, made.body, of=of)
        work.note(record_row, row)
    settings.put_number(work.db, HIGH_WATER, sheet.time)
    work.up = True
    return signed.id


def write_registry(
    work: Work,
    action: str,
    data: dict[str, Any],
    *,
    record: bytes | None = None,
    after: Iterable[bytes] = (),
    actor: str = SYSTEM,
    past: int = 0,
    log: bytes = b"",
) -> Written:
    """A registry change (3.4). `after`: its record's heads and the enrolment on which our right rests; `past`:
    the newest time among these; `log`: where it isn't our newest one."""
    sheet = _sheet(work, work.path, actor, max(past, _registry_time(work)), log)
    named = tuple(sorted(set(after)))
    body = changes.Act("registry/1", action, named, data, record)
    made = changes.make(sheet.log.log, work.entropy.bytes(16), body)
    row = records.ensure(work.db, record or made.short, "registry")
    sheet.rows.append((0, row, None))
    sheet.changes.append(made)
    name = store(work, sheet, "registry", record or made.short)
    return Written(record or short(made.id), made.id, name, State())


def _registry_time(work: Work) -> int:
    """Past the enrolment that gives us the right."""
    entry = work.registry.node(work.node)
    return 0 if entry is None else chain.time_of(work.db, entry.commit)
