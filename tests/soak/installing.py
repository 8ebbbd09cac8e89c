"""`python -m tests.soak.installing [--offline] [--out dist]`: makes the wheel, or the bundle for an office without
Internet, installs it into an empty environment with no source near, and works a day with it there.

Of the bundle nothing is taken from anywhere else: the installer has no index, and the network is told away by a proxy
where nothing listens.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from requirements import bundle

NOWHERE = "http://127.0.0.1:9"  # discard: nothing listens there
SECONDS = 900.0


def main(words: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--offline", action="store_true")
    options.add_argument("--out", type=Path, default=bundle.ROOT / "dist")
    given = options.parse_args(words)
    given.out.mkdir(parents=True, exist_ok=True)
    made = bundle.offline(given.out) if given.offline else bundle.wheel(given.out)
    with tempfile.TemporaryDirectory(prefix="qiao-installing-") as folder:
        program = (installed_offline if given.offline else installed)(made, Path(folder))
        worked(program, Path(folder))
    print(f"{made} ({made.stat().st_size >> 10} KiB): installed and worked with")
    return 0


def installed(wheel: Path, folder: Path) -> Path:
    """By pip, as pipx does it: dependencies from wherever this machine gets them."""
    run([sys.executable, "-m", "venv", str(folder / "program")], folder)
    python = folder / "program/bin/python"
    run([str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", str(wheel)], folder)
    return python.with_name("qiao")


def installed_offline(archive: Path, folder: Path) -> Path:
    """By the bundle's own script, twice, as an upgrade does; and not at all where a byte is wrong."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "stick")
    (top,) = (folder / "stick").iterdir()
    no_address(top)
    script, program = ["sh", str(top / "install.sh"), str(folder / "program")], folder / "program/bin/qiao"
    wheel = next(top.glob("wheels/qiao-*.whl"))
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert run(script, folder, expect=7).stdout == "" and not program.exists()
    wheel.write_bytes(whole)
    for _ in range(2):
        run(script, folder)
    return program


def no_address(top: Path) -> None:
    """No file of ours in the bundle says where packages come from."""
    for path in (*top.glob("*.sh"), *top.glob("*.txt"), *top.glob("*.ps1"), *top.glob("*.bat")):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text and "index-url" not in text, path


def worked(program: Path, folder: Path) -> None:
    """A node is made, staffed, filled, run, asked, examined; and the whole story of the demo."""
    node, place = folder / "node", ["--dir", str(folder / "node"), "--json"]
    ask(
        program,
        folder,
        *place,
        "init",
        "--unit",
        "370000",
        "--name",
        "省总",
        "--root",
        "--recovery",
        str(folder / "r.pem"),
    )
    ask(program, folder, *place, "staff", "add", "op", "--name", "赵", "--role", "operator")
    assert ask(program, folder, *place, "--as", "op", "article", "import", "--shipped")["imported"] > 3000
    running = subprocess.Popen(
        [str(program), "--dir", str(node), "run", "--no-tui", "--listen", "127.0.0.1:0"],
        stderr=subprocess.PIPE, text=True, env=environment(), cwd=folder,
    )  # fmt: skip
    try:
        assert running.stderr is not None and running.stderr.readline().startswith("ready ")
        assert ask(program, folder, *place, "status")["running"]
        assert "qiao_health 1.0" in ask(program, folder, *place, "metrics")["text"]
        checks = ask(program, folder, *place, "doctor", codes=(0, 7))["checks"]
        told = {one["name"]: one for one in checks}
        assert told["litestream"]["level"] == told["sqlite"]["level"] == told["database"]["level"] == "ok", (
            told
        )
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 0
    run([str(program.with_name("python")), "-c", SCREENS], folder)
    assert ask(program, folder, "--json", "demo")["ok"]


# The screens with their sentences, and the page of browsers: what is read from files beside the code.
SCREENS = """
import tui.app, tui.web.server, pathlib
from tui import web
here = pathlib.Path(web.__file__).parent
assert len(list((here.parent / "locale").glob("*/*.po"))) > 20
assert all((here / name).exists() for name in ("page.html", "enter.html", "seat.js"))
assert "site-packages" in str(here)
"""


def ask(program: Path, folder: Path, *words: str, codes: tuple[int, ...] = (0,)) -> Any:
    done = subprocess.run(
        [str(program), *words], capture_output=True, text=True, env=environment(), cwd=folder, timeout=SECONDS
    )
    assert done.returncode in codes, (words, done)
    return json.loads(done.stdout)


def run(words: Sequence[str], folder: Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    more = {"http_proxy": NOWHERE, "https_proxy": NOWHERE} if "install.sh" in " ".join(words) else {}
    done = subprocess.run(
        words, capture_output=True, text=True, env={**environment(), **more}, cwd=folder, timeout=SECONDS
    )
    assert done.returncode == expect, (words, done)
    return done


def environment() -> dict[str, str]:
    """Nothing that leads to a source or to another node."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QIAO_", "PYTHON", "VIRTUAL_ENV"))
    }
    return {**kept, "QIAO_PASSWORD": "geheim-1", "QIAO_NEW_PASSWORD": "geheim-1"}


if __name__ == "__main__":
    sys.exit(main())
