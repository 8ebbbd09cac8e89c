from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

import tui
from node import language
from tui.actions import ACTIONS
from tui.texts import LOCALE, known, messages, t

CHINESE, ENGLISH = messages("zh"), messages("en")
FILES = sorted(Path(tui.__file__).parent.rglob("*.py"))


def calls() -> set[str]:
    """The keys, and patterns of keys, that the screens ask for."""
    found = set()
    for path in FILES:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("t", "known") and call.args:
                found.add(_key(call.args[0]))
    return found - {""}


def constants() -> set[str]:
    """Keys may stand in tables of data as well."""
    trees = (ast.parse(path.read_text("utf-8")) for path in FILES)
    return {one.value for tree in trees for one in ast.walk(tree) if _is_text(one)}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _key(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(str(one.value)) if isinstance(one, ast.Constant) else "[a-z_]+" for one in node.values
        ]
        return "".join(parts)
    return ""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted({*CHINESE, *ENGLISH}))
def test_every_sentence_stands_in_both_languages_with_the_same_places(key: str) -> None:
    chinese, english = CHINESE.get(key, ""), ENGLISH.get(key, "")
    assert chinese and english
    assert places(chinese) == places(english)
    assert english.isascii()


def test_no_sentence_is_missing() -> None:
    missing = [key for key in calls() if not any(re.fullmatch(key, one) for one in CHINESE)]
    assert missing == []


def test_no_sentence_is_left_over() -> None:
    asked, said = calls(), constants()
    left = [one for one in CHINESE if not any(re.fullmatch(key, one) for key in asked)]
    assert [one for one in left if one not in said] == []


def test_every_action_has_a_name() -> None:
    assert {f"do.{action.name}" for action in ACTIONS} <= set(CHINESE)


def test_the_language_in_use_decides() -> None:
    assert t("yes") == "是"
    language.use("en")
    assert t("yes") == "yes"


def test_a_code_that_is_new_is_shown_as_it_came() -> None:
    assert known("kind.newer", "newer") == "newer"


def test_no_sentence_stands_twice() -> None:
    for folder in LOCALE.iterdir():
        keys = [
            line for path in sorted(folder.glob("*.po")) for line in path.read_text("utf-8").split("\n")
            if line.startswith("msgid ") and line != 'msgid ""'
        ]  # fmt: skip
        assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]
