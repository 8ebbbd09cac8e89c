"""The one registry of what a key can do: bindings, footer, F1 help and the command list come from here.

With a Chinese input method on, letters go to the method and punctuation arrives full-width. So every key
that prints a character has a twin that doesn't (an F-key or Ctrl), and `: / ?` are bound in every form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding

from .texts import t

COLON = ("colon", "fullwidth_colon")
SLASH = ("slash", "fullwidth_solidus", "ideographic_comma")
QUESTION = ("question_mark", "fullwidth_question_mark")

WORK = frozenset({"inbox", "ticket", "exceptions", "exception", "line", "reader"})
FORMS = frozenset({"form", "dispatch"})
EVERYWHERE = WORK | FORMS


@dataclass(frozen=True, slots=True)
class Action:
    """`name` is also the method: `do_NAME` of the screen, else of the app. `screens` are kinds of screen."""

    name: str
    keys: tuple[str, ...]  # the first is the one shown
    screens: frozenset[str]
    footer: bool = False

    @property
    def label(self) -> str:
        return t(f"do.{self.name}")

    @property
    def shown_key(self) -> str:
        return display(self.keys[0])


ACTIONS: tuple[Action, ...] = (
    Action("help", ("f1", *QUESTION), EVERYWHERE | {"login"}, footer=True),
    Action("inbox", ("f2",), WORK - {"inbox"}, footer=True),
    Action("exceptions", ("f3",), WORK - {"exceptions"}, footer=True),
    Action("line", ("f4",), WORK - {"line"}, footer=True),
    Action("refresh", ("f5", "ctrl+r"), WORK),
    Action("filter", ("f6", *SLASH), frozenset({"inbox"}), footer=True),
    Action("sort", ("f7", "s"), frozenset({"inbox"}), footer=True),
    Action("sort_back", ("f8", "r"), frozenset({"inbox"})),
    Action("register", ("f9", "ctrl+n", "n"), frozenset({"inbox"}), footer=True),
    Action("whole", ("f7", "v"), frozenset({"ticket"}), footer=True),
    Action("verbs", ("f8", "a"), frozenset({"ticket"}), footer=True),
    Action("kinds", ("f7", "k"), frozenset({"exceptions"}), footer=True),
    Action("ticket", ("f7", "o"), frozenset({"exception"}), footer=True),
    Action("settle", ("f8", "e"), frozenset({"exception"}), footer=True),
    Action("adopt", ("f9", "p"), frozenset({"exception"}), footer=True),
    Action("admit", ("ctrl+t", "m"), frozenset({"exception"})),
    Action("sync", ("f7", "s"), frozenset({"line"}), footer=True),
    Action("mark", ("f8",), frozenset({"dispatch"}), footer=True),
    Action("final", ("f9",), frozenset({"dispatch"}), footer=True),
    Action("submit", ("ctrl+s", "f12"), FORMS, footer=True),
    Action("sign", ("f12", "ctrl+s"), WORK),
    Action("undo", ("ctrl+z",), WORK),
    Action("palette", ("ctrl+p", *COLON), WORK),
    Action("back", ("escape",), EVERYWHERE),
    Action("quit", ("ctrl+q", "f10"), EVERYWHERE | {"login"}, footer=True),
)


def display(key: str) -> str:
    """`F7`, `^S`, `Esc`, `/`: a key in characters that every console can print."""
    if key.startswith("ctrl+"):
        return "^" + key[5:].upper()
    named = {"escape": "Esc", "slash": "/", "colon": ":", "question_mark": "?", "enter": "Enter"}
    full = {"fullwidth_colon": "：", "fullwidth_solidus": "／", "ideographic_comma": "、"}
    return (named | full | {"fullwidth_question_mark": "？"}).get(key, key.upper())


def bindings() -> Iterator[Binding]:
    """One binding a key; the footer shows the first key of those that ask for it."""
    for action in ACTIONS:
        for key in action.keys:
            shown = action.footer and key == action.keys[0]
            yield Binding(key, f"go('{action.name}')", action.label, show=shown, key_display=display(key))


def offered(kind: str) -> list[Action]:
    """The actions of one kind of screen, in the order of the registry."""
    return [action for action in ACTIONS if kind in action.screens]


def prints(key: str) -> bool:
    """Whether this key types a character, so that an input method may swallow it."""
    return len(key) == 1 or key in (*COLON, *SLASH, *QUESTION)
