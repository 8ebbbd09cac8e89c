"""The process of one seat: `python -m tui.web.desk DIRECTORY LANGUAGE`, spoken to by tui/web/seat.py."""

from __future__ import annotations

import sys
from pathlib import Path

from tui.app import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2], seat=True, tour=True, browser=True))
