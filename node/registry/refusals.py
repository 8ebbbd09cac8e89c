"""What a person is told of a registry change that doesn't stand (protocol 3.4): one sentence a code."""

from __future__ import annotations

from node.language import say

SENTENCES = {
    "already_ruled": ("该处分叉已有裁定", "that fork has been ruled on already"),
    "auditor": ("审计节点不能登记或变更单位", "an auditor enrols and changes nobody"),
    "bad_evidence": ("分叉的证据不成立", "the evidence of the fork doesn't hold"),
    "bad_key": ("公钥不合规", "a public key isn't sound"),
    "bad_node": ("节点编号与公钥不符", "a node id isn't its key's"),
    "bad_shape": ("登记内容的格式不对", "what is to be registered has another form"),
    "clock": ("本机时钟早于所依据的登记", "our clock isn't past what this rests on"),
    "cycle": ("不能迁到自己之下", "a unit can't be moved below itself"),
    "foreign_log": ("日志不属于该节点", "the log isn't that node's"),
    "issued_again": ("已另行下达", "it was issued again before its time came"),
    "known_key": ("这把密钥用过了", "that key has been used"),
    "known_log": ("这份日志登记过了", "that log is registered already"),
    "known_node": ("这个节点登记过了", "that node is enrolled already"),
    "no_enrolment_named": ("没有写明依据的登记", "it doesn't name the enrolment it rests on"),
    "not_first": ("它必须是提交里的第一项", "it has to be the first of its commit"),
    "not_root": ("只有根节点可以", "only the root may"),
    "outside_subtree": ("只能处理本单位之下的单位", "only what is below this unit can be decided on"),
    "replaced": ("该节点的密钥已经更换", "that node's keys have been replaced"),
    "replaces_other": ("更换前后须是同一单位、同一类型", "unit, role and kind stay when keys are replaced"),
    "revoked": ("该节点已被吊销", "that node has been revoked"),
    "root_needs_recovery": ("根节点只能用恢复密钥更换", "the root is replaced by its recovery key alone"),
    "superior_enrolled": (
        "上级已为该单位登记了另一节点",
        "a superior has enrolled another node for that unit",
    ),
    "superior_ruled": ("上级已经另有决定", "a superior has decided otherwise"),
    "unit_taken": ("那里已有单位", "there is a unit already"),
    "unknown_action": ("这个版本不认识这项登记", "this version doesn't know that change"),
    "unknown_author": ("作者没有登记在册", "its author isn't enrolled"),
    "unknown_log": ("没有这份日志", "no such log"),
    "unknown_node": ("没有这个节点", "no such node"),
    "unknown_role": ("登记的角色不认识", "the role is unknown"),
    "unknown_unit": ("没有这个单位", "no such unit"),
    "wrong_record": ("它写到了别的登记上", "it is on another enrolment's record"),
}
HINTS = {"root_needs_recovery": "qiao registry replace-root --recovery FILE", "clock": "qiao clock"}


def clause(code: str) -> str:
    """In the language in use; of a code that is told by nothing here, the code."""
    return say(*SENTENCES.get(code, (code, code)))


def sentence(code: str) -> str:
    told = clause(code)
    return say(f"登记册不允许：{told}", f"the registry doesn't allow it: {told}")


def hint(code: str) -> str:
    return HINTS.get(code, "qiao registry list")
