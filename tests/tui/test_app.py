from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from node.errors import Usage
from tui.app import prepare, refuse_other_encodings

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("sqlmodel", "sqlalchemy", "alembic", "uvicorn", "starlette", "httpx", "pydantic")


@pytest.mark.parametrize(("kitty", "said"), [(False, "1"), (True, "0")])
def test_the_kitty_protocol_is_off_unless_a_setting_turns_it_on(
    kitty: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_DISABLE_KITTY_KEY", "")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "")
    prepare(kitty)
    assert os.environ["TEXTUAL_DISABLE_KITTY_KEY"] == said
    assert os.environ["TEXTUAL_ANIMATIONS"] == "none"


def modules_after(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_door_imports_no_textual_before_it_has_prepared() -> None:
    assert "textual" not in modules_after("import tui.app")


def test_what_the_login_needs_imports_nothing_heavy() -> None:
    assert not set(HEAVY) & modules_after("import tui.app, tui.desk")


@pytest.mark.parametrize(("named", "is_fit"), [("zh_CN.GBK", False), ("zh_CN.gb18030", False), ("zh_CN.UTF-8", True),
                                              ("C.utf8", True), ("C", True), ("", True)])  # fmt: skip
def test_a_terminal_of_another_encoding_is_refused_by_name(
    named: str, is_fit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LC_CTYPE", raising=False)
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LANG", named)
    if is_fit:
        refuse_other_encodings()
        return
    with pytest.raises(Usage) as caught:
        refuse_other_encodings()
    assert caught.value.code == "no_utf8" and named in caught.value.text and caught.value.text.isascii()
