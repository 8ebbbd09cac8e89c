"""The beginning of a node: its directory, keys, database and first log (design 4, `init` and `join`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from node import author, datakey, default, facts, glance, joining, keys, reactions
from node import config as configuration
from node.clock import Clock
from node.config import Value
from node.entropy import Entropy
from node.errors import DiskTrouble, Stale, Usage
from node.filesystem import refuse_unfit
from node.language import say
from node.lock import Lock
from node.marker import FILE as MARKER
from node.marker import Marker
from node.private import write as write_private
from node.store import database, settings
from node.work import LOG, NAME, ROOT, UNIT, Work
from node.writer import Writer
from sync_protocol import enrolment
from sync_protocol.enrolment import Enrolment
from sync_protocol.invitation import Invitation
from sync_protocol.names import code_of, fingerprint
from sync_protocol.roster import Role

Post = Callable[[str, bytes], bytes]  # (address, sealed request) → sealed reply; raises LineDown


def init(
    directory: Path,
    unit: str,
    name: str,
    *,
    clock: Clock,
    entropy: Entropy,
    root: bool = False,
    recovery: Path | None = None,
    given: Mapping[str, Value] | None = None,
    marker: Marker | None = None,
) -> dict[str, Any]:
    """Makes a node. Raises Stale `node_exists`, Usage, DiskTrouble."""
    _check(unit, name, root, recovery)
    refuse_unfit(directory)
    if (directory / glance.DATABASE).exists():
        raise Stale(
            say(f"{directory} 里已有节点", f"there is a node in {directory}"),
            code="node_exists",
            hint=f"qiao --dir {directory} status",
        )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Lock.take(directory, 0):
        default.write_default(directory, given or {})
        own = keys.make(directory / keys.DIRECTORY, entropy)
        with _opened(directory, unit, name, own.node, clock, entropy, marker) as writer:
            made = _found_root(writer, unit, name, recovery) if root else {}
            with writer.work() as work:
                return {
                    "node": own.node.hex(),
                    "log": work.log.hex(),
                    "unit": unit,
                    "name": name,
                    "fingerprint": fingerprint(own.sign_key),
                    "enrolled": work.enrolled,
                    **made,
                }


def _check(unit: str, name: str, root: bool, recovery: Path | None) -> None:
    if not unit or any(mark in unit for mark in "/ \t\n") or not name.strip():
        raise Usage(
            say(
                "单位代码不能为空或含有 / 和空白，名称不能为空",
                "a unit code without / and blanks, and a name",
            ),
            code="bad_value",
            hint="qiao init --unit 370000 --name 山东省总工会",
        )
    if root and recovery is None:
        raise Usage(
            say("根节点须用 --recovery FILE 保存恢复密钥", "a root needs --recovery FILE"),
            code="recovery_needed",
            hint="qiao init --root --recovery FILE …",
        )
    if recovery is not None and recovery.exists():
        raise Stale(say(f"{recovery} 已存在", f"{recovery} exists"), code="file_exists")


class _opened:
    """A writer on a database just made, closed at the end; of a failed founding nothing stays."""

    def __init__(
        self,
        directory: Path,
        unit: str,
        name: str,
        node: bytes,
        clock: Clock,
        entropy: Entropy,
        marker: Marker | None,
    ) -> None:
        self._directory, self._marker = directory, marker
        self._clock, self._entropy = clock, entropy
        try:
            _make_database(directory, unit, name, node, entropy)
        except BaseException:
            unmake(directory)
            raise

    def __enter__(self) -> Writer:
        config = configuration.load(self._directory)
        self._writer = Writer.open(self._directory, config, self._clock, self._entropy, marker=self._marker)
        return self._writer

    def __exit__(self, kind: object, *_: object) -> None:
        self._writer.close()
        if kind is not None:
            unmake(self._directory)


def _make_database(directory: Path, unit: str, name: str, node: bytes, entropy: Entropy) -> None:
    encrypted = configuration.load(directory).database_encrypted
    secret = datakey.make(directory, entropy) if encrypted else None
    engine = database.open_database(directory / glance.DATABASE, write=True, key=secret)
    with database.disk_faults():
        database.migrate(engine)
        with engine.begin() as db:
            log = entropy.bytes(16)
            for key, value in ((LOG, log), ("first_log", log), ("node", node),
                               (UNIT, unit.encode()), (NAME, name.encode())):  # fmt: skip
                settings.put(db, key, value)
    engine.dispose()
    (directory / glance.DATABASE).chmod(0o600)


def unmake(directory: Path) -> None:
    """Of a node made a moment ago, that nobody knows, nothing stays but its settings."""
    for name in (glance.DATABASE, f"{glance.DATABASE}-wal", f"{glance.DATABASE}-shm", MARKER):
        (directory / name).unlink(missing_ok=True)
    shutil.rmtree(directory / keys.DIRECTORY, ignore_errors=True)


def _found_root(writer: Writer, unit: str, name: str, recovery: Path | None) -> dict[str, Any]:
    """The root enrols itself by its first commit, then signs the first policy, the calendar and a stamp."""
    assert recovery is not None, "checked before"
    with writer.work() as work:
        private = Ed25519PrivateKey.from_private_bytes(work.entropy.bytes(32))
        settings.put(work.db, ROOT, work.node)
        _enrol_itself(work, unit, name, private.public_key().public_bytes_raw())
        reactions.settle(work)
        facts.found(work)
        reactions.settle(work)
        reactions.stamp(work)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_private(recovery, pem)
    except OSError as fault:
        raise DiskTrouble(
            say(f"恢复密钥写不了：{fault}", f"the recovery key can't be written: {fault}")
        ) from fault
    return {"recovery": str(recovery)}


def _enrol_itself(work: Work, unit: str, name: str, recovery: bytes) -> None:
    wanted = Enrolment(
        unit, name, "place", Role.OFFICE, "", node=work.node, sign=work.keys.sign_key,
        seal=work.keys.seal_key, log=work.log, recovery=recovery,
    )  # fmt: skip
    author.write_registry(work, "enrol", enrolment.data_of(wanted))
    work.registry_changed = True


def join(
    directory: Path,
    invitation: Invitation,
    post: Post,
    *,
    clock: Clock,
    entropy: Entropy,
    address: str = "",
    marker: Marker | None = None,
) -> dict[str, Any]:
    """Joins the tree, making the node first where the directory has none.

    Raises Stale `other_unit` in another unit's directory, LineDown, RemoteError with a refusal's code.
    """
    found(directory, invitation, clock=clock, entropy=entropy, marker=marker)
    with Lock.take(directory):
        writer = Writer.open(directory, configuration.load(directory), clock, entropy, marker=marker)
        try:
            return _join(writer, invitation, post, address or writer.config.address)
        finally:
            writer.close()


def found(
    directory: Path, invitation: Invitation, *, clock: Clock, entropy: Entropy, marker: Marker | None = None
) -> None:
    """Makes the invited unit's node where the directory has none."""
    if not (directory / glance.DATABASE).exists():
        init(
            directory, code_of(invitation.unit), invitation.name, clock=clock, entropy=entropy, marker=marker
        )


def _join(writer: Writer, invitation: Invitation, post: Post, address: str) -> dict[str, Any]:
    with writer.work() as work:
        joining.check(work, invitation)
        asked = joining.request(work.db, work.keys, work.log, invitation, address)
    reply = post(invitation.address, asked)
    with writer.work() as work:
        return joining.take_reply(work, reply, asked, invitation)
