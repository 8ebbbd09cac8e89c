"""The commented default of node.toml, which `init` copies into a node's directory."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from node.config import FILE, Value, checked
from node.errors import DiskTrouble
from node.language import say


def default_text() -> str:
    """The commented default, as shipped beside the packages."""
    here = Path(__file__).parent
    shipped = next(place for place in (here / FILE, here.parent / FILE) if place.is_file())
    return shipped.read_text(encoding="utf-8")


def write_default(directory: Path, settings: Mapping[str, Value] | None = None) -> Path:
    """What `init` does: the commented default with `settings` filled in; an existing one is kept."""
    path = directory / FILE
    text = default_text()
    for name, value in (settings or {}).items():
        text = _filled(text, name, checked(name, value, FILE, path))
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return path
    except OSError as fault:
        raise DiskTrouble(say(f"写不了 {path}：{fault}", f"{path} can't be written: {fault}")) from fault
    return path


def _filled(text: str, name: str, value: Value) -> str:
    """The commented line of `name`, made a setting. Keys are unique by their last part in the default."""
    last = name.rpartition(".")[2]
    line = f"{last} = {_toml(value)}"
    return re.sub(rf"(?m)^# {re.escape(last)} = .*$", lambda _match: line, text, count=1)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    escaped = "".join(c if c >= " " and c not in '"\\' and c != "\x7f" else f"\\u{ord(c):04x}" for c in value)
    return f'"{escaped}"'
