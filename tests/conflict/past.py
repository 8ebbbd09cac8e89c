"""Order and erasure once more, as plainly as they can be said (protocol, part conflict): the half of reference.py
that comes before anything is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from conflict.act import Act, Presence

Verdicts = dict[bytes, tuple[str, str, bytes, bool]]


class Denied(Exception):
    pass


class Past:
    acts: dict[bytes, Act]
    root: bytes | None
    seen_by: dict[bytes, frozenset[bytes]]
    gone: set[bytes]
    lies: dict[bytes, list[bytes]]

    def seen(self, of: bytes) -> frozenset[bytes]:
        if of not in self.seen_by:
            found: set[bytes] = set()
            waiting = list(self.acts[of].after)
            while waiting:
                one = waiting.pop()
                if one in self.acts and one not in found:
                    found.add(one)
                    waiting.extend(self.acts[one].after)
            self.seen_by[of] = frozenset(found - {of})
        return self.seen_by[of]

    def concurrent(self, one: bytes, other: bytes) -> bool:
        return one != other and one not in self.seen(other) and other not in self.seen(one)

    def in_order(self, ids: Iterable[bytes]) -> list[bytes]:
        return sorted(ids, key=lambda one: (self.acts[one].key, one))

    def missing(self, of: bytes) -> set[bytes]:
        act = self.acts[of]
        listed = act.data.get("acts") if act.action == "adopt" else None
        quoted = [one for one in listed if isinstance(one, bytes)] if isinstance(listed, list) else []
        return {*act.after, *quoted} - set(self.acts) - self.gone

    def lacks(self, of: bytes) -> bool:
        return any(self.missing(one) for one in self.seen(of) | {of})

    def clock_wrong(self, of: bytes) -> bool:
        act = self.acts[of]
        for one in act.after:
            if one in self.acts:
                named = self.acts[one]
                own = (named.key.log, named.key.seq) == (act.key.log, act.key.seq)
                if not (named.key.index < act.key.index if own else named.key.time < act.key.time):
                    return True
        return False

    def counts(self, of: bytes) -> bool:
        return self.acts[of].presence is Presence.PRESENT and not self.clock_wrong(of)

    # -- erasure: what orders that stand destroy is taken away before anything is folded

    def erase(self) -> None:
        orders = [one for one, act in self.acts.items()
                  if act.action == "erase" and self.counts(one) and not self.order_refused(act)]  # fmt: skip
        for one in orders:
            data = self.acts[one].data
            if "fields" not in data:
                self.gone |= {item[0][:16] for item in data["changes"] if 6 not in item}
            lied = {item[0][:16] for item in data["changes"] if self.is_lie(data, item)}
            if lied:
                self.lies[one] = sorted(lied)
        left = {}
        for one, act in self.acts.items():
            hit = [
                order
                for order in orders
                if "fields" not in self.acts[order].data or self.never_saw(one, order)
            ]
            left[one] = act if act.action in ("erase", "erased") else self.without(act, hit)
        self.acts = left
        self.seen_by.clear()
        kept = {text.id for act in left.values() for text in act.texts}
        kept |= {one for one, act in left.items() if act.presence is not Presence.ERASED}
        self.lies = {
            one: rest for one, lied in self.lies.items() if (rest := [each for each in lied if each in kept])
        }

    def never_saw(self, one: bytes, order: bytes) -> bool:
        """For certain: whatever may come yet."""
        act, other = self.acts[one], self.acts[order]
        own = (act.key.log, act.key.seq) == (other.key.log, other.key.seq)
        if act.key.index < other.key.index if own else act.key.time <= other.key.time:
            return True
        untold = any(
            self.acts[link].presence is Presence.ERASED or self.acts[link].matter == "" or
            set(self.acts[link].after) - set(self.acts) for link in {one} | self.seen(one)
        )  # fmt: skip
        return not untold and order not in self.seen(one)

    def without(self, act: Act, orders: list[bytes]) -> Act:
        for order in orders:
            if "fields" not in self.acts[order].data and act.id not in self.lies.get(order, []):
                act = replace(act, presence=Presence.ERASED, data={}, words={})
                if act.id not in self.gone:  # a link of which nothing is told
                    act = replace(act, matter="", action="", after=())
        kept = []
        for text in act.texts:
            hit = [order for order in orders if text.id not in self.lies.get(order, [])
                   and ("fields" not in self.acts[order].data
                        or set(self.acts[order].data["fields"]) & set(text.data))]  # fmt: skip
            if not hit:
                kept.append(text)
        if len(kept) == len(act.texts):
            return act
        words: dict[str, Any] = {}
        for text in kept if act.presence is not Presence.ERASED else []:
            words.update(text.data)
        return replace(act, words=words, texts=tuple(kept))

    def is_lie(self, data: Any, item: Any) -> bool:
        named = item[0][:16]
        for act in self.acts.values():
            for text in act.texts:
                if text.id == named:
                    said = {6: act.id, 2: text.matter}
                    written = "fields" not in data or any(name in text.data for name in data["fields"])
                    return not written or {key: item[key] for key in item if 0 < key < 7} != said
        act_named = self.acts.get(named)
        if act_named is None or act_named.presence is Presence.ERASED:
            return False
        said = {2: act_named.matter, 3: act_named.action, 4: list(act_named.after)}
        if act_named.id != act_named.record:
            said[1] = act_named.record
        return "fields" in data or {key: item[key] for key in item if 0 < key < 7} != said

    def order_refused(self, act: Act) -> str:
        if not act.given:
            return "not_given"
        if not act.after:
            return "no_beginning"
        ground, fields, items = (act.data.get(name) for name in ("ground", "fields", "changes"))
        if not isinstance(ground, str) or ground == "" or not isinstance(items, list):
            return "malformed"
        if fields is not None and (not isinstance(fields, list) or len(fields) == 0
                                   or not all(isinstance(one, str) for one in fields)):  # fmt: skip
            return "malformed"
        if any(not isinstance(item, dict) or len(item.get(0, b"")) != 32 for item in items):
            return "malformed"
        if act.unit.count("/") == 0 or self.root is not None and act.unit == self.acts[self.root].unit:
            return ""
        return "not_registrar"

    def check_erasing(self, act: Act) -> None:
        if act.action == "erase":
            code = self.order_refused(act)
            if code:
                raise Denied(code)
        elif not act.given:
            raise Denied("not_given")
        elif not isinstance(act.data.get("by"), bytes) or type(act.data.get("count")) is not int:
            raise Denied("malformed")
        elif act.data["by"] not in self.acts or not self.answers(act, self.acts[act.data["by"]]):
            raise Denied("nothing_erased")

    def answers(self, act: Act, order: Act) -> bool:
        stands = order.action == "erase" and self.counts(order.id) and not self.order_refused(order)
        return stands and (order.key, order.id) < (act.key, act.id)

    def standing_orders(self, verdicts: Verdicts) -> list[bytes]:
        return [one for one, verdict in verdicts.items()
                if verdict[0] == "stands" and self.acts[one].action == "erase"]  # fmt: skip
