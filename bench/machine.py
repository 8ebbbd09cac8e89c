"""On what was measured: machine, versions, commit, and how busy it was with other things."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from node.iso import CHINA
from node.version import version

ROOT = Path(__file__).parent.parent


def told() -> dict[str, Any]:
    return {
        "date": datetime.now(CHINA).strftime("%Y-%m-%d"),
        "commit": commit(),
        "qiao": version(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "sqlite": driver.sqlite_version,
        "load": round(os.getloadavg()[0], 1),
    }


def commit() -> str:
    """Short, with a + where files were changed since; empty without git."""
    done = _git("rev-parse", "--short", "HEAD")
    return done + (
        "+" if done and _git("status", "--porcelain", "--untracked-files=no", "--", ":!docs") else ""
    )


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=30)
    except OSError:
        return ""
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
