"""Section 3.7 of the protocol once more, as plainly as it can be said, and slowly.

It shares the vocabulary (Act, Matter, Merge) with `conflict/` and none of its code: sets of ids instead of
bitsets, every set of acts folded from nothing, no act ever applied on top.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from conflict.act import Act, Presence
from conflict.declaration import Matter, Merge

from .past import Denied, Past

Write = tuple[bytes, Any]  # act id, value
RowTuple = tuple[bytes, str, str, str, bytes, tuple[Any, ...], bool]  # act, place, kind, code, winner …


@dataclass
class Holder:
    id: bytes
    value: Any


@dataclass
class Picture:
    """What a set of acts says; with as much of State as a declaration asks for."""

    owner: str = ""
    created: int = 0
    changed: int = 0
    heads: tuple[bytes, ...] = ()
    incomplete: bool = False
    slots: dict[str, list[Write]] = field(default_factory=dict)
    traces: dict[str, dict[str, bytes]] = field(default_factory=dict)
    fields: dict[str, list[Write]] = field(default_factory=dict)
    timeline: list[bytes] = field(default_factory=list)
    verdicts: dict[bytes, tuple[str, str, bytes, bool]] = field(default_factory=dict)
    rows: list[RowTuple] = field(default_factory=list)

    def held(self, name: str, default: Any = None) -> Any:
        return self.slots[name][-1][1] if name in self.slots else default

    def trace(self, name: str, action: str) -> Holder | None:
        found = self.traces.get(name, {}).get(action)
        return Holder(found, None) if found else None

    def shown(self, key: str, default: Any = None) -> Any:
        return self.fields[key][-1][1] if key in self.fields else default


@dataclass
class Effect:
    slot: str | None
    outcome: Any
    action: str
    fields: list[tuple[str, Any]]
    quoted: list[bytes] = field(default_factory=list)


class Unknown(Exception):
    pass


def above(upper: str, lower: str) -> bool:
    one, other = upper.split("/"), lower.split("/")
    return len(one) < len(other) and other[: len(one)] == one


class Reference(Past):
    def __init__(self, matter: Matter, acts: Iterable[Act]) -> None:
        self.matter = matter
        self.acts: dict[bytes, Act] = {}
        given = list(acts)
        for act in sorted(given, key=lambda one: (one.key, one.id)):
            self.acts.setdefault(act.id, act)
        roots = [a.id for a in self.acts.values() if (a.id == a.record if a.record else not a.after)]
        self.root = roots[0] if roots else None
        self.seen_by: dict[bytes, frozenset[bytes]] = {}
        self.gone: set[bytes] = set()
        self.lies: dict[bytes, list[bytes]] = {}
        self.judgements: dict[bytes, tuple[str, Effect | None]] = {}
        self.pictures: dict[frozenset[bytes], Picture] = {}
        self.again = {act.id for act in given if act.key != self.acts[act.id].key}
        self.erase()

    def all(self) -> Picture:
        return self.picture(frozenset(self.acts))

    # -- judgement

    def judge(self, of: bytes) -> tuple[str, Effect | None]:
        """Code and effect: "" with an effect is allowed, "newer_version" unknown, any other denied."""
        if of not in self.judgements:
            try:
                self.judgements[of] = "", self.allowed(of)
            except Denied as denied:
                self.judgements[of] = str(denied), None
            except Unknown:
                self.judgements[of] = "newer_version", None
            except (KeyError, TypeError):
                self.judgements[of] = "malformed", None
        return self.judgements[of]

    def allowed(self, of: bytes) -> Effect:
        act = self.acts[of]
        picture = self.picture(self.seen(of))
        if act.action in ("erase", "erased"):
            self.check_erasing(act)
            return Effect(None, None, act.action, [])
        version = self.version(act)
        known = version is not None and act.action in ("adopt", *(one.name for one in version.actions))
        if known and any(
            "fields" not in self.acts[one].data for one in self.standing_orders(picture.verdicts)
        ):
            raise Denied("erased")
        if act.action == "adopt" and version is not None:
            return self.adopted(act, picture)
        return self.checked(act, act, picture, of == self.root)

    def version(self, act: Act) -> Matter | None:
        known = (self.matter, *self.matter.earlier)
        return next((one for one in known if f"{one.name}/{one.version}" == act.matter), None)

    def checked(self, act: Act, asker: Act, picture: Picture, root: bool) -> Effect:
        """As if `asker` did what `act` says; the effect stays that of the act."""
        version = self.version(act)
        action = next((one for one in version.actions if one.name == act.action), None) if version else None
        if action is None:
            raise Unknown
        if not asker.given:
            raise Denied("not_given")
        if action.first and not root:
            raise Denied("not_first")
        if not asker.after and not action.first:
            raise Denied("no_beginning")
        tried = replace(act, unit=asker.unit, actor=asker.actor, after=asker.after)
        if action.units and not any(relation(picture, tried) for _, relation in action.units):  # type: ignore[arg-type]
            raise Denied(action.units[0][0])
        for _, guard in action.guards:
            code = guard(picture, tried)  # type: ignore[arg-type]
            if code:
                raise Denied(code)
        effect = self.effect(act)
        self.check_once(effect, root)
        return effect

    def effect(self, act: Act) -> Effect:
        version = self.version(act)
        action = next((one for one in version.actions if one.name == act.action), None) if version else None
        if action is None:
            raise Unknown
        slot = action.slot(act)
        return Effect(slot, action.outcome(act) if slot else None, act.action,
                      [(key, self.listed(key, value)) for key, value in action.fields(act).items()
                       if self.rule(key)])  # fmt: skip

    def listed(self, key: str, value: Any) -> Any:
        if self.rule(key) is not Merge.UNION or isinstance(value, list):
            return value
        return [] if value is None else [value]

    def check_once(self, effect: Effect, root: bool) -> None:
        if not root and any(self.rule(key) is Merge.ONCE for key, _ in effect.fields):
            raise Denied("once")

    def adopted(self, act: Act, picture: Picture) -> Effect:
        if not act.given:
            raise Denied("not_given")
        listed = act.data.get("acts")
        if not isinstance(listed, list) or any(not isinstance(one, bytes) for one in listed):
            raise Denied("malformed")
        for one in listed:
            if one not in self.acts or self.acts[one].presence is Presence.ERASED:
                raise Denied("quoted_missing")
            if self.acts[one].action in ("adopt", "erase", "erased"):
                raise Denied("quoted_adopt")
            if picture.verdicts.get(one, ("",))[0] == "stands":
                raise Denied("quoted_stands")
        if not listed:
            raise Denied("nothing_quoted")
        if not act.after and self.root not in listed:
            raise Denied("no_beginning")
        effects = [(one, self.quoted(act, self.acts[one], picture)) for one in self.in_order(listed)]
        slots = [effect for _, effect in effects if effect.slot]
        if len({effect.slot for effect in slots}) > 1:
            raise Denied("two_slots")
        whole = Effect(None, None, effects[-1][1].action, [], list(listed))
        if slots:
            whole.slot, whole.outcome, whole.action = slots[-1].slot, slots[-1].outcome, slots[-1].action
        for _, effect in effects:
            for key, value in effect.fields:
                if self.rule(key) not in (Merge.APPEND, Merge.UNION):
                    whole.fields = [pair for pair in whole.fields if pair[0] != key]
                whole.fields.append((key, value))
        self.check_once(whole, self.root in listed)
        return whole

    def quoted(self, act: Act, quote: Act, picture: Picture) -> Effect:
        quote = replace(quote, data={name: self.meant(value, picture) for name, value in quote.data.items()})
        if above(act.unit, quote.unit):
            effect = self.effect(quote)
        else:
            effect = self.checked(quote, act, picture, quote.id == self.root)
        if picture.verdicts.get(quote.id, ("",))[0] != "overtaken":
            return effect
        added = (Merge.APPEND, Merge.UNION)
        return replace(effect, fields=[pair for pair in effect.fields if self.rule(pair[0]) not in added])

    def meant(self, value: Any, picture: Picture) -> Any:
        """An id that a standing `adopt` quotes stands for that one's."""
        if isinstance(value, list):
            return [self.meant(one, picture) for one in value]
        for one in reversed(picture.timeline):
            stands = picture.verdicts.get(one, ("",))[0] == "stands"
            if self.acts[one].action == "adopt" and stands and value in self.acts[one].data["acts"]:
                return one
        return value

    # -- fields of the declaration

    def declared(self, key: str) -> Any:
        name = key.split("@")[0].removesuffix("-")
        return next((one for one in self.matter.fields if one.name == name), None)

    def rule(self, key: str) -> Merge | None:
        declared = self.declared(key)
        if declared is None or "-" in key.split("@")[0] and declared.merge is not Merge.UNION:
            return None
        merge: Merge = declared.merge
        return merge

    def covers(self, outer: str, inner: str) -> bool:
        kinds = {one.kind: one.contains for one in self.matter.slots}
        return outer == inner or inner.split("/")[0] in kinds.get(outer.split("/")[0], ())

    # -- a set of acts

    def picture(self, ids: frozenset[bytes]) -> Picture:
        if ids not in self.pictures:
            self.pictures[ids] = Fold(self, ids).picture
        return self.pictures[ids]


