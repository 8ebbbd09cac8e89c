"""A province under a passphrase with an encrypted database, a city that calls it by TLS: and nowhere that others look,
in the list of processes, the logs, the output of a crash, stands anything that is secret."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.keylock import SEALED
from node.store import raw
from tests.acceptance.office import Office
from tests.cli.command import ROOT

PASSPHRASE = "passphrase-canary-龙门"
PASSWORD = "password-canary-1"
WORKER, PHONE = "欧阳canary", "13911112222"
CRASH = """
import sys
import cli, node.operations
def broken(*given):
    raise RuntimeError("broken on purpose")
node.operations.run = broken
sys.exit(cli.main(sys.argv[1:]))
"""

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


@dataclass(eq=False)
class Onlooker(threading.Thread):
    """Somebody else on the machine, who reads the list of processes all the time."""

    seen: set[bytes] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        while not self.ended.wait(0.005):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue


@dataclass
class Scene:
    province: Office
    city: Office
    onlooker: Onlooker
    secrets: dict[str, str]
    crash: str = ""

    def texts(self) -> Iterator[tuple[str, str]]:
        yield "processes", b"\n".join(self.onlooker.seen).decode("utf-8", "replace")
        yield "crash", self.crash
        for office in (self.province, self.city):
            yield f"log of {office.code}", office.log.read_text()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    base = tmp_path_factory.mktemp("secrets")
    province, city = Office(base, "370000"), Office(base, "370200")
    for office in (province, city):
        office.environment |= {"QIAO_PASSWORD": PASSWORD, "QIAO_NEW_PASSWORD": PASSWORD}
    onlooker = Onlooker()
    onlooker.start()
    try:
        _lock(province, base)
        province.environment["QIAO_DATABASE_ENCRYPTED"] = "true"
        province.found()
        province.hire()
        province.start()
        invitation = province.invite("370200", f"https://127.0.0.1:{province.port}")
        city.ok("join", str(city.file(invitation)), staff=None)
        city.hire()
        city.start()
        city.ok("ticket", "register", "--data", str(city.file(_ticket())))
        city.ok("sync", staff=None)
        secrets = {
            "passphrase": PASSPHRASE, "password": PASSWORD, "worker": WORKER, "phone": PHONE,
            "invitation": invitation[20:80], "recovery": _body(base / "recovery.pem"),
            "sign": _body(city.directory / "keys/sign.pem"), "seal": _body(city.directory / "keys/seal.pem"),
        }  # fmt: skip
        found = Scene(province, city, onlooker, secrets)
        yield found
    finally:
        onlooker.ended.set()
        for office in (city, province):
            if office.process is not None:
                office.stop()


def _lock(office: Office, base: Path) -> None:
    """Before there is a key; then `run` is told by a file."""
    words = base / "words"
    words.write_text(PASSPHRASE + "\n")
    words.chmod(0o600)
    with words.open() as file:
        office.environment["QIAO_NEW_PASSPHRASE_FD"] = str(file.fileno())
        assert office.begin("keys", "lock", pass_fds=[file.fileno()]).wait(30) == 0
    del office.environment["QIAO_NEW_PASSPHRASE_FD"]
    office.environment["QIAO_KEYS_PASSPHRASE_FILE"] = str(words)


def _ticket() -> str:
    return (
        '{"channel": "phone", "class": "enquiry", "topic": "legal/labour/wages/arrears", '
        f'"narrative": "{WORKER} 的电话 {PHONE}", "worker_name": "{WORKER}", "worker_phone": "{PHONE}"}}'
    )


def _body(pem: Path) -> str:
    return pem.read_text().splitlines()[1]


def test_the_channel_is_pinned_and_both_ends_say_so(scene: Scene) -> None:
    above = scene.city.ok("status", staff=None)["channel"]
    assert above == {"address": f"https://127.0.0.1:{scene.province.port}", "way": "pinned"}
    below = scene.province.ok("status", staff=None)["pending_down"]["370000/370200"]
    assert below["channel"] == "tls"


def test_nothing_of_the_province_stands_in_clear_on_its_disk(scene: Scene) -> None:
    assert raw.is_encrypted(scene.province.directory / "node.db")
    keys = sorted((scene.province.directory / "keys").iterdir())
    assert len(keys) == 3 and all(path.read_bytes().startswith(SEALED) for path in keys)
    for path in scene.province.directory.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert WORKER.encode() not in content and PHONE.encode() not in content, path


def test_another_nodes_key_in_the_parents_place_is_told_and_nothing_is_sent(scene: Scene) -> None:
    """The city's own port answers by TLS too, but by another node's key."""
    done = scene.city("sync", "--parent", f"https://127.0.0.1:{scene.city.port}", staff=None)
    assert (done.code, done.json["error"]["code"]) == (6, "wrong_pin")


def test_no_secret_stands_where_others_look(scene: Scene) -> None:
    for office in (scene.city, scene.province):
        office.stop()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QIAO_")}
    crashed = subprocess.run(
        [sys.executable, "-P", "-c", CRASH, "--dir", str(scene.city.directory), "--as", "op", "ticket", "note",
         "370200-1", "-"],
        env={**kept, **scene.city.environment, "PYTHONPATH": str(ROOT), "QIAO_DEBUG": "1"},
        input=WORKER, capture_output=True, text=True,
    )  # fmt: skip
    scene.crash = crashed.stdout + crashed.stderr
    assert "Traceback" in scene.crash and "broken on purpose" in scene.crash
    assert len(scene.onlooker.seen) > 10
    for where, text in scene.texts():
        assert [name for name, secret in scene.secrets.items() if secret in text] == [], where
