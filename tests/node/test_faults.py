"""Whatever the protocol can raise is told in a sentence of the person's language, without the protocol's words."""

from __future__ import annotations

import ast
import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator

import pytest

import sync_protocol
from node import faults, language
from node.errors import LineDown, QiaoError, Usage
from sync_protocol.errors import (
    BadCbor,
    BadEnvelope,
    BadText,
    InvitationUsed,
    LocalError,
    ProtocolError,
    RemoteError,
    UnknownVersion,
)
from tests.house.project import sources

LISTED = ("_problem", "_Unreadable")  # in proof.py: what `audit verify` lists


def kinds(of: type[ProtocolError] = ProtocolError) -> Iterator[type[ProtocolError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def raised() -> set[str]:
    """Codes of the error tree, and those that an error or a problem of an export is given where it is made."""
    for module in pkgutil.iter_modules(sync_protocol.__path__, "sync_protocol."):
        importlib.import_module(module.name)
    own = {kind for kind in kinds() if kind.__module__.startswith("sync_protocol.")}
    names = {kind.__name__ for kind in own}
    found = {kind.code for kind in own}
    for _, tree in sources("sync_protocol"):
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        thrown = {id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
        for call in calls:
            name = ast.unparse(call.func).rpartition(".")[2]
            if name in LISTED:
                found |= literals(call.args[0])
            elif name in names or id(call) in thrown:
                for keyword in call.keywords:
                    found |= literals(keyword.value) if keyword.arg == "code" else set()
    return found


def literals(value: ast.expr) -> set[str]:
    if isinstance(value, ast.IfExp):
        return literals(value.body) | literals(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) and isinstance(value.value, str) else set()


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.use("zh")
    yield
    language.use("zh")


def test_every_code_of_the_protocol_has_a_sentence_and_no_other_has() -> None:
    assert raised() == faults.SENTENCES.keys()


def test_a_sentence_is_in_chinese_and_in_english() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    for code, (zh, en) in faults.SENTENCES.items():
        assert han.search(zh) and not re.search("[a-zA-Z]", zh), code
        assert en.isascii(), code


@pytest.mark.parametrize("spoken", language.LANGUAGES)
@pytest.mark.parametrize("fault", [kind for kind in kinds(RemoteError)] + [LocalError])
def test_the_protocols_own_words_stay_out_of_the_sentence(fault: type[ProtocolError], spoken: str) -> None:
    language.use(spoken)
    told = faults.explained(fault("the words of a programmer"))
    assert "programmer" not in told.text
    assert told.text.endswith(faults.sentence_of(fault.code))
    assert (told.exit, told.code) == (LineDown.exit, fault.code)
    assert told.hint.startswith("qiao ")


def test_their_codes_alone_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "qiao.faults"):
        faults.explained(BadCbor("a map with a key twice"))
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("DEBUG", "protocol_fault code=bad_cbor")
    ]


@pytest.mark.parametrize(
    ("fault", "zh", "en"),
    [
        (
            BadEnvelope("sealed for another node", code="not_for_us"),
            "对方发来的内容不对，已拒收：是给另一个节点的",
            "the peer's was refused: it is for another node",
        ),
        (InvitationUsed("x"), "邀请只能用一次，已被另一节点用过", "the invitation was used by another node"),
        (
            UnknownVersion("x"),
            "由更新的程序写成，请先升级",
            "it was written by a newer program; upgrade first",
        ),
        (
            RemoteError("x", code="of_tomorrow"),
            "对方发来的内容不对",
            "the peer sent something that isn't right",
        ),
    ],
)
def test_what_is_told_of_a_peer(fault: ProtocolError, zh: str, en: str) -> None:
    assert faults.explained(fault).text == zh
    language.use("en")
    assert faults.explained(fault).text == en


def test_a_character_that_may_not_be_used_is_named_with_its_field() -> None:
    told: QiaoError = faults.explained(BadText("narrative", "U+0001", 5))
    assert isinstance(told, Usage) and told.code == "bad_text"
    assert told.text == "narrative: 有不能使用的字符 U+0001"
