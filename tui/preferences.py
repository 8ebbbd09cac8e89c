"""How the screens are to be for one person (设置): kept at the node under his staff id, so that they are the same at
every seat. What is wrong in them is left out and told, never a reason not to start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from node.language import LANGUAGES

from .actions import ACTIONS, clashes, is_key, named
from .texts import t

THEMES = ("dark", "light", "contrast")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`None` and {}: as the node's settings and the registry have it."""

    language: str | None = None
    theme: str | None = None
    bell: bool | None = None
    ascii_borders: bool | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # action → keys
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # list → columns shown
    sorts: Mapping[str, str] = field(default_factory=dict)  # list → key of its order
    toured: bool = False  # the tour was seen, or left

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "language": self.language, "theme": self.theme, "bell": self.bell, "ascii_borders": self.ascii_borders,
            "keys": {name: list(keys) for name, keys in self.keys.items()},
            "columns": {name: list(one) for name, one in self.columns.items()},
            "sorts": dict(self.sorts), "toured": self.toured,
        }  # fmt: skip


def read(kept: Mapping[str, Any]) -> tuple[Preferences, list[str]]:
    """From what is kept, and a sentence for each thing that was left out."""
    found, faults = Preferences(), []
    for key, value in kept.items():
        try:
            found = changed(found, key, value)
        except Unfit as fault:
            faults.append(str(fault))
    return found, faults


class Unfit(Exception):
    """A preference that can't be: the sentence names the key, the value, and the nearest that is valid."""


def changed(before: Preferences, key: str, value: Any) -> Preferences:
    """With one of them changed. Raises Unfit."""
    if key not in Preferences.__dataclass_fields__:
        raise Unfit(_nearest(key, key, list(Preferences.__dataclass_fields__)))
    return replace(before, **{key: _CHECKS[key](key, value)})


def _nearest(key: str, value: Any, valid: Sequence[str]) -> str:
    near = get_close_matches(str(value), valid, 1, 0.5)
    return t("settings.unfit", name=key, value=value, valid=near[0] if near else ", ".join(valid))


def _one_of(*valid: str) -> Any:
    def check(key: str, value: Any) -> str | None:
        if value is not None and value not in valid:
            raise Unfit(_nearest(key, value, valid))
        return value  # type: ignore[no-any-return]

    return check


def _yes_no(key: str, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise Unfit(_nearest(key, value, ["true", "false"]))
    return value


def _flag(key: str, value: Any) -> bool:
    return bool(_yes_no(key, value))


def _keys(key: str, value: Any) -> dict[str, tuple[str, ...]]:
    found = _lists(key, value)
    for name, keys in found.items():
        if named(name) is None:
            raise Unfit(_nearest("keys", name, [action.name for action in ACTIONS]))
        wrong = next((one for one in keys if not is_key(one)), None)
        if wrong is not None:
            raise Unfit(t("settings.bad_key", action=name, pressed=wrong))
    for one, action, other in clashes(found):
        raise Unfit(t("settings.clash", pressed=one, action=_called(action), other=_called(other)))
    return found


def _called(name: str) -> str:
    action = named(name)
    return action.label if action is not None else name


def _lists(key: str, value: Any) -> dict[str, tuple[str, ...]]:
    fits = isinstance(value, Mapping) and all(isinstance(one, list | tuple) for one in value.values())
    if not fits:
        raise Unfit(_nearest(key, value, ["{}"]))
    return {str(name): tuple(map(str, one)) for name, one in value.items()}


def _words(key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise Unfit(_nearest(key, value, ["{}"]))
    return {str(name): str(one) for name, one in value.items()}


_CHECKS = {
    "language": _one_of(*LANGUAGES), "theme": _one_of(*THEMES), "bell": _yes_no, "ascii_borders": _yes_no,
    "keys": _keys, "columns": _lists, "sorts": _words, "toured": _flag,
}  # fmt: skip
