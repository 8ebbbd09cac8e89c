"""One act on several records (批量): each checked and signed as if it were the only one, and a result for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from node.errors import QiaoError

from . import safe
from .cells import cut, pad, wrap
from .face import Item
from .gate import sentence_of
from .lines import Line
from .signing import Intent
from .texts import t

if TYPE_CHECKING:
    from .gate import Gate


@dataclass(frozen=True, slots=True)
class Target:
    """A record, and what is said of it alone."""

    record: str
    number: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """`fault` is None where it was signed (or may be)."""

    target: Target
    fault: QiaoError | None = None


Told = Callable[[str, Sequence[Result]], None]


def params_of(target: Target, matter: str, verb: str, data: Mapping[str, Any], draft: str) -> dict[str, Any]:
    """What `Node.do("act", …)` takes."""
    return {
        "matter": matter,
        "verb": verb,
        "record": target.record,
        "data": {**target.data, **data},
        "draft": draft,
    }


async def checked(
    gate: Gate, acts: Sequence[tuple[Target, Mapping[str, Any]]], person: Any, at: Callable[[int], None]
) -> list[Result]:
    """Each as it would go, nothing signed. `at` is told how many are done with."""
    found = []
    for number, (target, params) in enumerate(acts, 1):
        try:
            await gate.check("act", dict(params), person)
            found.append(Result(target))
        except QiaoError as fault:
            found.append(Result(target, fault))
        at(number)
    return found


@dataclass(frozen=True, slots=True)
class SeveralIntent(Intent):
    """Waits and can be undone as one; `told` gets the results, which are never all or nothing."""

    acts: tuple[tuple[Target, Mapping[str, Any]], ...] = ()
    told: Told = lambda _label, _results: None

    async def sign(self, gate: Gate, person: Any) -> Item:
        """Raises the first fault where nothing could be signed."""
        results = []
        for target, params in self.acts:
            try:
                await gate.act("do", self.operation, dict(params), person)
                results.append(Result(target))
            except QiaoError as fault:
                results.append(Result(target, fault))
        signed = sum(one.fault is None for one in results)
        first = next((one.fault for one in results if one.fault is not None), None)
        if not signed and first is not None:
            raise first
        self.told(self.label, results)
        return {"number": t("several.signed", n=signed, of=len(results))}


def result_lines(results: Sequence[Result], width: int) -> list[Line]:
    """What couldn't be done first, each with its reason."""
    ordered = sorted(results, key=lambda one: one.fault is None)
    return [line for one in ordered for line in _result(one, width)]


def _result(one: Result, width: int) -> list[Line]:
    """A reason in full, however long."""
    number = pad(safe.cell(one.target.number), min(24, width // 3))
    room = max(4, width - min(24, width // 3) - 1)
    if one.fault is None:
        return [[(number + " ", ""), (cut(t("several.done"), room), "good")]]
    told = wrap(safe.line(sentence_of(one.fault), 400), room)
    names = [number, *[" " * cell_len(number)] * (len(told) - 1)]
    return [[(name + " ", ""), (piece, "bad")] for name, piece in zip(names, told, strict=True)]
