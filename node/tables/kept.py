"""The MAPs that were answered once, kept in the node's directory by the headings of the files that they are for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

FOLDER = "maps"


def path_for(directory: Path, matter: str, headings: Sequence[str]) -> Path:
    """The same for every file with these headings, in whatever order."""
    seen = hashlib.sha256("\n".join(sorted(headings)).encode("utf-8", "surrogatepass")).hexdigest()
    return directory / FOLDER / f"{matter}-{seen[:16]}.toml"


def keep(path: Path, text: str) -> None:
    """Raises OSError."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
