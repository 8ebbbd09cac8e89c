"""Places for backups that are far away, in processes of their own: an SFTP server (asyncssh) and a bucket (moto).

python -m tests.node.backup.servers sftp FOLDER    prints PORT and the server's public key
python -m tests.node.backup.servers s3             prints PORT; the bucket is `qiao`
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.cli.command import ROOT

USER, PASSWORD = "qiao", "geheim"
ACCESS, SECRET = "access", "secret"
BUCKET = "qiao"


@dataclass(frozen=True)
class Server:
    """`url` of a folder there; `secret` as QIAO_BACKUP_SECRET has it."""

    kind: str
    port: int
    secret: str
    host_key: str = ""
    folder: Path = Path()

    def url(self, path: str, port: int = 0) -> str:
        at = port or self.port
        if self.kind == "sftp":
            return f"sftp://{USER}@127.0.0.1:{at}/{path}?host_key={quote(self.host_key)}"
        return f"s3://{BUCKET}/{path}?endpoint=http://127.0.0.1:{at}"

    def settings(self, path: str, name: str, port: int = 0) -> str:
        """As an entry of node.toml."""
        return f'[[backup.replica]]\nname = "{name}"\nurl = "{self.url(path, port)}"\n'


@contextmanager
def server(kind: str, folder: Path) -> Iterator[Server]:
    words = [sys.executable, "-P", "-m", "tests.node.backup.servers", kind, str(folder)]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode().strip()
        while not line.startswith("PORT "):
            assert line or process.poll() is None
            line = process.stdout.readline().decode().strip()
        _, port, *rest = line.split(" ", 2)
        secret = PASSWORD if kind == "sftp" else f"{ACCESS}:{SECRET}"
        yield Server(kind, int(port), secret, "".join(rest), folder)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


async def _sftp(folder: Path) -> None:
    import asyncssh

    class Door(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    key = asyncssh.generate_private_key("ssh-ed25519")
    folder.mkdir(parents=True, exist_ok=True)
    served = await asyncssh.create_server(
        Door, "127.0.0.1", 0, server_host_keys=[key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(folder)),
    )  # fmt: skip
    print("PORT", served.get_port(), key.export_public_key().decode().strip(), flush=True)
    await asyncio.Event().wait()


def _s3() -> None:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends
    from moto.server import ThreadedMotoServer

    s3_backends[DEFAULT_ACCOUNT_ID]["global"].create_bucket(BUCKET, "us-east-1")
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    print("PORT", running.get_host_and_port()[1], flush=True)
    time.sleep(3600)


if __name__ == "__main__":
    if sys.argv[1] == "sftp":
        asyncio.run(_sftp(Path(sys.argv[2])))
    else:
        _s3()
