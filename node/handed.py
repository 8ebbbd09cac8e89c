"""What is wrong with a file that somebody handed over (a bundle, a request to join, its reply): the peer's
fault as an error with its exit code. Damaged or cut is 7, for another or refused 3 (design 4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from node.errors import Damaged, Forbidden, LineDown, QiaoError
from node.language import say
from sync_protocol.errors import ProtocolError, RemoteError

_AGAIN = "qiao bundle export --to UNIT FILE"
_INVITE = "qiao --as STAFF invite --unit CODE --name NAME"

_FOREIGN_SENTENCES = {
    "not_for_us": ("这个文件是给另一个节点的", "the file is for another node"),
    "unknown_sender": ("签名的节点没有登记在册", "signed by a node that isn't enrolled here"),
    "not_a_neighbour": ("签名的既不是上级，也不是直接下级", "signed by neither our parent nor a child"),
    "bad_invitation": ("上级不认识这份邀请", "the parent doesn't know this invitation"),
    "invitation_used": ("邀请只能用一次，已被另一节点用过", "the invitation was used by another node"),
    "invitation_expired": ("邀请已过期", "the invitation has expired"),
    "wrong_root": ("邀请属于另一棵树", "the invitation is of another tree"),
    "bad_mac": ("申请与邀请对不上", "the request doesn't prove the invitation"),
    "join_refused": ("上级不同意加入", "the parent refuses"),
    "not_enrolled": ("回执里没有登记本节点", "the reply doesn't enrol this node"),
}
_DAMAGED_SENTENCES = {
    "not_a_bundle": ("不是桥的数据包", "it isn't a bundle of Qiao's"),
    "bundle_cut": ("数据包不完整，尾部缺失", "the bundle is cut off"),
    "bundle_damaged": ("数据包已损坏，什么都没有导入", "the bundle is damaged; nothing was taken from it"),
    "bundle_mixed": ("数据包是拼凑的，什么都没有导入", "the bundle was put together from several"),
    "bad_join": ("不是加入的申请（或回执），或已损坏", "not a request to join or its reply, or damaged"),
}


@contextmanager
def over() -> Iterator[None]:
    """Raises QiaoError for what the file's maker did wrong."""
    try:
        yield
    except RemoteError as fault:
        raise explained(fault) from fault


def explained(fault: ProtocolError) -> QiaoError:
    code = fault.code
    if code in _FOREIGN_SENTENCES:
        return Forbidden(_sentence(code, fault), code=code, hint=_hint(code))
    if code == "unknown_version":
        text = say("由更新的程序写成，请先升级", "written by a newer program; upgrade first")
        return LineDown(f"{text}: {fault}", code=code, hint="qiao --help")
    return Damaged(_sentence(code, fault), code=code, hint=_hint(code))


def _sentence(code: str, fault: ProtocolError) -> str:
    told = _FOREIGN_SENTENCES.get(code) or _DAMAGED_SENTENCES.get(code)
    sentence = say(*told) if told else say("文件已损坏", "the file is damaged")
    return f"{sentence}: {fault}"


def _hint(code: str) -> str:
    if code in _DAMAGED_SENTENCES and code != "bad_join":
        return _AGAIN
    return _INVITE if code.startswith(("bad_invitation", "invitation_", "wrong_root")) else "qiao status"