class Fold:
    """One set of acts."""

    def __init__(self, reference: Reference, ids: frozenset[bytes]) -> None:
        self.r = reference
        self.ids = reference.in_order(ids)
        self.counting = [one for one in self.ids if reference.counts(one)]
        self.effects = {one: effect for one in self.counting if (effect := reference.judge(one)[1])}
        self.adopted = self.find_adopted()
        self.able = [one for one in self.counting if one in self.effects and one not in self.adopted]
        self.standing: list[bytes] = []
        self.overtaken: dict[bytes, bytes] = {}
        self.overtake()
        self.picture = Picture()
        self.say()

    def find_adopted(self) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for one in self.counting:
            for quote in self.effects[one].quoted if one in self.effects else ():
                if quote in self.ids and quote not in self.r.seen(one):
                    found.setdefault(quote, one)
        return found

    def unit(self, one: bytes) -> str:
        return self.r.acts[one].unit

    def overtake(self) -> None:
        for tier in range(8):
            for one in self.able:
                if self.unit(one).count("/") != tier:
                    continue
                over = [other for other in self.standing if self.overtakes(other, one)]
                own = [other for other in over if self.effects[other].slot == self.effects[one].slot]
                if over:
                    self.overtaken[one] = self.r.in_order(own or over)[-1]
                else:
                    self.standing.append(one)
        self.standing = self.r.in_order(self.standing)

    def overtakes(self, upper: bytes, lower: bytes) -> bool:
        one, other = self.effects[upper].slot, self.effects[lower].slot
        return bool(
            one and other
            and above(self.unit(upper), self.unit(lower))
            and self.r.concurrent(upper, lower)
            and (self.r.covers(one, other) or self.r.covers(other, one))
        )  # fmt: skip

    def say(self) -> None:
        picture, r = self.picture, self.r
        picture.timeline = [one for one in self.ids if r.acts[one].presence is not Presence.ERASED]
        known = {*self.ids, *(quote for one in self.able for quote in self.effects[one].quoted)}
        if r.root and r.root in known:
            picture.owner = self.unit(r.root)
        dated = [one for one in self.ids if one in picture.timeline or one == r.root]
        if dated:
            picture.created = r.acts[dated[0]].key.time
        if picture.timeline:
            rootless = r.root is None and any(
                act.record and act.record not in r.gone for act in r.acts.values()
            )
            picture.incomplete = rootless or any(r.lacks(one) for one in self.ids)
        if self.standing:
            picture.changed = r.acts[self.standing[-1]].key.time
        named = {parent for one in self.counting for parent in r.acts[one].after}
        picture.heads = tuple(sorted(one for one in self.counting if one not in named))
        self.say_slots()
        self.say_fields()
        for one in picture.timeline:
            picture.verdicts[one] = self.verdict(one)
        self.say_rows()

    def say_slots(self) -> None:
        for one in self.standing:
            effect = self.effects[one]
            self.picture.traces.setdefault(effect.slot or "", {})[effect.action] = one
            beside = [other for other in self.standing if self.effects[other].slot == effect.slot]
            unseen = not any(one in self.r.seen(other) for other in beside)
            if effect.slot and unseen:
                self.picture.slots.setdefault(effect.slot, []).append((one, effect.outcome))

    def say_fields(self) -> None:
        for one in self.able:
            for key, value in self.effects[one].fields:
                rule = self.r.rule(key)
                if "-" in key.split("@")[0] or rule is None:
                    continue
                if rule is Merge.UNION:
                    value = [tag for tag in value if not self.is_removed(one, key, tag)]
                    if not value:
                        continue
                elif rule is not Merge.APPEND and any(one in self.puts_out(u, key) for u in self.able):
                    continue
                self.picture.fields.setdefault(key, []).append((one, value))

    def is_removed(self, one: bytes, key: str, tag: str) -> bool:
        return any(
            one in self.r.seen(other) and gone == f"{key}-" and tag in tags
            for other in self.able
            for gone, tags in self.effects[other].fields
        )

    def puts_out(self, one: bytes, key: str) -> list[bytes]:
        """The writes of a field that an act replaces, of those that its author saw standing."""
        if key not in [written for written, _ in self.effects[one].fields]:
            return []
        stood = self.r.picture(self.r.seen(one)).fields.get(key, [])
        values = [value for _, value in stood]
        if self.r.rule(key) is Merge.ASK and any(value != values[0] for value in values):
            named = self.r.acts[one].data.get("replaces", [])
            settled = [value for other, value in stood if other in named]
            return [other for other, value in stood if value in settled]
        return [other for other, _ in stood]

    def verdict(self, one: bytes) -> tuple[str, str, bytes, bool]:
        act = self.r.acts[one]
        if act.presence is Presence.HELD:
            return "held", act.reason or "ahead", b"", False
        if not self.r.counts(one):
            late = self.r.clock_wrong(one)
            return "quarantined", act.reason or ("clock" if late else "quarantined"), b"", False
        unsure = self.r.lacks(one) or any(
            self.r.counts(other) and self.r.judge(other)[0] == "newer_version" for other in self.r.seen(one)
        )
        if one in self.adopted:
            return "overtaken", "adopted", self.adopted[one], unsure
        if one in self.overtaken:
            return "overtaken", self.how(one), self.overtaken[one], unsure
        code = self.r.judge(one)[0]
        standing = "unknown" if code == "newer_version" else "denied" if code else "stands"
        return standing, code, b"", unsure

    def how(self, one: bytes) -> str:
        mine, theirs = self.effects[one].slot or "", self.effects[self.overtaken[one]].slot or ""
        if mine == theirs:
            return "overtaken"
        return "overtaken_wider" if self.r.covers(theirs, mine) else "overtaken_narrower"

    # -- rows

    def say_rows(self) -> None:
        found = self.refusals()
        if self.picture.incomplete:
            lost = {gone for one in self.ids for gone in self.r.missing(one)}
            lacking = [one for one in self.picture.timeline if self.r.lacks(one)]
            first = (lacking or self.picture.timeline)[0]
            found.append((first, "", "incomplete", "missing", b"", tuple(sorted(lost)), True))
        else:
            found += self.conflicts()
        self.picture.rows = sorted(found, key=lambda row: (self.r.acts[row[0]].key, row[0], row[1], row[3]))
        for row in self.picture.rows:
            if row[3] == "lost":
                standing, code, _, unsure = self.picture.verdicts[row[0]]
                self.picture.verdicts[row[0]] = standing, code, row[4], unsure

    def refusals(self) -> list[RowTuple]:
        kinds = {"denied": "denied", "held": "held", "quarantined": "quarantine", "unknown": "incomplete"}
        restored = [quote for one in self.standing for quote in self.effects[one].quoted]
        found: list[RowTuple] = []
        for one, (standing, code, _, unsure) in self.picture.verdicts.items():
            if standing in kinds and not (standing == "denied" and unsure):
                is_open = standing == "unknown" or one not in restored
                found.append((one, "", kinds[standing], code, b"", (), is_open))
        found += [(one, "", "quarantine", "repeated", b"", (), True)
                  for one in self.r.again if one in self.picture.verdicts]  # fmt: skip
        for one in self.standing:
            if one in self.r.lies:
                found.append((one, "", "denied", "list_lies", b"", tuple(self.r.lies[one]), True))
        return found

    def conflicts(self) -> list[RowTuple]:
        rows: dict[tuple[bytes, str], RowTuple] = {}
        for row in [*self.overtaken_rows(), *self.slot_rows(), *self.field_rows(), *self.settled_rows()]:
            rows.setdefault((row[0], row[1]), row)
        return list(rows.values())

    def overtaken_rows(self) -> list[RowTuple]:
        found: list[RowTuple] = []
        for one, by in self.overtaken.items():
            mine, theirs = self.effects[one], self.effects[by]
            if mine.slot and (mine.slot != theirs.slot or mine.outcome != theirs.outcome):
                closers = [u for u in self.standing if self.writes_over(u, mine.slot)]
                is_open = not any(one in self.r.seen(u) for u in closers)
                values = (mine.outcome, theirs.outcome)
                found.append((one, mine.slot, "conflict", self.how(one), by, values, is_open))
        return found

    def writes_over(self, one: bytes, slot: str) -> bool:
        own = self.effects[one].slot
        return own is not None and self.r.covers(own, slot)

    def slot_rows(self) -> list[RowTuple]:
        found: list[RowTuple] = []
        for slot, stood in self.picture.slots.items():
            closers = [u for u in self.standing if self.writes_over(u, slot)]
            for one, winner, values in losers(stood):
                is_open = not any(one in self.r.seen(u) for u in closers)
                found.append((one, slot, "conflict", "lost", winner, values, is_open))
        return found

    def field_rows(self) -> list[RowTuple]:
        stood = self.picture.fields.items()
        return [row for key, writes in stood for row in self.rows_of_field(key, writes, True)]

    def rows_of_field(self, key: str, stood: list[Write], is_open: bool) -> list[RowTuple]:
        declared = self.r.declared(key)
        if declared.merge in (Merge.APPEND, Merge.UNION):
            return []
        code = "field_ask" if declared.merge is Merge.ASK else "field_last"
        return [
            (one, key, "conflict", code, winner, () if declared.words else values, is_open)
            for one, winner, values in losers(stood)
        ]

    def settled_rows(self) -> list[RowTuple]:
        found: list[RowTuple] = []
        for one in self.able:
            before = self.r.picture(self.r.seen(one))
            for key, _ in self.effects[one].fields:
                rows = self.rows_of_field(key, before.fields.get(key, []), False) if key[-1] != "-" else []
                found += [row for row in rows if row[0] in self.puts_out(one, key)]
            slot = self.effects[one].slot
            if slot and one in self.standing:
                for other, winner, values in losers(before.slots.get(slot, [])):
                    if other not in self.overtaken:
                        found.append((other, slot, "conflict", "lost", winner, values, False))
        return [row for row in found if row[0] not in self.adopted]


def losers(stood: list[Write]) -> list[tuple[bytes, bytes, tuple[Any, ...]]]:
    if not stood:
        return []
    winner, last = stood[-1]
    return [(one, winner, (value, last)) for one, value in stood if value != last]
