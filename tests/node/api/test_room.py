"""One thread, so many waiting, so long for each."""

from __future__ import annotations

import asyncio
import threading

import pytest

from node.api.problem import Refused
from node.api.reading import Window
from node.api.room import Room
from node.errors import NotFound
from node.language import say, used
from tests.node.tree import Tree


async def refusal(asked: object) -> str:
    with pytest.raises(Refused) as fault:
        await asked  # type: ignore[misc]
    return fault.value.code


async def test_all_is_read_on_one_thread_over_one_window(tree: Tree) -> None:
    tree.at("p")
    room = Room(tree.base / "p")
    seen = await asyncio.gather(
        *(room.ask("zh", lambda window: (window, threading.get_ident())) for _ in range(8))
    )
    assert len(set(seen)) == 1 and room.waiting == 0
    room.close()


async def test_each_is_answered_in_his_language_and_the_process_keeps_its_own(tree: Tree) -> None:
    tree.at("p")
    room, before = Room(tree.base / "p"), used()
    asked = [room.ask(language, lambda _: say("是", "yes")) for language in ("zh", "en") * 4]
    assert await asyncio.gather(*asked) == ["是", "yes"] * 4 and used() == before
    room.close()


async def test_who_comes_when_too_many_wait_is_refused_and_the_others_are_answered(tree: Tree) -> None:
    tree.at("p")
    room, gate = Room(tree.base / "p", most=2), threading.Event()
    waiting = [asyncio.create_task(room.ask("zh", lambda _: gate.wait(20))) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert await refusal(room.ask("zh", lambda _: True)) == "busy"
    gate.set()
    assert await asyncio.gather(*waiting) == [True, True]
    assert await room.ask("zh", lambda _: 1) == 1
    room.close()


async def test_one_that_takes_too_long_is_given_up_and_holds_its_place_until_it_ends(tree: Tree) -> None:
    tree.at("p")
    room, gate = Room(tree.base / "p", seconds=0.05, most=1), threading.Event()
    assert await refusal(room.ask("zh", lambda _: gate.wait(20))) == "too_slow"
    assert await refusal(room.ask("zh", lambda _: True)) == "busy"
    gate.set()
    while room.waiting:
        await asyncio.sleep(0.01)
    room.close()


async def test_what_goes_wrong_within_is_told_and_the_next_is_answered(tree: Tree) -> None:
    tree.at("p")
    room = Room(tree.base / "p")

    def broken(_: Window) -> None:
        raise NotFound("none")

    with pytest.raises(NotFound):
        await room.ask("zh", broken)
    assert await room.ask("zh", lambda _: 1) == 1
    room.close()
