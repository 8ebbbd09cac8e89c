"""What is wrong with a file that somebody handed over (a bundle, a request to join, its reply): the peer's
fault as an error with its exit code. Damaged or cut is 7, for another or refused 3 (design 4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from node import faults
from node.errors import Damaged, Forbidden, LineDown, QiaoError
from node.language import say
from sync_protocol.errors import ProtocolError, RemoteError

_AGAIN = "qiao bundle export --to UNIT FILE"
_FOREIGN = {
    "not_for_us",
    "unknown_sender",
    "bad_invitation",
    "invitation_used",
    "invitation_expired",
    "wrong_root",
    "bad_mac",
    "join_refused",
    "not_enrolled",
}
_DAMAGED_BUNDLES = {"not_a_bundle", "bundle_cut", "bundle_damaged", "bundle_mixed"}


@contextmanager
def over() -> Iterator[None]:
    """Raises QiaoError for what the file's maker did wrong."""
    try:
        yield
    except RemoteError as fault:
        raise explained(fault) from fault


def explained(fault: ProtocolError) -> QiaoError:
    code, told = fault.code, faults.sentence(fault)
    if code in _FOREIGN:
        return Forbidden(told, code=code, hint=faults.hint_of(code))
    if code == "unknown_version":
        return LineDown(told, code=code, hint="qiao --help")
    if code in _DAMAGED_BUNDLES:
        return Damaged(told, code=code, hint=_AGAIN)
    if code != "bad_join":
        told = say(f"文件已损坏：{told}", f"the file is damaged: {told}")
    return Damaged(told, code=code, hint="qiao status")
