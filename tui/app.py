"""The terminal application: it holds the gate to the node, the person, the drafts, and the stack of screens.

`run` is the door for the command line. It sets what Textual reads from the environment when imported, so
nothing above it in this file may import Textual: the application itself is in `tui/desk.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

from node import language as languages
from node.config import load
from node.errors import Usage

from . import garbage


def prepare(kitty_keys: bool) -> None:
    """Before Textual's first import. Since 8.2.7 it asks terminals to report every key by itself, and then
    iTerm2, WezTerm and xterm.js lose what a Chinese input method commits."""
    os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "0" if kitty_keys else "1"
    os.environ["TEXTUAL_ANIMATIONS"] = "none"


def refuse_other_encodings() -> None:
    """A terminal that is said to be of another encoding would show nothing of it rightly. Raises Usage `no_utf8`."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    encoding = named.partition(".")[2].partition("@")[0].lower().replace("-", "")
    if encoding and encoding != "utf8":
        # In characters that every encoding has.
        text = f"this terminal is set to {named}: set it to UTF-8 / zhong duan bian ma qing gai wei UTF-8"
        raise Usage(text, code="no_utf8", hint="export LANG=zh_CN.UTF-8")


def run(
    node_directory: Path, language: str, *, seat: bool = False, tour: bool = False, browser: bool = False
) -> int:
    """Shows the node in `node_directory` until the user leaves. The exit code. Raises Usage `bad_config`.

    `seat`: one of several, beside the running node. `browser`: whoever sits there sits at another machine. `tour`: who
    is here for the first time is led around.
    """
    config = load(node_directory)
    prepare(config.kitty_keys and not seat)
    languages.use(language)
    refuse_other_encodings()
    garbage.in_pieces()
    garbage.no_circles()
    from .desk import QiaoApp
    from .folder import Folder
    from .gate import node_opener

    opener = node_opener(node_directory, language, beside=seat)
    app = QiaoApp(
        opener, ascii_borders=config.ascii_borders, bell=config.bell, read_only=config.read_only, tour=tour,
        folder=Folder.of_seat(node_directory, config.web_folder) if browser else Folder(),
    )  # fmt: skip
    app.run()
    return app.return_code or 0


def first_run(directory: Path, language: str) -> bool:
    """Leads through the making of a node in `directory`. Whether there is one now that somebody can sign in to."""
    prepare(kitty_keys=False)
    languages.use(language)
    from .founding import FoundingApp

    app = FoundingApp(directory)
    app.run()
    return app.begun
