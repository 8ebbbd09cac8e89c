"""All of the corpus that the border of a real node lets in, walked through in a real pseudo-terminal: what the terminal
is sent is Textual's own, and nobody signed anything."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from node.errors import QiaoError
from node.face import Node
from tests.tui.hostile import FORBIDDEN, HOSTILE
from tests.tui.seat import PASSWORD, WAGES, act
from tests.tui.terminal import Terminal
from tests.tui.test_terminal import OWN

CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
TITLE = re.compile(rb"(?:\x1b\]|\xc2\x9d)[0-2];")


def stored(directory: Path) -> int:
    """A ticket for each text that is let in, as narrative, and as employer's name where that too may hold it."""
    count = 0
    with Node.open(directory) as node:
        who = node.login("all", PASSWORD)
        for text in HOSTILE:
            for name in (text[:60], "某某建筑公司"):
                with suppress(QiaoError):
                    data = {**WAGES, "narrative": text, "employer_name": name}
                    act(node, who, "ticket", "register", data=data)
                    count += 1
                    break
    return count


def acts(directory: Path) -> int:
    with Node.open(directory) as node:
        return int(node.verify()["commits"])


@pytest.fixture
def terminal(own: Path) -> Iterator[tuple[Terminal, int]]:
    count = stored(own)
    one = Terminal(own, 140, 45)
    one.wait_for("Ctrl+Q")
    one.settle()
    for keys in ("all", "\r", PASSWORD, "\r"):
        one.type(keys)
    one.wait_for("370000-")
    yield one, count


@pytest.mark.processes
@pytest.mark.slow
def test_the_whole_corpus_walked_through_in_a_terminal_reaches_it_as_plain_text(
    terminal: tuple[Terminal, int], own: Path
) -> None:
    one, count = terminal
    assert count > 250, "the border lets too little in for this to show anything"
    before = acts(own)
    for _ in range(count):
        one.send("\x1b[B")
        one.settle(0.03)
    one.settle()
    for keys in ("\r", "v", "\x1b[F", "\x1b", "\x1b", "\x1bOR", "\x1bOS", "\x1bOQ", "\x0b", "\x1b", "/"):
        one.type(keys)
    one.type("[@click=app.exit()]\u202e\r")
    one.type("\x1b")
    at = len(one.seen)
    assert not CLIPBOARD.search(one.seen), "copied, and nobody asked for it"
    one.type("\x19")
    [copied] = CLIPBOARD.findall(one.seen[at:])
    text = base64.b64decode(copied, validate=True).decode()
    assert re.fullmatch(r"370000-\d{8}-\d{4}(-[0-9a-f]{4})?", text)
    assert one.close() == 0
    assert not TITLE.search(one.seen), "the window's title is nobody's"
    rest = OWN.sub(b"", CLIPBOARD.sub(b"", one.seen)).decode()
    assert set(rest) & set(FORBIDDEN) - {"\r", "\n"} == set()
    assert "‹U+202E›" in rest and "[@click=app" in rest
    assert acts(own) == before
