"""A matter's page for `docs/`, drawn from its declaration: its states as diagrams, its acts and fields as
tables. `python -m node.matters.page` prints docs/ticket-lifecycle.md, with another matter's name that one's; a
test keeps them equal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from conflict.act import Act, Key
from conflict.declaration import Action, Field, Matter, Merge, Type, kind_of

from .draft import Kind

_KEY = Key(0, b"", 0, 0)
_WAYS = {"review": "outcome", "advance": "to"}  # acts whose outcome depends on a code that they carry
_SHOWN = {"receive": "received"}  # statements by which an assignment is shown otherwise


def page(kind: Kind, head: str) -> str:
    """The whole page. `head`: the paragraph under its title."""
    matter = kind.matter
    parts = [
        f"# {matter.label} `{matter.name}`: its life, drawn from the declaration",
        head,
        "## Phases",
        _mermaid(matter, "phase"),
        *(["## Assignments", _mermaid(matter, "status")] if _has_status(matter) else []),
        "## Names",
        _table(("identifier", "Chinese"), ((f"`{code}`", label) for code, label in matter.names.items())),
        "## Slots",
        _table(("slot", "Chinese", "contains"), _slots(matter)),
        "## Acts",
        "An act is allowed where one of its units fits and no guard forbids it.",
        _table(("act", "Chinese", "roles", "unit", "phases", "statuses", "writes", "data"), _acts(matter)),
        "## Verbs",
        _table(("verb", "Chinese", "makes first", "takes (* required)"), _verbs(kind)),
        "## Fields",
        _table(("field", "Chinese", "merge", "type", "words", "codes"), map(_field, matter.fields)),
    ]
    return "\n\n".join(parts) + "\n"


def _has_status(matter: Matter) -> bool:
    return any(one.kind == "status" for one in matter.slots)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _list(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _slots(matter: Matter) -> Iterator[tuple[str, ...]]:
    for one in matter.slots:
        yield f"`{one.kind}`", one.label, _list(sorted(one.contains))


def _acts(matter: Matter) -> Iterator[tuple[str, ...]]:
    for one in matter.actions:
        slot = one.slot(_probe(one, ""))
        units = dict.fromkeys(name for name, _ in one.units)
        yield (
            f"`{one.name}`", one.label, _list(sorted(one.roles)), _list(units), _list(one.phases),
            _list(one.statuses), f"`{kind_of(slot)}`" if slot else "",
            _list(field.name for field in one.data),
        )  # fmt: skip


def _verbs(kind: Kind) -> Iterator[tuple[str, ...]]:
    for one in kind.verbs:
        taken = (f"`{field.name}`{'*' if field.name in one.required else ''}" for field in one.takes)
        yield f"`{one.name}`", one.label, f"`{one.action}`", " ".join(taken)


def _field(one: Field) -> tuple[str, ...]:
    kind = "" if one.type is Type.TEXT else f"`{one.type}`"
    merge = "" if one.merge is Merge.LAST else f"`{one.merge}`"
    codes = "，".join(f"`{code}` {label}" for code, label in one.codes.items())
    return f"`{one.name}`", one.label, merge, kind, "yes" if one.words else "", codes


def _mermaid(matter: Matter, kind: str) -> str:
    """The transitions of one kind of slot. An act without phases is from any that is open."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {source} --> {target}: {name}" for source, target, name in _arrows(matter, kind)]
    return "\n".join([*lines, "```"])


def _arrows(matter: Matter, kind: str) -> Iterator[tuple[str, str, str]]:
    for action in matter.actions:
        if kind == "status" and action.name in _SHOWN:
            yield "sent", _SHOWN[action.name], action.name
        for code in _ways(action):
            act = _probe(action, code)
            slot = action.slot(act)
            if slot is not None and kind_of(slot) == kind:
                for source in _sources(matter, action, kind, code):
                    yield source, _target(action, act), f"{action.name} {code}".strip()


def _ways(action: Action) -> tuple[str, ...]:
    name = _WAYS.get(action.name)
    found = next((field for field in action.data if field.name == name), None)
    return ("",) if found is None else tuple(found.codes)


def _sources(matter: Matter, action: Action, kind: str, code: str) -> tuple[str, ...]:
    if action.first or (kind == "status" and not action.statuses):
        return ("[*]",)
    if kind == "status":
        return action.statuses
    if action.name == "advance":  # each phase has one way on
        return ("registered",) if code == "follow_up" else ("follow_up",)
    return action.phases or ("registered", "follow_up", "quality_check")


def _target(action: Action, act: Act) -> str:
    outcome = action.outcome(act)
    return str(outcome["phase"] if isinstance(outcome, dict) else outcome)


def _probe(action: Action, code: str) -> Act:
    name = _WAYS.get(action.name)
    data = {"round": 1, "unit": "u", **({name: code} if name and code else {})}
    return Act(b"", _KEY, "u", "", "", action.name, data)


LIFECYCLE = (
    "What [the glossary](glossary.md) names, as the program knows it. This page is made by "
    "`python -m node.matters.page`; a test keeps it equal to the declaration in `node/matters/ticket/`. "
    "`received` and `dispatched` are shown, never written: an assignment is *received* once its unit's node "
    "has signed the receipt, and the ticket is *dispatched* while its round has an assignment."
)


OTHER = (
    "What [the glossary](glossary.md) names, as the program knows it. This page is made by "
    "`python -m node.matters.page` with the matter's name; a test keeps it equal to the declaration."
)


if __name__ == "__main__":
    from . import KINDS

    wanted = sys.argv[1] if len(sys.argv) > 1 else "ticket"
    sys.stdout.write(page(KINDS[wanted], LIFECYCLE if wanted == "ticket" else OTHER))
