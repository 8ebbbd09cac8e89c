"""The peers of bench/peers/, with the documents of bench/documents.py: installed into a scratch folder by npm.

    python -m bench.rivals [--documents 20000] [--updates 2000] [--into DIR]

Where there is no npm, or it reaches no registry, `missing` says so, and nothing is measured.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import documents

SCRIPTS = Path(__file__).parent / "peers"
INSTALL_SECONDS, RUN_SECONDS = 600, 1800
AUTOMERGE = 10  # of so many documents one: all of them would take minutes
BATCHES = (100, 1000)  # PouchDB's default, and its best


class Missing(Exception):
    """The peers can't be had here; says why."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--documents", type=int, default=documents.DOCUMENTS)
    asked.add_argument("--updates", type=int, default=documents.UPDATES)
    asked.add_argument("--into", type=Path, help="where the packages stay")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), given.documents, given.updates, given.into)
        print(json.dumps(found, indent=1))


def measure(folder: Path, many: int, updates: int, into: Path | None = None) -> dict[str, Any]:
    """A peer's name → its figures; `missing` where there are none."""
    place = into or folder / "peers"
    try:
        _install(place)
    except Missing as fault:
        return {"missing": str(fault)}
    given = documents.written(folder / "documents.json", many, updates)
    few = documents.written(folder / "few.json", many // AUTOMERGE, updates // AUTOMERGE)
    found: dict[str, Any] = {"versions": versions(), "automerge_documents": many // AUTOMERGE}
    for batch in BATCHES:
        with _server(place, folder / f"server{batch}") as url:
            here = _made(folder / f"client{batch}")
            found[f"pouchdb_{batch}"] = _run(place, "pouchdb.mjs", str(given), str(here), url, str(batch))
    found["automerge"] = _run(place, "automerge.mjs", str(few))
    found["crsqlite"] = _run(place, "crsqlite.mjs", str(given))
    return found


def versions() -> dict[str, str]:
    pinned: dict[str, str] = json.loads((SCRIPTS / "package.json").read_text("utf-8"))["dependencies"]
    return pinned


def _install(place: Path) -> None:
    """Raises Missing."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise Missing("there is no npm on this machine")
    place.mkdir(parents=True, exist_ok=True)
    for one in SCRIPTS.iterdir():
        shutil.copy(one, place)
    if (place / "node_modules" / ".package-lock.json").exists():
        return
    words = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    try:
        done = subprocess.run(words, cwd=place, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as fault:
        raise Missing("npm didn't end") from fault
    if done.returncode:
        code = next((word for word in done.stderr.split() if word.startswith("E") and word.isupper()), "")
        raise Missing(f"npm reached no registry, or not these versions ({code or done.returncode})")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _server(place: Path, folder: Path) -> Iterator[str]:
    """The URL of an express-pouchdb of its own."""
    words = ["node", "server.mjs", str(_made(folder))]
    with subprocess.Popen(
        words, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def _run(place: Path, script: str, *words: str) -> dict[str, float]:
    """Raises RuntimeError with what it said."""
    done = subprocess.run(
        ["node", script, *words], cwd=place, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr.strip()[-800:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
