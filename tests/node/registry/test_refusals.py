"""Every way in which the registry denies a change has its sentence, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

from node.registry.refusals import HINTS, SENTENCES
from tests.house.project import ROOT

RULES = ("registry_rules", "enrolment", "judgement")


def told(path: Path) -> set[str]:
    """Codes that a rule returns, or raises."""
    found = set()
    for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        values = [one.value] if isinstance(one, ast.Return) else []
        values += (
            [word.value for word in one.keywords if word.arg == "code"] if isinstance(one, ast.Call) else []
        )
        values += (
            one.args[1:2] if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "Verdict" else []
        )
        found |= {
            value.value
            for value in values
            if isinstance(value, ast.Constant) and isinstance(value.value, str)
        }
    return found - {""}


def test_every_code_of_a_denied_registry_change_has_a_sentence_in_both_languages() -> None:
    codes = set().union(*(told(ROOT / "sync_protocol" / f"{name}.py") for name in RULES))
    assert codes <= SENTENCES.keys()
    assert all(zh.strip() and en.strip() and zh != en for zh, en in SENTENCES.values())
    assert HINTS.keys() <= SENTENCES.keys()
