"""Pictures of the screens for docs/screens: `python -m tests.tui.portraits`. Of the small province of the tests."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from node import language
from tests.tui import seat
from tests.tui.hand import Hand, press, say, shown

ROOT = Path(__file__).parents[2] / "docs" / "screens"
SIZE = (120, 34)
_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)  # they would be asked of a foreign host
_LENGTHS = re.compile(r' textLength="[^"]*"')  # counted in characters, where Chinese takes two cells


def save(hand: Hand, name: str) -> None:
    assert shown(hand).strip()
    drawn = _LENGTHS.sub("", _FONTS.sub("", hand.app.export_screenshot(title="Qiao", simplify=True)))
    (ROOT / f"{name}.svg").write_text(drawn.replace("Fira Code", "monospace"), "utf-8")


async def draw(directory: Path) -> None:
    async with seat.seated(directory, "all", SIZE) as hand:
        save(hand, "inbox")
        await press(hand, "enter")
        save(hand, "ticket")
        await say(hand, "note")
        save(hand, "form")
        await press(hand, "escape")
        for name in ("intake", "supervision", "board", "exceptions", "line", "settings"):
            await hand.app.action_go(name)  # type: ignore[attr-defined]
            await press(hand)
            save(hand, name)
            await press(hand, "escape", "f2")
        await press(hand, "colon")
        save(hand, "commands")


def main() -> None:
    language.use("zh")
    ROOT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(draw(seat.found(Path(place))))


if __name__ == "__main__":
    main()
