"""`make bench`: measures on this machine, in one run, and writes docs/performance.md with its plots.

    python -m bench [--quick] [--only PART...] [--peers DIR] [--out DIR] [--render]

The figures stand in performance.json beside the page; `--render` makes the page of them anew and measures nothing;
with `--only` the other parts' figures stay as they were. A part that fails is named on the page, and ends nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import machine, page
from bench.parts import Part, parts

OUT = machine.ROOT / "docs"
MOST_SECONDS = 3600


def main() -> int:
    given = _asked()
    if given.part:
        return _one(given)
    kept = given.out / page.KEPT
    found = json.loads(kept.read_text("utf-8")) if kept.exists() and (given.render or given.only) else {}
    if not given.render:
        found = _measured(given, found)
        kept.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    for name, text in page.rendered(found).items():
        (given.out / name).write_text(text, "utf-8")
    print(given.out / page.PAGE)
    return 1 if any("failed" in one for one in found["parts"].values()) else 0


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "--quick", action="store_true", help="smaller sizes: some minutes, and no bound is judged"
    )
    asked.add_argument("--only", nargs="+", choices=[one.name for one in parts()], help="these parts")
    asked.add_argument(
        "--peers", type=Path, help="where the peers' packages stay; else they are fetched anew"
    )
    asked.add_argument("--out", type=Path, default=OUT)
    asked.add_argument("--render", action="store_true", help="the page, of the figures that are there")
    asked.add_argument("--part", help=argparse.SUPPRESS)
    return asked.parse_args()


def _one(given: argparse.Namespace) -> int:
    """In a process of its own: figures go to stdout, in the last line."""
    part = next(one for one in parts(given.peers) if one.name == given.part)
    with tempfile.TemporaryDirectory(prefix="qiao-bench-") as folder:
        print(json.dumps(part.measure(Path(folder), given.quick)))
    return 0


def _measured(given: argparse.Namespace, before: dict[str, Any]) -> dict[str, Any]:
    wanted = [one for one in parts(given.peers) if not given.only or one.name in given.only]
    found = {"machine": machine.told(), "quick": given.quick, "parts": dict(before.get("parts", {}))}
    for one in wanted:
        begun = time.monotonic()
        print(f"{one.says} …", flush=True)
        found["parts"][one.name] = _run(one, given)
        print(
            f"  {time.monotonic() - begun:.0f} s {json.dumps(_short(found['parts'][one.name]))}", flush=True
        )
    return found


def _run(part: Part, given: argparse.Namespace) -> dict[str, Any]:
    """Its figures, or `failed` with the end of what it said."""
    words = [sys.executable, "-m", "bench", "--part", part.name, *(["--quick"] if given.quick else [])]
    words += ["--peers", str(given.peers.resolve())] if given.peers else []
    try:
        done = subprocess.run(words, cwd=machine.ROOT, capture_output=True, text=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return {"failed": f"not within {MOST_SECONDS} s"}
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return {"failed": last.partition(":")[0][:80]}  # a path or an address may stand behind it
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _short(figures: dict[str, Any]) -> dict[str, Any]:
    """Without curves, for the terminal."""
    return {name: round(one, 2) if isinstance(one, float) else one for name, one in figures.items()
            if not isinstance(one, list)}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
