"""A new root in the old one's place (protocol 3.4): by the recovery key (恢复密钥), which is kept on paper or a stick.

It is run in the directory of the old root: on the same machine, or restored there from its backup, with its keys
or without. Everything that the root held stays; only who signs is another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from node import author, config, keys, trust
from node.clock import Clock
from node.entropy import Entropy
from node.errors import DiskTrouble, Forbidden, NotFound, Stale, Usage
from node.keys import Keys
from node.language import say
from node.lock import Lock
from node.marker import Marker
from node.private import write as write_private
from node.registry import operations, replacing, writing
from node.store import records
from node.work import Work
from node.writer import Writer
from sync_protocol import enrolment
from sync_protocol.errors import BadEnvelope
from sync_protocol.names import fingerprint, node_id
from sync_protocol.roster import NodeEntry


def replace_root(
    directory: Path,
    recovery: Path,
    following: Path,
    *,
    clock: Clock,
    entropy: Entropy,
    stolen: bool = False,
    marker: Marker | None = None,
) -> dict[str, Any]:
    """`following`: where the next recovery key is written, before anything else is. `stolen`: the old root's logs
    are closed at what is held here.

    Raises NotFound `no_file`, Usage `bad_recovery`, Forbidden `not_recovery_key`, Stale `file_exists`, Locked.
    """
    private = _read(recovery)
    with Lock.take(directory, 0):
        if not (directory / keys.DIRECTORY).exists() and not (directory / keys.NEXT).exists():
            keys.make(directory / keys.DIRECTORY, entropy)  # lost with the machine; they sign nothing
        writer = Writer.open(directory, config.load(directory), clock, entropy, marker=marker)
        try:
            return _replace(writer, private, following, entropy, stolen)
        finally:
            writer.close()


def _replace(
    writer: Writer, private: Ed25519PrivateKey, following: Path, entropy: Entropy, stolen: bool
) -> dict[str, Any]:
    """Once the new root may be seated its recovery key stays, whatever fails: nobody could replace it else."""
    next_private = _write(following, entropy)
    maybe = False
    try:
        own = writer.prepare_keys()
        with writer.work() as work:
            done = _seat(work, private, next_private, own, stolen)
            maybe = True  # a commit that fails may be durable all the same
    except BaseException:
        if not maybe:
            following.unlink(missing_ok=True)
        raise
    return {**done, "recovery": str(following), "fingerprint": fingerprint(own.sign_key)}


def _seat(
    work: Work, private: Ed25519PrivateKey, following: Ed25519PrivateKey, own: Keys, stolen: bool
) -> dict[str, Any]:
    old, paper = _entries(work, private)
    log, former = work.entropy.bytes(16), work.keys
    wanted = replacing.successor(
        old, own, log, replaces=old.node, recovery=following.public_key().public_bytes_raw()
    )
    work.keys = Keys(paper.sign, b"", private.sign, _opens_nothing)
    written = author.write_registry(
        work, "enrol", enrolment.data_of(wanted), after={paper.enrolment}, log=work.entropy.bytes(16),
        past=_newest(work),
    )  # fmt: skip
    work.keys = former
    work.registry_changed = True
    begun = replacing.take_over(work, own, log)
    writing.check(work, written)
    items = [{"action": "enrol", "unit": old.path, "node": own.node.hex(), "replaces": old.node.hex(),
              "log": begun.hex(), "change": written.first.hex(), "commit": written.commit.hex()}]  # fmt: skip
    if stolen:
        data = {"node": old.node, "keep": operations.held(work, old), "reason": "stolen"}
        made = writing.decide(work, "revoke", data, old.record, author.SYSTEM)
        items.append({"action": "revoke", "unit": old.path, "node": old.node.hex(), **made})
    return {"items": items}


def _newest(work: Work) -> int:
    """The old root's right ends with the new one's enrolment in the order: it stands behind all that is known."""
    known = records.changes_of_matter(work.db, trust.MATTER)
    return max((one.time for _, _, one in known if not one.held), default=0)


def _entries(work: Work, private: Ed25519PrivateKey) -> tuple[NodeEntry, NodeEntry]:
    """(the root now, its recovery key)."""
    root = work.registry.root
    if root is None:
        raise NotFound(
            say("这里不是根节点的目录", "this isn't the directory of a root"), code="no_root",
            hint="qiao init --root --recovery FILE",
        )  # fmt: skip
    public = private.public_key().public_bytes_raw()
    paper = work.registry.node(node_id(public))
    if paper is None or root.recovery != public:
        raise Forbidden(
            say("这不是现任根节点的恢复密钥", "that isn't the recovery key of the root now"),
            code="not_recovery_key",
            hint="qiao registry replace-root --recovery FILE",
        )
    return root, paper


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except OSError as fault:
        raise NotFound(
            say(f"没有文件 {path}", f"there is no file {path}"), code="no_file", hint=f"ls -l {path.parent}"
        ) from fault
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise Usage(
            say(f"{path} 不是恢复密钥", f"{path} isn't a recovery key"), code="bad_recovery",
            hint="qiao registry replace-root --recovery FILE",
        )  # fmt: skip
    return found


def _write(path: Path, entropy: Entropy) -> Ed25519PrivateKey:
    """A new recovery key, durable. Raises Stale `file_exists`, DiskTrouble."""
    private = Ed25519PrivateKey.from_private_bytes(entropy.bytes(32))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_private(path, pem)
    except FileExistsError as fault:
        raise Stale(
            say(f"{path} 已存在", f"{path} exists"), code="file_exists",
            hint="qiao registry replace-root --recovery FILE --next OTHER",  # it may be the one that counts
        ) from fault  # fmt: skip
    except OSError as fault:
        raise DiskTrouble(
            say(f"恢复密钥写不了：{fault}", f"the recovery key can't be written: {fault}")
        ) from fault
    return private


def _opens_nothing(sealed: bytes, info: bytes) -> bytes:
    raise BadEnvelope("a recovery key opens nothing")
