from __future__ import annotations

import importlib
import pkgutil

import pytest

import tui.screens
from tui.actions import (
    ACTIONS,
    COLON,
    QUESTION,
    SLASH,
    Action,
    bindings,
    clashes,
    digit,
    display,
    free,
    is_key,
    offered,
    prints,
)
from tui.desk import QiaoApp
from tui.places import place
from tui.screens.base import Base


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_key_that_prints_has_a_twin_that_an_input_method_leaves_alone(action: Action) -> None:
    twins = [key for key in action.keys if key.startswith("ctrl+") or key in {f"f{n}" for n in range(1, 13)}]
    digits = {key for number in range(1, 10) for key in digit(number)}  # these it commits as they are
    assert twins or set(action.keys) <= {"escape", *digits}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_what_a_browser_keeps_for_itself_is_never_the_only_key(action: Action) -> None:
    taken = {"ctrl+n", "ctrl+t", "ctrl+w"}
    assert not taken & set(action.keys) or any(not prints(key) and key not in taken for key in action.keys)


def test_the_digits_of_a_screen_come_full_width_as_well() -> None:
    by_digit = [action for action in ACTIONS if any(key in "123456789" for key in action.keys)]
    assert len(by_digit) == 9 and all(action.keys == digit(int(action.keys[0])) for action in by_digit)
    assert display("fullwidth_digit_three") == "３"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_punctuation_is_bound_full_width_as_well(action: Action) -> None:
    for forms in (COLON, SLASH, QUESTION):
        assert not set(forms) & set(action.keys) or set(forms) <= set(action.keys)


def test_no_key_means_two_things_on_one_screen() -> None:
    kinds = {kind for action in ACTIONS for kind in action.screens}
    for kind in kinds:
        keys = [key for action in offered(kind) for key in action.keys]
        doubled = {key for key in keys if keys.count(key) > 1}
        assert not doubled, (kind, doubled)


def every_screen() -> list[type[Base]]:
    for module in pkgutil.walk_packages(tui.screens.__path__, "tui.screens."):
        importlib.import_module(module.name)
    found, rest = [], [Base]
    while rest:
        found.append(rest.pop())
        rest += found[-1].__subclasses__()
    return [one for one in found if one.kind]


@pytest.mark.parametrize("screen", every_screen(), ids=lambda one: one.__name__)
def test_whatever_a_screen_offers_it_or_the_application_can_do(screen: type[Base]) -> None:
    names = [action.name for action in offered(screen.kind) if place(action.name) is None]
    known = {name for name in names if hasattr(screen, f"do_{name}") or hasattr(QiaoApp, f"do_{name}")}
    assert set(names) == known


def test_the_footer_shows_one_key_of_an_action() -> None:
    shown = [binding for binding in bindings({}) if binding.show]
    assert len({binding.action for binding in shown}) == len(shown)
    assert all(not prints(binding.key) for binding in shown)


def test_every_key_can_be_printed_by_any_console() -> None:
    for action in ACTIONS:
        assert all(display(key).isascii() for key in action.keys[:1])
    assert display("ctrl+s") == "^S" and display("f7") == "F7" and display("fullwidth_colon") == "："


def test_keys_told_as_free_clash_with_nothing_and_terminals_send_them() -> None:
    found = free("line", {})
    assert found and not {"f2", "ctrl+i", "ctrl+m", "ctrl+c"} & {*found}
    for key in found:
        assert is_key(key) and clashes({"line": ("f4", key)}) == []
