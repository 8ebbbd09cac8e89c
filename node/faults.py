"""What a person is told of the protocol's errors: one sentence a code, in both languages.

The protocol's own messages are English and for programmers. They end here: the log gets the code.
"""

from __future__ import annotations

import logging

from node.errors import LineDown, QiaoError, Usage
from node.language import say
from node.logs.events import tell
from sync_protocol.errors import BadText, ProtocolError, RemoteError

log = logging.getLogger("qiao.faults")

SENTENCES = {
    "protocol": ("协议出错", "the protocol was broken"),
    "misuse": ("程序内部调用有误", "a part of the program called another wrongly"),
    "impossible_step": ("同步走到了不该有的一步", "the exchange took a step that there isn't"),
    "bad_text": ("有不能使用的字符", "a character that may not be used"),
    "bad_peer": ("对方发来的内容不对", "the peer sent something that isn't right"),
    # what is read
    "bad_cbor": ("编码不合规", "it isn't encoded strictly"),
    "cut_off": ("内容不完整，尾部缺失", "it ends in the middle"),
    "too_large": ("超过大小上限", "it is past its bound"),
    "unknown_version": ("由更新的程序写成，请先升级", "it was written by a newer program; upgrade first"),
    "bad_change": ("变更的格式不对", "a change has another form"),
    "bad_commit": ("提交的格式不对", "a commit has another form"),
    "bad_signature": ("签名不符", "a signature doesn't verify"),
    "bad_message": ("报文的格式不对", "a message has another form"),
    "bad_stand": ("所在声明的格式不对", "a stand has another form"),
    "reconcile_stuck": ("核对没有进展，已停止", "the comparison came to nothing and was ended"),
    # the sealed thing around it
    "bad_envelope": ("来件的格式不对", "what came has another form"),
    "bad_compression": ("压缩的内容解不开，或超过上限", "it doesn't decompress, or past its bound"),
    "cannot_open": ("用本节点的密钥打不开", "this node's key doesn't open it"),
    "not_for_us": ("是给另一个节点的", "it is for another node"),
    "unknown_sender": ("签名的节点没有登记在册", "signed by a node that isn't enrolled here"),
    "unknown_kind": ("来件的种类不认识", "what came is of an unknown kind"),
    # bundles
    "bad_bundle": ("数据包读不了", "the bundle can't be read"),
    "not_a_bundle": ("不是桥的数据包", "it isn't a bundle of Qiao's"),
    "bundle_cut": ("数据包不完整，尾部缺失", "the bundle is cut off"),
    "bundle_damaged": ("数据包已损坏，什么都没有导入", "the bundle is damaged; nothing was taken from it"),
    "bundle_mixed": ("数据包是拼凑的，什么都没有导入", "the bundle was put together from several"),
    # joining
    "bad_invitation": (
        "邀请有误，或上级不认识它",
        "the invitation is mistyped, or the parent doesn't know it",
    ),
    "invitation_used": ("邀请只能用一次，已被另一节点用过", "the invitation was used by another node"),
    "invitation_expired": ("邀请已过期", "the invitation has expired"),
    "wrong_root": ("邀请属于另一棵树", "the invitation is of another tree"),
    "bad_mac": ("申请与邀请对不上", "the request doesn't prove the invitation"),
    "bad_join": ("不是加入的申请（或回执），或已损坏", "not a request to join or its reply, or damaged"),
    "join_refused": ("上级不同意加入", "the parent refuses"),
    "not_enrolled": ("回执里没有登记本节点", "the reply doesn't enrol this node"),
    # what is enrolled
    "bad_shape": ("登记内容的格式不对", "what is to be enrolled has another form"),
    "unknown_role": ("登记的角色不认识", "what is to be enrolled has an unknown role"),
    "bad_key": ("公钥不合规", "a public key isn't sound"),
    "bad_node": ("节点编号与公钥不符", "a node id isn't its key's"),
    # what else a verifiable export can have
    "bad_item": ("其中一项的格式不对", "an item has another form"),
    "bad_head": ("开头不对", "it doesn't begin as an export does"),
    "after_end": ("结尾之后还有内容", "something follows the end"),
    "bad_root": ("根节点的编号与公钥不符", "the root's id isn't its key's"),
    "another_root": ("根节点不是所给的那个", "its root isn't the one that was given"),
    "unknown_author": ("作者没有登记在册", "its author isn't enrolled"),
    "foreign_log": ("日志不属于提交的作者", "the log isn't its author's"),
    "repeated": ("同一份提交出现了两次", "a commit stands there twice"),
    "broken_chain": ("前一份提交不在文件里", "the commit before it isn't there"),
    "bad_link": ("与前文的衔接不对", "a link to what is before doesn't fit"),
    "order": ("提交的先后不对", "a commit should stand before others"),
    "clock": ("提交的时间不晚于前一份", "a commit's time isn't past the one before"),
    "bad_list": ("变更与提交所列的不符", "the changes aren't those that a commit lists"),
    "bad_count": ("项数与结尾所写的不符", "the end counts another number of items"),
    "unknown_exporter": ("导出的节点没有登记在册", "the exporter isn't enrolled"),
    "bad_end": ("结尾的签名不符", "the end's signature doesn't verify"),
}

_INVITE = "qiao --as STAFF invite --unit CODE --name NAME"
_INVITATIONS = {"bad_invitation", "invitation_used", "invitation_expired", "wrong_root"}
# These say all by themselves; the rest is said of what the peer sent.
_WHOLE = _INVITATIONS | {"bad_mac", "join_refused", "not_enrolled", "unknown_version", "bad_peer"}


def sentence(fault: ProtocolError) -> str:
    """In the language in use. The protocol's own words go to the log."""
    tell(log, logging.DEBUG, "protocol_fault", code=fault.code)
    return sentence_of(fault.code)


def sentence_of(code: str) -> str:
    return say(*SENTENCES.get(code, SENTENCES["bad_peer"]))


def hint_of(code: str) -> str:
    return _INVITE if code in _INVITATIONS else "qiao status"


def explained(fault: ProtocolError) -> QiaoError:
    """An error of the line or the peer, by its code; of what was typed, wrong use."""
    told = sentence(fault)
    if isinstance(fault, BadText):
        return Usage(f"{fault.field}: {told} {fault.character}", code=fault.code)
    if isinstance(fault, RemoteError) and fault.code in SENTENCES.keys() - _WHOLE:
        told = say(f"对方发来的内容不对，已拒收：{told}", f"the peer's was refused: {told}")
    return LineDown(told, code=fault.code, hint=hint_of(fault.code))
