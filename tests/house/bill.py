"""The software bill of materials (CycloneDX 1.6) of what a node runs with: `make bill` writes docs/sbom.cdx.json.

From the pins and what the installed packages say of themselves; no address to load anything from, no date, so that the
same pins give the same bytes.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.backends.openssl import backend
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "docs" / "sbom.cdx.json"
PINS = ROOT / "requirements" / "run.txt"


def pins(path: Path = PINS) -> dict[str, str]:
    """Package → version, as pinned."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    found = (Requirement(line) for line in lines if line and not line.startswith("-"))
    return {canonicalize_name(one.name): next(iter(one.specifier)).version for one in found}


def bill() -> dict[str, Any]:
    """Raises PackageNotFoundError for a pin that isn't installed."""
    pinned = pins()
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = {"type": "application", "bom-ref": "qiao", "name": "qiao", "version": about["version"],
           "licenses": [{"expression": about["license"]}]}  # fmt: skip
    parts = [_component(name, version) for name, version in sorted(pinned.items())]
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": own},
        "components": [*parts, *_within(pinned)],
        "dependencies": [_needs("qiao", about["dependencies"], pinned), *_theirs(pinned)],
    }  # fmt: skip


def _ref(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def _component(name: str, version: str) -> dict[str, Any]:
    ref = _ref(name, version)
    return {"type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref,
            "licenses": [_license(metadata.metadata(name))]}  # fmt: skip


def _license(about: metadata.PackageMetadata) -> dict[str, Any]:
    if about["License-Expression"]:
        return {"expression": about["License-Expression"]}
    said = about["License"] or ""
    if not said or "\n" in said or len(said) > 60:
        classes = (one for one in about.get_all("Classifier") or () if one.startswith("License ::"))
        said = next((one.rpartition(" :: ")[2] for one in classes), "see the package")
    return {"license": {"name": said}}


def _within(pinned: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Programs in C that stand inside of packages."""
    (cipher,) = sqlcipher.connect(":memory:").execute("PRAGMA cipher_version").fetchone()
    inside = (
        ("sqlcipher3", "SQLCipher", cipher.split()[0], "BSD-3-Clause"),
        ("sqlcipher3", "SQLite", sqlcipher.sqlite_version, "blessing"),
        ("cryptography", "OpenSSL", backend.openssl_version_text().split()[1], "Apache-2.0"),
    )
    for package, name, version, allowed in inside:
        yield {"type": "library", "bom-ref": f"{name.lower()}@{version}", "name": name, "version": version,
               "description": f"within {package} {pinned[package]}", "licenses": [{"expression": allowed}]}  # fmt: skip


def _theirs(pinned: dict[str, str]) -> Iterator[dict[str, Any]]:
    for name, version in sorted(pinned.items()):
        yield _needs(_ref(name, version), metadata.requires(name) or (), pinned)


def _needs(ref: str, wants: Iterable[str], pinned: dict[str, str]) -> dict[str, Any]:
    wanted = map(Requirement, wants)
    here = (one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""}))
    names = sorted({canonicalize_name(one.name) for one in here} & pinned.keys())
    return {"ref": ref, "dependsOn": [_ref(one, pinned[one]) for one in names]}


def text() -> str:
    return json.dumps(bill(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
    sys.exit(0)
