"""The vectors are what the code makes, the outsider's check takes them, and finds what is wrong."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sync_protocol import bundle, envelope
from sync_protocol.errors import RemoteError
from tests.sync_protocol.scene import Tree
from tests.vectors import check, make

FOLDER = Path(__file__).parent
SEALED = ("envelope", "bundle")  # their bytes depend on the version of zstandard
ALLOWED = {"cbor2", "zstandard", "cryptography"} | sys.stdlib_module_names


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """From another directory, in isolated mode: nothing of the project can be imported by accident."""
    command = [sys.executable, "-I", str(FOLDER / "check.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=FOLDER.anchor, check=False)


def test_the_outsiders_check_takes_every_vector() -> None:
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"good: {name}" for name in check.CHECKS]


def test_it_imports_nothing_of_the_project() -> None:
    tree = ast.parse((FOLDER / "check.py").read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= ALLOWED


@pytest.mark.parametrize("name", [name for name in check.CHECKS if name not in SEALED])
def test_a_vector_is_what_the_code_makes_today(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text("utf-8") == dict(make.rendered())[f"{name}.json"]


def test_the_envelope_opens_with_the_fixed_key() -> None:
    vector = check.load("envelope")
    city, county = Tree().city, Tree().county
    opened = envelope.open(
        bytes.fromhex(vector["envelope"]),
        me=city.id,
        open=city.open,
        key_of={county.id: county.key}.get,
    )
    assert opened.sender == county.id
    assert opened.envelope.payload.hex() == vector["payload"]
    assert (opened.envelope.number, opened.envelope.answers) == (vector["number"], vector["answers"])


def read_bundle(vector: Any, raw: str) -> list[Any]:
    """(number, kind, payload) of its letters, as the project reads them."""
    receiver, sender = Tree().city, Tree().county
    found = []

    def opened(sealed: bytes) -> bundle.Letter:
        one = envelope.open(sealed, me=receiver.id, open=receiver.open, key_of={sender.id: sender.key}.get)
        found.append((one.envelope.number, str(one.envelope.kind), one.envelope.payload.hex()))
        return bundle.letter_of(one)

    list(bundle.read([bytes.fromhex(raw)], me=receiver.id, open=opened))
    return found


def test_the_bundle_is_read_and_each_of_its_faults_is_named() -> None:
    vector = check.load("bundle")
    letters = [(one["number"], one["kind"], one["payload"]) for one in vector["letters"]]
    assert read_bundle(vector, vector["hex"]) == letters
    for fault in vector["faults"]:
        with pytest.raises(RemoteError) as told:
            read_bundle(vector, fault["hex"])
        assert told.value.code == fault["code"], fault["name"]


def test_there_is_a_vector_of_every_kind() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(check.CHECKS)


def _vector(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", _vector("export"), ids=lambda vector: vector["name"])
def test_the_command_line_proves_a_file_and_finds_a_flipped_bit(vector: Any, tmp_path: Path) -> None:
    raw = bytes.fromhex(vector["hex"])
    file = tmp_path / "log.cbor"
    file.write_bytes(raw)
    good = run("export", str(file), "--root", vector["fingerprint"])
    assert good.returncode == 0 and f"{vector['commits']} commits" in good.stdout
    assert run("export", str(file), "--root", "0" * 64).returncode == 1
    for at in (0, len(raw) // 3, len(raw) - 1):
        file.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        bad = run("export", str(file))
        assert bad.returncode == 1 and bad.stdout.startswith("bad: item"), bad.stdout + bad.stderr


def test_the_command_line_says_how_it_is_used() -> None:
    wrong = run("export", "a", "b")
    assert wrong.returncode == 1 and "use:" in wrong.stdout
