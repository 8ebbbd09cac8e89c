"""The one registry of what a key can do: bindings, footer, F1 help and the command list come from here.

With a Chinese input method on, letters go to the method and punctuation arrives full-width. So every key
that prints a character has a twin that doesn't (an F-key or Ctrl), and `: / ?` are bound in every form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from textual.binding import Binding

from .texts import t

COLON = ("colon", "fullwidth_colon")
SLASH = ("slash", "fullwidth_solidus", "ideographic_comma")
QUESTION = ("question_mark", "fullwidth_question_mark")

PLACES = frozenset({"inbox", "exceptions", "line", "supervision", "board", "audit", "settings"})
WORK = PLACES | {
    "ticket",
    "exception",
    "reader",
    "setting",
    "staff",
    "calendar",
    "counted",
    "bulletins",
    "bulletin",
}
FORMS = frozenset({"form", "dispatch", "intake", "handover", "founding"})
EVERYWHERE = WORK | FORMS
LISTS = frozenset({"inbox", "supervision"})  # that are filtered, sorted, marked
_DIGITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WIDE = "fullwidth_digit_"


def digit(number: int) -> tuple[str, str]:
    """The keys of 1 to 9, also as an input method writes them in full width."""
    return str(number), f"{_WIDE}{_DIGITS[number - 1]}"


@dataclass(frozen=True, slots=True)
class Action:
    """`name` is also the method: `do_NAME` of the screen, else of the app. `screens` are kinds of screen."""

    name: str
    keys: tuple[str, ...]  # the first is the one shown; () can only be said as a command
    screens: frozenset[str]
    footer: bool = False
    argument: str = ""  # key of texts: what may follow the command (`:filter 工资`); the method takes it then
    writes: bool = False  # signs something, so it isn't there in read-only mode

    @property
    def label(self) -> str:
        return t(f"do.{self.name}")


ACTIONS: tuple[Action, ...] = (
    Action("help", ("f1", *QUESTION), EVERYWHERE | {"login", "card", "start"}, footer=True),
    # places
    Action("inbox", ("f2",), WORK - {"inbox"}, footer=True),
    Action("exceptions", ("f3",), WORK - {"exceptions"}, footer=True),
    Action("line", ("f4",), WORK - {"line"}, footer=True),
    Action("intake", ("ctrl+k", "i"), WORK, writes=True),
    Action("handover", (), WORK, writes=True),
    Action("supervision", (), WORK - {"supervision"}),
    Action("board", (), WORK - {"board"}),
    Action("audit", (), WORK - {"audit"}),
    Action("settings", (), WORK - {"settings"}),
    Action("places", ("f11", "ctrl+g", "g"), WORK, footer=True),
    Action("refresh", ("f5", "ctrl+r"), WORK),
    # inbox
    Action("filter", ("f6", *SLASH), LISTS, footer=True, argument="argument.text"),
    Action("sort", ("f7", "s"), LISTS, footer=True, argument="argument.column"),
    Action("sort_back", ("f8", "r"), LISTS),
    Action("register", ("f9", "ctrl+n", "n"), frozenset({"inbox"}), footer=True, writes=True),
    Action("columns", ("ctrl+f", "c"), frozenset({"inbox"})),
    Action("pick", ("space", "ctrl+a", "ctrl+t", "x"), LISTS, footer=True),
    Action("bulk", ("ctrl+b", "b"), frozenset({"inbox"}), writes=True),
    Action("keep_view", (), frozenset({"inbox"}), argument="argument.name"),
    Action("show_view", (), frozenset({"inbox"}), argument="argument.name"),
    # ticket
    Action("whole", ("f7", "v"), frozenset({"ticket"}), footer=True),
    Action("verbs", ("f8", "a"), frozenset({"ticket"}), footer=True, writes=True),
    Action("cards", ("f9", "e"), frozenset({"ticket"}), footer=True),
    Action("take_out", ("f6", "d"), frozenset({"ticket"}), footer=True),
    Action("reveal", ("ctrl+x", "m"), frozenset({"ticket"}), writes=True),
    Action("object", ("f9", "o"), frozenset({"card"}), footer=True, writes=True),
    Action("clear_card", ("ctrl+e", "e"), frozenset({"card", "supervision"}), footer=True, writes=True),
    # exceptions
    Action("kinds", ("f7", "k"), frozenset({"exceptions"}), footer=True),
    Action("ticket", ("f7", "o"), frozenset({"exception"}), footer=True),
    Action("settle", ("f8", "e"), frozenset({"exception"}), footer=True, writes=True),
    Action("adopt", ("f9", "p"), frozenset({"exception"}), footer=True, writes=True),
    Action("admit", ("ctrl+a", "ctrl+t", "m"), frozenset({"exception"}), writes=True),
    # line
    Action("sync", ("f7", "s"), frozenset({"line"}), footer=True),
    Action("to_stick", ("f8", "o"), frozenset({"line"}), footer=True),
    Action("from_stick", ("f9", "r"), frozenset({"line"}), footer=True, argument="argument.file"),
    Action("clock", ("ctrl+a", "c"), frozenset({"line"})),
    # settings
    Action("add_staff", ("f9", "n"), frozenset({"staff"}), footer=True, writes=True),
    Action("roles", ("f7", "e"), frozenset({"staff"}), footer=True, writes=True),
    Action("disable", ("f8", "d"), frozenset({"staff"}), footer=True, writes=True),
    Action("duty", ("f6", "o"), frozenset({"staff"}), footer=True),
    Action("password", ("ctrl+x", "p"), frozenset({"staff"}), footer=True),
    Action("earlier", ("f6", "b"), frozenset({"calendar", "board"}), footer=True),
    Action("later", ("f9", "n"), frozenset({"calendar", "board"}), footer=True),
    # audit
    Action("verify", ("f7", "v"), frozenset({"audit"}), footer=True),
    Action("verify_all", ("f8", "a"), frozenset({"audit"}), footer=True),
    Action("export", ("f9", "x"), frozenset({"audit", "bulletin"}), footer=True, argument="argument.file"),
    # supervision
    Action("lists", ("ctrl+l", "l"), frozenset({"supervision"})),
    Action("list_overdue", digit(1), frozenset({"supervision"})),
    Action("list_reminders", digit(2), frozenset({"supervision"})),
    Action("list_undelivered", digit(3), frozenset({"supervision"})),
    Action("list_cards", digit(4), frozenset({"supervision"})),
    Action("list_follow_up", digit(5), frozenset({"supervision"})),
    Action("urge", ("f9", "u"), frozenset({"supervision"}), footer=True, writes=True),
    Action("supervise", ("ctrl+d", "d"), frozenset({"supervision"}), footer=True, writes=True),
    Action("rework", ("ctrl+x", "k"), frozenset({"supervision"}), footer=True, writes=True),
    # board
    Action("pages", ("f7", "v"), frozenset({"board"}), footer=True),
    Action("page_overview", digit(1), frozenset({"board"})),
    Action("page_ranking", digit(2), frozenset({"board"})),
    Action("page_topics", digit(3), frozenset({"board"})),
    Action("page_kline", digit(4), frozenset({"board"})),
    Action("period", ("f8", "p"), frozenset({"board"}), footer=True),
    Action("table", ("ctrl+l", "t"), frozenset({"board"}), footer=True),
    Action("figure", ("ctrl+f", "f"), frozenset({"board"})),
    Action("reverse", ("ctrl+x", "r"), frozenset({"board"})),
    Action("bulletins", ("ctrl+b", "m"), frozenset({"board", "audit"})),
    Action("of_unit", ("ctrl+u", "u"), frozenset({"board"})),
    # dispatch
    Action("mark", ("f8",), frozenset({"dispatch"}), footer=True),
    Action("final", ("f9",), frozenset({"dispatch"}), footer=True),
    # intake
    Action("next_call", ("f2",), frozenset({"intake"})),
    Action("new_call", ("f3",), frozenset({"intake"}), footer=True),
    Action("fold", ("f4",), frozenset({"intake"}), footer=True),
    Action("panel", ("f5",), frozenset({"intake"}), footer=True),
    Action("urge_earlier", ("f6",), frozenset({"intake"}), footer=True, writes=True),
    Action("link_earlier", ("f7",), frozenset({"intake"}), writes=True),
    Action("lodge_dispatch", ("f8",), frozenset({"intake"}), footer=True, writes=True),
    Action("answer_call", ("f9",), frozenset({"intake"}), footer=True, writes=True),
    Action("lodge", ("f12", "ctrl+s"), frozenset({"intake"}), footer=True, writes=True),
    Action("drop_call", ("f11",), frozenset({"intake"})),
    # everywhere
    Action("submit", ("ctrl+s", "f12"), FORMS - {"intake"}, footer=True),
    Action("sign", ("f12", "ctrl+s"), WORK),
    Action("undo", ("ctrl+z",), WORK | {"intake"}),
    Action("copy", ("ctrl+y", "y"), WORK | {"card"}),
    Action("jump", ("ctrl+o",), EVERYWHERE | {"card"}),
    Action("open", (), WORK, argument="argument.number"),
    Action("tour", (), WORK),
    Action("palette", ("ctrl+p", *COLON), WORK),
    Action("back", ("escape",), EVERYWHERE | {"card", "start"}, footer=True),
    Action("quit", ("ctrl+q", "f10"), EVERYWHERE | {"login", "card", "start"}, footer=True),
)  # fmt: skip


_NAMED = {"escape": "Esc", "slash": "/", "colon": ":", "question_mark": "?", "enter": "Enter",
          "fullwidth_colon": "：", "fullwidth_solidus": "／", "ideographic_comma": "、",
                "fullwidth_question_mark": "？", "left": "Left", "right": "Right", "space": "Space",
          **{f"{_WIDE}{name}": chr(0xFF10 + number) for number, name in enumerate(_DIGITS, 1)}}  # fmt: skip


def display(key: str) -> str:
    """`F7`, `^S`, `Esc`, `/`: a key in characters that every console can print."""
    return "^" + key[5:].upper() if key.startswith("ctrl+") else _NAMED.get(key, key.upper())


Keymap = Mapping[str, Sequence[str]]  # action → keys, in the place of those of the registry
_TAKEN = frozenset(f"ctrl+{letter}" for letter in "chijm")  # the terminal's own: end, Backspace, Tab, Enter
_FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 13))


def keys_of(action: Action, keymap: Keymap) -> tuple[str, ...]:
    return tuple(keymap.get(action.name, action.keys))


def shown_key(action: Action, keymap: Keymap) -> str:
    """ "" for what can only be said."""
    keys = keys_of(action, keymap)
    return display(keys[0]) if keys else ""


def bindings(keymap: Keymap) -> Iterator[Binding]:
    """One binding a key; the footer shows the first key of those that ask for it."""
    for action in ACTIONS:
        keys = keys_of(action, keymap)
        for key in keys:
            shown = action.footer and key == keys[0]
            yield Binding(key, f"go('{action.name}')", action.label, show=shown, key_display=display(key))


def offered(kind: str) -> list[Action]:
    """The actions of one kind of screen, in the order of the registry."""
    return [action for action in ACTIONS if kind in action.screens]


def named(name: str) -> Action | None:
    return next((action for action in ACTIONS if action.name == name), None)


def prints(key: str) -> bool:
    """Whether this key types a character, so that an input method may swallow it."""
    return len(key) == 1 or key.startswith(_WIDE) or key in (*COLON, *SLASH, *QUESTION)


def is_key(key: str) -> bool:
    """A key that every terminal can send: `f7`, `ctrl+t`, a letter or digit. To it, Ctrl+I is Tab, Ctrl+M is Enter."""
    if key in _TAKEN:
        return False
    bare = key.removeprefix("ctrl+")
    letter = len(bare) == 1 and bare.isascii() and bare.isalnum()
    return letter or key in _FUNCTION_KEYS or key in ("left", "right") or prints(key)


def clashes(keymap: Keymap) -> list[tuple[str, str, str]]:
    """(key, action, other action): keys that would mean two things on one screen."""
    found = []
    for kind in sorted({kind for action in ACTIONS for kind in action.screens}):
        taken: dict[str, str] = {}
        for action in offered(kind):
            for key in keys_of(action, keymap):
                if taken.setdefault(key, action.name) != action.name:
                    found.append((key, taken[key], action.name))
    return list(dict.fromkeys(found))


def free(name: str, keymap: Keymap) -> list[str]:
    """Keys that this action could have as well, on all of its screens; a browser keeps Ctrl+N, T, W for itself."""
    action = named(name)
    if action is None:
        return []
    own = keys_of(action, keymap)
    keys = [f"f{number}" for number in range(1, 13)] + [
        f"ctrl+{letter}" for letter in ascii_lowercase if letter not in "ntw"
    ]
    tried = {key: clashes({**keymap, name: (*own, key)}) for key in [*keys, *ascii_lowercase]}
    return [key for key, found in tried.items() if is_key(key) and key not in own and not found]
