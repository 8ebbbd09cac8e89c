from __future__ import annotations

from pathlib import Path

from tui.keysheet import lines

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"


def test_the_page_of_keys_is_the_registrys() -> None:
    assert PAGE.read_text("utf-8") == "\n".join(lines()) + "\n", "python -m tui.keysheet > docs/keys.md"
