from __future__ import annotations

import threading
from typing import Any

import pytest

from node.errors import LineDown, NotFound, QiaoError, Usage
from sync_protocol.errors import BadEnvelope
from tests.tui.standin import StandIn
from tui.gate import Gate, sentence_of


def gate_to(node: Any) -> Gate:
    return Gate(lambda: node)


async def test_reading_and_acting_have_a_thread_each_and_neither_is_the_loops(node: StandIn) -> None:
    gate = gate_to(node)
    assert await gate.open() == (node.unit, node.unit_name)
    await gate.ask("pulse")
    await gate.act("do", "sync", {}, None)
    assert node.threads == {"qiao-read", "qiao-act"}
    assert threading.current_thread().name.partition("_")[0] not in node.threads
    gate.close()
    assert node.closed


async def test_a_sync_that_takes_long_doesnt_keep_anyone_from_reading(node: StandIn) -> None:
    import asyncio

    held = threading.Event()
    node.do = lambda *_: held.wait(30)  # type: ignore[method-assign, assignment, return-value]
    gate = gate_to(node)
    syncing = asyncio.create_task(gate.act("do", "sync", {}))
    assert await gate.ask("pulse") == 1
    assert not syncing.done()
    held.set()
    await syncing
    gate.close()


async def test_a_fault_keeps_its_code_and_an_unexpected_one_gets_one(node: StandIn) -> None:
    gate = gate_to(node)
    node.fault, node.failing = (
        NotFound("没有", code="not_found", hint="qiao ticket list"),
        frozenset({"pulse"}),
    )
    with pytest.raises(NotFound):
        await gate.ask("pulse")
    with pytest.raises(QiaoError) as caught:
        await gate.ask("no_such_method")
    assert caught.value.code == "unexpected" and caught.value.hint == "qiao status"
    gate.close()


async def test_a_fault_of_the_protocol_is_told_in_a_sentence_of_ours(node: StandIn) -> None:
    def sync(*_: object) -> None:
        raise BadEnvelope("sealed for another node", code="not_for_us")

    node.do = sync  # type: ignore[method-assign, assignment]
    gate = gate_to(node)
    with pytest.raises(LineDown) as caught:
        await gate.act("do", "sync", {})
    assert caught.value.code == "not_for_us" and caught.value.text.endswith("是给另一个节点的")
    gate.close()


async def test_a_node_that_can_check_is_asked_before_signing(node: StandIn) -> None:
    def refuse(*_: object) -> None:
        raise Usage("不行", code="refused")

    gate = gate_to(node)
    await gate.check("act", {}, None)
    node.check = refuse  # type: ignore[assignment,method-assign]
    with pytest.raises(Usage):
        await gate.check("act", {}, None)
    gate.close()


def test_a_node_that_was_never_opened_isnt_closed() -> None:
    gate_to(None).close()


def test_a_fault_is_told_with_code_sentence_and_hint() -> None:
    assert sentence_of(Usage("不行", code="bad", hint="qiao x")) == "不行 [bad]  办法：qiao x"
    assert sentence_of(Usage("不行", code="bad")) == "不行 [bad]"
