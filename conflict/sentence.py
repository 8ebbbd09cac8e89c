"""One sentence for each verdict and each row of the exceptions list, in Chinese and English.

A template's parameters are named: unit, actor, time, action, place, value of the act that didn't simply
apply; other_unit, other_actor, other_time, other_action, other_value of the one that did; reason, count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Pair = tuple[str, str]  # Chinese, English

WHO = ("{unit}（{actor}）{time}所做的“{action}”", "“{action}” by {unit} ({actor}), {time},")
OTHER = ("{other_unit}（{other_actor}）{other_time}的“{other_action}”",
         "“{other_action}” by {other_unit} ({other_actor}), {other_time}")  # fmt: skip

# Rows of kind conflict, and what makes a record wait.
CONFLICTS: Mapping[str, Pair] = {
    "overtaken": (
        WHO[0] + "把{place}写为“{value}”，未生效：与上级" + OTHER[0]
        + "同时发生，以上级的“{other_value}”为准。",
        WHO[1] + " set {place} to “{value}” without effect: at the same time " + OTHER[1]
        + ", an office above, set “{other_value}”, which holds.",
    ),
    "overtaken_wider": (
        WHO[0] + "把{place}写为“{value}”，未生效：上级" + OTHER[0]
        + "同时决定了整个事项（“{other_value}”）。",
        WHO[1] + " set {place} to “{value}” without effect: at the same time " + OTHER[1]
        + ", an office above, decided the whole matter (“{other_value}”).",
    ),
    "overtaken_narrower": (
        WHO[0] + "把{place}写为“{value}”，未生效：上级" + OTHER[0]
        + "同时改变了其中一项（“{other_value}”）。",
        WHO[1] + " set {place} to “{value}” without effect: at the same time " + OTHER[1]
        + ", an office above, changed a part of it (“{other_value}”).",
    ),
    "lost": (
        WHO[0] + "把{place}写为“{value}”，同时" + OTHER[0]
        + "写为“{other_value}”；两单位互无隶属，以后者为准。",
        WHO[1] + " set {place} to “{value}”, at the same time " + OTHER[1]
        + " set “{other_value}”; neither office is above the other, so the later one holds.",
    ),
    "field_last": (
        "{place}同时有两种写法：" + WHO[0] + "写为“{value}”，" + OTHER[0]
        + "写为“{other_value}”。显示后者，前者保留。",
        "{place} was written twice at the same time: " + WHO[1] + " says “{value}”, " + OTHER[1]
        + " says “{other_value}”. The latter is shown, the former kept.",
    ),
    "field_ask": (
        "{place}有两个值并存，待人工确定：" + WHO[0] + "写为“{value}”，" + OTHER[0]
        + "写为“{other_value}”；统计暂用后者。",
        "{place} has two values until a person settles it: " + WHO[1] + " says “{value}”, " + OTHER[1]
        + " says “{other_value}”; figures use the latter for now.",
    ),
    "missing": (
        "该事项缺少{count}条此前的操作，到齐之前不列冲突；首个受影响的是" + WHO[0] + "。",
        "{count} earlier acts of this record haven't come; until then no conflicts are listed. "
        "First affected: " + WHO[1] + " and what follows.",
    ),
    "newer_version": (
        WHO[0] + "需要更新版本的程序才能理解，已保存，升级后生效。",
        WHO[1] + " needs a newer version of this program; it is kept, and folded after the upgrade.",
    ),
}  # fmt: skip

# What a line of the timeline says of an act that doesn't stand, in few words.
MARKS: Mapping[str, Pair] = {
    "overtaken": ("未生效：以上级为准", "without effect: an office above holds"),
    "overtaken_wider": ("未生效：上级决定了整个事项", "without effect: an office above decided the whole"),
    "overtaken_narrower": ("未生效：上级改变了其中一项", "without effect: an office above changed a part"),
    "lost": ("未生效：以后者为准", "without effect: the later holds"),
    "denied": ("不被允许：{reason}", "not allowed: {reason}"),
    "held": ("暂扣：{reason}", "held: {reason}"),
    "quarantined": ("隔离：{reason}", "quarantined: {reason}"),
    "unknown": ("需要更新版本", "needs a newer version"),
}

# Frames of the other kinds, by row kind.
FRAMES: Mapping[str, Pair] = {
    "denied": (WHO[0] + "不被允许：{reason}。", WHO[1] + " is not allowed: {reason}."),
    "held": (WHO[0] + "暂缓：{reason}。", WHO[1] + " is held: {reason}."),
    "quarantine": (WHO[0] + "被隔离：{reason}。", WHO[1] + " is quarantined: {reason}."),
}

# Why: clauses without a stop, for frames and for refusals before signing.
REASONS: Mapping[str, Pair] = {
    "ahead": ("其时间比本机超前十分钟以上，到时自动生效",
              "its time is over ten minutes ahead; it applies when that comes"),
    "clock": ("其时间不晚于它所依据的操作", "its time isn't later than that of the acts it rests on"),
    "not_given": ("登记簿没有把这个单位授予该节点", "the registry has never given this node that unit"),
    "not_first": ("该事项已经登记过", "the record has begun already"),
    "no_beginning": ("它没有依据任何此前的操作，又不是登记",
                     "it rests on no earlier act and doesn't begin the record"),
    "once": ("登记时确定的内容不能再改", "what was fixed at registration can't be written again"),
    "malformed": ("内容的形式不对", "its data are of the wrong form"),
    "two_slots": ("所采纳的操作涉及不止一处", "what it adopts writes more than one place"),
    "nothing_quoted": ("没有写明采纳哪一项", "it doesn't say what it adopts"),
    "quoted_missing": ("所采纳的操作不在这里", "what it adopts isn't here"),
    "quoted_adopt": ("采纳、删除、查看本身不能被采纳", "an adoption, an erasure or a reveal can't be adopted"),
    "quoted_stands": ("所采纳的操作本来有效", "what it adopts already stands"),
    "erased": ("该事项已依法删除", "the record has been erased by law"),
    "not_registrar": ("只有根单位或登记单位可以依法删除", "only the root or the registering unit may erase"),
    "nothing_erased": ("它回执的删除不在这里或无效", "the erasure that it answers isn't here or doesn't stand"),
    "list_lies": ("清单中有{count}项与正文不符，这些未删除",
                  "{count} items of its list aren't as the bodies say; these weren't erased"),
    "adopted": ("已由后来的采纳代替", "a later adoption stands for it"),
    "revoked": ("该节点的权限已被撤销", "its node has been revoked"),
    "replaced": ("该节点的密钥已更换", "its node's keys have been replaced"),
    "forked": ("该节点的日志出现了分叉：尚未裁定，或保留了另一支",
               "its log has forked: no ruling is known, or it keeps the other branch"),
    "repeated": ("同一操作在日志中出现了两次", "its log names the same act twice"),
    "not_admitted": ("它所在的日志没有被准入", "its log hasn't been admitted"),
    "unknown_author": ("登记簿不认识它的作者", "the registry doesn't know its author"),
    "bad_signature": ("签名不对", "its signature is bad"),
    "bad_change": ("正文的形式不对", "its body is of the wrong form"),
    "words_without_act": ("这段文字没有跟在它所属的操作之后", "these words don't stand behind their act"),
    "bad_cbor": ("正文不是规定的编码", "its body isn't in the strict encoding"),
    "too_large": ("正文超过上限", "its body is too large"),
    "quarantined": ("它不能被采信", "it can't be trusted"),
}  # fmt: skip

_NOBODY: Mapping[str, Pair] = {
    "unit": ("某单位", "an office"), "other_unit": ("某单位", "an office"),
    "actor": ("某人", "somebody"), "other_actor": ("某人", "somebody"),
    "time": ("", "at some time"), "other_time": ("", "at some time"),
    "action": ("操作", "an act"), "other_action": ("操作", "an act"),
    "place": ("该项", "it"), "value": ("—", "—"), "other_value": ("—", "—"),
    "reason": ("原因不明", "for an unknown reason"), "count": ("若干", "Some"),
}  # fmt: skip


class _Given(dict[str, Any]):
    """Parameters of a template; one that isn't given has a general word."""

    def __init__(self, given: Mapping[str, Any], column: int) -> None:
        super().__init__(given)
        self.column = column

    def __missing__(self, name: str) -> str:
        return _NOBODY[name][self.column] if name in _NOBODY else "—"


def sentence(code: str, language: str, **params: Any) -> str:
    """The sentence, or the clause, of a code, in `zh` or `en`; a code that nobody declared as it is."""
    found = CONFLICTS.get(code) or FRAMES.get(code) or REASONS.get(code)
    return filled(found, language, params) if found else code


def mark(standing: str, code: str, language: str, own: Mapping[str, str]) -> str:
    """Of an act that doesn't stand: its standing and why. `own`: the matter's sentences."""
    found = MARKS.get(code) or MARKS.get(standing)
    return filled(found, language, {"reason": reason(code, language, own)}) if found else standing


def filled(pair: Pair, language: str, params: Mapping[str, Any]) -> str:
    column = 1 if language.startswith("en") else 0
    return pair[column].format_map(_Given(params, column))


def reason(code: str, language: str, own: Mapping[str, str], **params: Any) -> str:
    """Why something wasn't allowed: the matter's own sentence first, which is Chinese; else the engine's."""
    if code in own and (not language.startswith("en") or code not in REASONS):
        return filled((own[code], f"the rule “{code}”"), language, params)
    return sentence(code, language, **params)
