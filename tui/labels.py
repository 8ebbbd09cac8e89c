"""Names of the domain as the declarations give them: Chinese labels, and identifiers for English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from conflict.declaration import Field, Matter, Type
from conflict.explain import GENERIC
from node import language
from node.matters.draft import Kind, Verb

from . import safe
from .texts import t

_GONE = {"erased": "已依法删除"}  # the phase of what was erased whole, in every matter


@lru_cache(16)
def matter_of(name: str) -> Matter | None:
    """The declaration, where this program knows the matter."""
    from node.matters import KINDS

    kind = KINDS.get(name)
    return None if kind is None else kind.matter


def kind_of(name: str) -> Kind | None:
    """The matter with its verbs and clocks, where this program knows it."""
    from node.matters import KINDS

    return KINDS.get(name)


def plain(identifier: str) -> str:
    return identifier.replace("_", " ")


def _named(identifier: str, label: str) -> str:
    return plain(identifier) if language.used() == "en" or not label else label


def field_label(field: Field) -> str:
    return safe.line(_named(field.name, field.label))


def verb_label(verb: Verb) -> str:
    return safe.line(_named(verb.name, verb.label))


def action_label(matter: Matter | None, name: str) -> str:
    """An act's name; one that this program doesn't know is shown as it came."""
    action = matter.action(name) if matter else None
    return safe.line(_named(name, action.label if action else GENERIC.get(name, "")))


def name_label(matter: Matter | None, code: object) -> str:
    """A phase or a status."""
    text = str(code or "")
    return safe.line(_named(text, matter.names.get(text, _GONE.get(text, "")) if matter else ""))


def code_label(field: Field, code: object) -> str:
    return safe.line(_named(str(code), field.codes.get(str(code), "")))


def money(fen: object) -> str:
    """Integer fen as yuan, `1,200.50`."""
    if not isinstance(fen, int) or isinstance(fen, bool):
        return safe.line(fen)
    sign, amount = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{amount // 100:,}.{amount % 100:02d}"


def value_text(field: Field | None, value: Any) -> str:
    """A value for people, safe, possibly of several lines; "" where there is none."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if field is not None and field.type is Type.MONEY:
        return money(value)
    if field is not None and field.codes and not isinstance(value, list | dict):
        return code_label(field, value)
    if field is not None and field.type is Type.FILES and isinstance(value, Mapping):
        return safe.block(value.get("name") or "")
    if isinstance(value, Mapping):
        return "; ".join(f"{safe.line(key)}: {value_text(None, one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_text(field, one) for one in value)
    return safe.block(value)


def actor_name(act: Mapping[str, Any]) -> str:
    """Who did it, by the name that is known here; a node by itself is the system. Safe."""
    actor = act.get("actor_name") or act.get("actor") or ""
    return t("actor.system") if actor == "system" else safe.cell(actor)
