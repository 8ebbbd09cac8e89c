"""What a verification finds: a code, a sentence, the place, and what shows it."""

from __future__ import annotations

from typing import Any

from node import faults
from node.language import say

MOST_HEX = 4096  # digits of a signed object that a finding quotes: the rest lies in the database
Problem = dict[str, Any]  # code, sentence, where, evidence {name: value}

SENTENCES = {
    "chain_broken": ("链断了，或首个提交不接零", "the chain is broken, or doesn't begin from nothing"),
    "chain_gap": ("链中间缺了提交", "commits are missing within a chain"),
    "commit_missing": ("别的节点有这笔提交，本机没有", "another node has this commit, and this one hasn't"),
    "two_histories": ("同一编号有两个不同的提交", "two different commits have one number"),
    "dropped": (
        "该节点后来没有了它曾签名确认持有的提交",
        "a node no longer has commits that it had signed for",
    ),
    "bad_stand": ("留存的所在声明被改动过", "a stand that was kept here was altered"),
    "commit_mismatch": ("提交与登记的位置、时间、单位或人员不符", "the commit isn't the one of its place"),
    "head_missing": ("链头不在库中", "a log's newest commit isn't here"),
    "fork_mismatch": ("分叉的登记与库中的提交不符", "what is noted of a fork isn't what the commits show"),
    "body_mismatch": ("正文与签过的编号不符", "a body doesn't match the id that was signed"),
    "body_missing": ("正文不在库中，也没有依法删除", "a body isn't here, and was not erased by law"),
    "record_mismatch": ("正文被挂到了别的事项下", "a body was put under another record"),
    "fault_mismatch": ("隔离的标记与提交本身不符", "what is quarantined, or isn't, doesn't fit the commit"),
    "erased_unordered": ("标为依法删除，却没有删除令", "noted as erased by law, and no order says so"),
    "receipt": ("回执不对", "a receipt doesn't verify"),
    "receipted_missing": ("回执里的提交不在库中", "a commit that a receipt covers isn't here"),
    "taken_missing": ("从上级取过的最后一笔不在库中", "the last commit taken from the parent isn't here"),
    "bad_checkpoint": (
        "这个检查点，或它旁边的清单，被改动过",
        "that checkpoint, or the list beside it, was altered",
    ),
    "checkpoint_differs": (
        "存过的提交与签过的检查点不符",
        "what was stored isn't what a signed checkpoint says",
    ),
    "projection": ("投影与重新折叠不符", "what is stored isn't what a fresh fold gives"),
    "search_index": ("检索索引与重新折叠不符", "the search index isn't what a fresh fold gives"),
}


def problem(code: str, where: str, **evidence: Any) -> Problem:
    """`evidence`: ids and signed bytes as hex; never a text that somebody wrote."""
    sentence = say(*SENTENCES[code]) if code in SENTENCES else faults.sentence_of(code)
    told = {name: _told(value) for name, value in evidence.items() if value is not None}
    return {"code": code, "sentence": sentence, "where": where, "evidence": told}


def _told(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    digits = value.hex()
    return digits if len(digits) <= MOST_HEX else f"{digits[:MOST_HEX]}…"
