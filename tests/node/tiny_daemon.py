"""`python -m tests.node.tiny_daemon DIR [PARENT]`: the real daemon around the tiny writer."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from node import config as configuration
from node import daemon
from node.entropy import SystemEntropy
from node.lock import Lock
from tests.node.tiny import TinyWriter


def main() -> None:
    directory = Path(sys.argv[1])
    found = configuration.load(directory, {"parent": sys.argv[2] if len(sys.argv) > 2 else None})
    found = replace(found, backup_enabled=False) if not found.given.get("backup.enabled") else found
    with Lock.take(directory, 0):
        asyncio.run(daemon.serve(found, TinyWriter, SystemEntropy()))


if __name__ == "__main__":
    main()
