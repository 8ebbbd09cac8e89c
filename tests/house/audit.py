"""`make audit`: asks the advisories about every pin, by pip-audit.

It ends with 0 only where all were looked up and nothing was found; with 1 where something was; with 2 where the
advisories couldn't be reached, or not for all: then nothing is known, which is not the same as nothing found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.house.bill import PINS

PIP_AUDIT = ["-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off", "-f", "json", "-r"]


def read(answer: str) -> tuple[int, list[str]]:
    """(exit code, what to say) of pip-audit's document. It calls what it couldn't look up a success."""
    try:
        told: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return 2, ["NOT AUDITED: the advisories weren't reached; nothing is known"]
    found = [
        f"{one['name']} {one['version']}: {bad['id']}, mended in {', '.join(bad['fix_versions']) or 'no version yet'}"
        for one in told
        for bad in one.get("vulns", ())
    ]
    left = [one["name"] for one in told if "skip_reason" in one]
    if found:
        return 1, found
    if left or not told:
        why = next((str(one["skip_reason"]) for one in told if "skip_reason" in one), "no answer")
        return 2, [
            f"NOT AUDITED: {len(left)} of {len(told)} pins weren't looked up; nothing is known of them",
            f"the first says: {why}",
        ]
    return 0, [f"{len(told)} pins looked up, no advisory is known; note the day in docs/advisories.toml"]


def main() -> int:
    done = subprocess.run([sys.executable, *PIP_AUDIT, str(PINS)], capture_output=True, text=True)
    code, lines = read(done.stdout)
    print("\n".join(lines), file=sys.stdout if code == 0 else sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
