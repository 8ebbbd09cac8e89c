"""Paper (纸质): a record as a sheet of A4 to be signed by hand (design 4, `ticket print`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

_SAFE = re.compile(r"[0-9A-Za-z-]{1,80}")  # a number comes from a peer


def print_sheet(
    matter: str, found: Mapping[str, Any], path: Path | None, unit: str, by: str, *, hidden: Sequence[str] = (),
    force: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Writes a record's sheet (`found`: of Node.show). Raises Stale `export_exists`, Usage, DiskTrouble."""
    from node import whole_file
    from node.clock import SystemClock
    from node.iso import CHINA, iso
    from node.matters import KINDS

    from . import pdf
    from .sheet import sheet

    number = str(found.get("number") or "")
    target = path or Path(f"{number if _SAFE.fullmatch(number) else found['record']}.pdf")
    whole_file.refuse_existing(target, force)
    now_ms = SystemClock().now_ms()
    made = sheet(KINDS[matter], found, unit, by, iso(now_ms), hidden)
    with whole_file.beside(target, force) as file:
        pdf.write(file, made, datetime.fromtimestamp(now_ms // 1000, CHINA))
    return {"path": str(target), "record": found["record"], "number": number}
