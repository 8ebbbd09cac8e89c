"""A bucket that speaks S3: obstore, whose answers are whole or none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from .place import Entry, full, gone, refused, unreachable
from .settings import Replica

TIMESTAMP = "litestream-timestamp"  # metadata by which Litestream restores to a time
REGION = "us-east-1"
PIECES = "ltx"
LEVELS = range(10)
_LEVELS = frozenset(f"{level:04x}" for level in LEVELS)
_SHORT, _LONG = timedelta(seconds=20), timedelta(hours=4)  # a whole database in one answer


class Bucket:
    def __init__(self, replica: Replica, store: Any) -> None:
        self.replica = replica
        self._store = store

    @classmethod
    def of(cls, replica: Replica) -> Bucket:
        """Nothing is dialled yet. Raises Forbidden `backup_refused` without a secret."""
        access, _, secret = replica.secret().partition(":")
        if not secret:
            raise refused(replica, "ACCESS_KEY:SECRET")
        more: Any = {"endpoint": replica.endpoint} if replica.endpoint else {}
        store = S3Store(
            replica.host, prefix=replica.path.strip("/") or None, access_key_id=access, secret_access_key=secret,
            region=replica.region or REGION, virtual_hosted_style_request=not replica.endpoint,
            client_options={"allow_http": replica.endpoint.startswith("http://"), "connect_timeout": _SHORT,
                            "timeout": _LONG, "read_timeout": timedelta(seconds=60)},
            retry_config={"max_retries": 2, "retry_timeout": _SHORT}, **more,
        )  # fmt: skip
        return cls(replica, store)

    def close(self) -> None:
        pass

    def listed(self, folder: str) -> dict[str, Entry]:
        if folder == PIECES:
            return {name: one for level in LEVELS for name, one in self.listed(f"{PIECES}/{level}").items()}
        with self._faults():
            return {
                _name(one["path"]): Entry(one["size"], int(one["last_modified"].timestamp() * 1000))
                for several in obstore.list(self._store, _key(folder))
                for one in several
            }

    def made_ms(self, name: str) -> int:
        with self._faults(name):
            said = obstore.get(self._store, _key(name), options={"head": True})
            put: datetime = said.meta["last_modified"]
            try:
                made = datetime.fromisoformat(str(said.attributes.get(TIMESTAMP, "")).replace("Z", "+00:00"))
            except ValueError:
                made = put
            return int(made.timestamp() * 1000)

    def read(self, name: str) -> bytes | None:
        with self._faults():
            try:
                return bytes(obstore.get(self._store, _key(name)).bytes())
            except (NotFoundError, FileNotFoundError):
                return None

    def fetch(self, name: str, target: Path) -> None:
        with self._faults(name):
            stream = obstore.get(self._store, _key(name)).stream()
        with target.open("xb") as file:
            while True:
                with self._faults(name):
                    piece = next(stream, None)
                if piece is None:
                    break
                file.write(piece)

    def put(self, name: str, source: Path, modified_ms: int) -> None:
        at = datetime.fromtimestamp(modified_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
        with self._faults(), source.open("rb") as file:
            obstore.put(self._store, _key(name), file, attributes={TIMESTAMP: at})

    def remove(self, name: str) -> None:
        with self._faults(), contextlib.suppress(NotFoundError, FileNotFoundError):
            obstore.delete(self._store, _key(name))

    @contextlib.contextmanager
    def _faults(self, name: str = "") -> Iterator[None]:
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as fault:
            raise refused(self.replica, _first(fault)) from fault
        except (NotFoundError, FileNotFoundError) as fault:
            raise (gone(self.replica, name) if name else unreachable(self.replica, _first(fault))) from fault
        except BaseError as fault:
            words = str(fault)
            made = full if "507" in words or "QuotaExceeded" in words else unreachable
            raise made(self.replica, _first(fault)) from fault


def _key(name: str) -> str:
    """Litestream's pieces have other names in a bucket than in a directory: `0009/…` for `ltx/9/…`."""
    folder, _, rest = name.partition("/")
    level, _, piece = rest.partition("/")
    return f"{int(level):04x}/{piece}" if folder == PIECES else name


def _name(key: str) -> str:
    level, _, piece = key.partition("/")
    return f"{PIECES}/{int(level, 16)}/{piece}" if level in _LEVELS else key


def _first(fault: BaseException) -> str:
    """A line of it; the rest is the library's inside."""
    return (str(fault).strip().splitlines() or ["?"])[0][:200]
