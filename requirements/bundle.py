"""`python requirements/bundle.py [--offline] [--out dist]`: the wheel, and with --offline a zip of it with every pinned
package and scripts that install them without any index. For the system and Python that run this.

The wheel is built from a copy of the files of the project alone, so nothing of an earlier build gets in.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(__file__).with_name("offline")
PINNED = ROOT / "requirements/run.txt"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
STAMP = (2020, 1, 1, 0, 0, 0)  # of every file in the zip: the same files give the same bytes


def main(words: Sequence[str] | None = None) -> Path:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--offline", action="store_true")
    options.add_argument("--out", type=Path, default=ROOT / "dist")
    given = options.parse_args(words)
    given.out.mkdir(parents=True, exist_ok=True)
    made = offline(given.out) if given.offline else wheel(given.out)
    print(made)
    return made


def wheel(out: Path) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        copy, built = Path(folder, "source"), Path(folder, "wheel")
        for path in files():
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(copy))
        (made,) = built.glob("qiao-*.whl")
        return Path(shutil.copyfile(made, out / made.name))


def files() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else _found()
    yield from (path for path in (ROOT / name for name in names if name) if path.is_file())


def _found() -> list[str]:
    """Outside of a repository: what an unpacked source has."""
    left = {".venv", ".git", "__pycache__", "build", "dist"}
    every = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [str(path) for path in every if not left & set(path.parts)]


def offline(out: Path) -> Path:
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder, "wheels")
        wheels.mkdir()
        own = wheel(wheels)
        pip("download", "--only-binary", ":all:", "--dest", str(wheels), "--requirement", str(PINNED))
        shutil.copyfile(PINNED, Path(folder, "run.txt"))
        for path in SCRIPTS.iterdir():
            shutil.copyfile(path, Path(folder, path.name))
        _write_sums(Path(folder))
        version = own.name.split("-")[1]
        system = f"{sys.platform}-{platform.machine().lower()}-py{sys.version_info[0]}{sys.version_info[1]}"
        name = f"qiao-{version}-offline-{system}"
        return _zipped(Path(folder), out / f"{name}.zip", name)


def _write_sums(folder: Path) -> None:
    """As `sha256sum -c` reads it."""
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in every
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _zipped(folder: Path, target: Path, top: str) -> Path:
    """Wheels are compressed already."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{top}/{path.relative_to(folder)}", STAMP)
            entry.external_attr = (0o755 if path.suffix == ".sh" else 0o644) << 16
            bundle.writestr(entry, path.read_bytes())
    return target


def pip(*words: str) -> None:
    subprocess.run([*PIP, *words], check=True)


if __name__ == "__main__":
    main()
