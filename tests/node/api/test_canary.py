"""What no answer may ever hold: words of people, what belongs to another scope, what was left behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.node.api.caller import Caller, calling, issue
from tests.node.tree import PATHS, Tree

NAME, PHONE, ID_NUMBER = "欧阳拾柒", "13917171717", "370211198811223344"
NARRATIVE, TEXT, SECOND, STAFF = (
    "金丝雀砖厂拖欠工钱，工友上官九郎",
    "已约谈金丝雀老板",
    "62148312345678",
    "甲",
)
MORE = "13617171717"
CANARIES = (
    NAME,
    PHONE,
    ID_NUMBER,
    NARRATIVE,
    TEXT,
    SECOND,
    MORE,
    "金丝雀",
    "上官九郎",
    "拾柒",
    "171717",
    "合同.pdf",
)
PERSON = {"worker_name": NAME, "worker_phone": PHONE, "worker_id_number": ID_NUMBER, "narrative": NARRATIVE}


def everything(tree: Tree) -> list[str]:
    """Tickets in every phase with words in every act; a call; exceptions of every sort that two writers make."""
    tree.do("p", "staff.add", id="xi", name=STAFF, roles=["operator", "supervisor"], password="password1")
    records = [tree.register(**PERSON) for _ in range(3)]
    tree.act("p", "note", records[0], text=STAFF, staff="xi")
    # What isn't words may hold a number, or the name that stands in another field of the record.
    tree.act(
        "p",
        "amend",
        records[0],
        employer_name=f"{NAME}餐馆 {MORE}",
        occupation=f"找{NAME}",
        tags=[PHONE, NAME],
    )
    tree.act("p", "note", records[0], text=TEXT)
    tree.act("p", "dispatch", records[0], lead="370211", co=["370900"])
    tree.act("p", "withdraw", records[1], text=TEXT)
    tree.quiet()
    tree.act("k", "accept", records[0])
    # Two who don't hear of each other: a conflict of a personal field, and acts that are overtaken or denied.
    tree.act("k", "amend", records[0], worker_phone=MORE, narrative=NARRATIVE + TEXT)
    tree.act("p", "amend", records[0], worker_phone=SECOND[:11], worker_name=NAME + "甲", amount_claimed=5)
    tree.act("c", "amend", records[0], amount_claimed=6)
    tree.act("t", "decline", records[0], reason="not_our_region", text=TEXT)
    tree.act("p", "recall", records[0], unit="370900", text=TEXT)
    tree.quiet()
    tree.act("k", "submit", records[0], result="completed", resolved=True, text=TEXT)
    data = {"channel": "phone", "class": "enquiry", "topic": "legal", "reply": TEXT, **PERSON}
    tree.at("p").do("act", {"matter": "call", "verb": "register", "record": None, "data": data}, "a")
    tree.do("p", "reveal", "a", record=records[0], field="worker_phone", reason=TEXT)
    tree.do("p", "erase", "a", record=records[2], ground="第四十七条")
    for _ in range(30):
        tree.later(24 * 3600 * 1000)
        tree.at("p").tick()
    tree.quiet()
    return records


async def answers(ask: Caller, secret: str) -> list[str]:
    """Every answer that a program can get: all lists to their end, each record, each timeline, each figure."""
    texts: list[str] = []

    async def get(path: str) -> Any:
        found = await ask(path, secret)
        texts.append(found.text + str(found.headers))
        return found.json()

    for path in ("/units", "/cards", "/exceptions", "/health", "/checkpoint", "/figures", "/openapi.json"):
        await get(path)
    for by in ("unit", "topic", "channel", "class", "day", "worker_identity", "employer_nature"):
        await get(f"/figures?by={by}")
    for matter in ("tickets", "calls"):
        for one in await ask.walk(f"/{matter}", secret):
            texts.append(str(one))
            for rest in ("", "/acts?limit=200"):
                await get(f"/{matter}/{one['record']}{rest}")
            await get(f"/{matter}/{one['number']}")
    return texts


@pytest.mark.parametrize("who", ["p", "k"])
async def test_no_name_number_or_narrative_is_in_any_answer(tree: Tree, who: str) -> None:
    records = everything(tree)
    async with calling(tree, who) as ask:
        texts = await answers(ask, issue(tree, who))
    whole = "\n".join(texts)
    assert records[0] in whole and "conflict" in whole, "the canaries are there to be told"
    assert [one for one in CANARIES if one in whole or one.encode("unicode_escape").decode() in whole] == []
    assert [name for name in PERSON if f'"{name}":' in whole] == []


async def test_what_isnt_words_is_told_with_its_numbers_and_names_masked(tree: Tree) -> None:
    record = everything(tree)[0]
    async with calling(tree) as ask:
        found = await ask.ok(f"/tickets/{record}", issue(tree))
    assert found["employer_name"].startswith("欧*") and "136****1717" in found["employer_name"]
    assert found["occupation"].startswith("找欧")


async def test_no_search_by_a_word_can_guess_it(tree: Tree) -> None:
    tree.register(**PERSON)
    secret = issue(tree)
    async with calling(tree) as ask:
        for query in (f"text={NAME}", f"worker_phone={PHONE}", f"q={NAME}", "view=mine", "columns=worker_name",
                      "reveal=1", "ids=true"):  # fmt: skip
            assert (await ask(f"/tickets?{query}", secret)).status_code == 422
        for name in (PHONE, NAME, ID_NUMBER):
            assert (await ask(f"/tickets/{name}", secret)).status_code == 404


async def test_a_token_of_a_narrower_reach_sees_nothing_of_another(tree: Tree) -> None:
    """Beside the city's: what the province keeps to itself, and what the sibling city does."""
    ours, own, theirs = tree.register(), tree.register(), tree.register()
    tree.act("p", "dispatch", ours, lead="370211")
    tree.act("p", "dispatch", theirs, lead="370902")
    tree.quiet()
    data = {"channel": "phone", "class": "enquiry"}
    tree.at("p").do("act", {"matter": "call", "verb": "register", "record": None, "data": data}, "a")
    for _ in range(40):
        tree.later(24 * 3600 * 1000)
        tree.at("p").tick()
    tree.quiet()
    narrow, wide = issue(tree, name="city", scope="370200"), issue(tree)
    async with calling(tree) as ask:
        assert {one["record"] for one in await ask.walk("/tickets?limit=1", wide)} == {ours, own, theirs}
        assert [one["record"] for one in await ask.walk("/tickets?limit=1", narrow)] == [ours]
        assert await ask.walk("/calls", narrow) == []
        assert {one["record"] for one in await ask.walk("/cards?limit=1", narrow)} == {ours}
        assert {one["record"] for one in await ask.walk("/cards", wide)} >= {ours, theirs}
        assert [one["unit"] for one in await ask.walk("/units", narrow)] == [
            PATHS["p"],
            PATHS["c"],
            PATHS["k"],
        ]
        figures = await ask.ok("/figures?by=unit", narrow)
        texts = "\n".join(await answers(ask, narrow))
        for other in (own, theirs):
            number = (await ask.ok(f"/tickets/{other}", wide))["number"]
            assert other not in texts and number not in texts
            for path in (f"/tickets/{other}", f"/tickets/{other}/acts", f"/tickets/{number}"):
                hidden, absent = await ask(path, narrow), await ask(path.replace(other, "0" * 32), narrow)
                assert hidden.status_code == absent.status_code == 404
                assert hidden.text.replace(other, "0" * 32) == absent.text, "told like one that there isn't"
        assert "370900" not in texts and "370902" not in texts
        assert figures["unit"] == PATHS["c"] and {one["unit"] for one in figures["offices"]} <= {
            PATHS["c"],
            PATHS["k"],
        }
        for unit in ("370900", "370000", "999999"):
            for path in ("figures", "tickets"):
                found = await ask(f"/{path}?unit={unit}", narrow, accept_language="en")
                assert (found.status_code, found.json()["message"]) == (404, f"no unit {unit}")
        assert (await ask("/checkpoint", narrow)).json()["code"] == "token_reach"
        health = await ask.ok("/health", narrow)
        assert (health["commits"], health["exceptions"], health["scope"]) == (None, None, PATHS["c"])


async def test_a_token_of_a_narrow_reach_comes_to_the_end_of_a_long_list(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many rows are looked at for a page; then it ends with a cursor, though nothing was found."""
    monkeypatch.setattr("node.api.reading.CHUNK", 2)
    monkeypatch.setattr("node.api.reading.MOST_LOOKED", 3)
    for _ in range(8):
        tree.register()
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370211")
    for _ in range(2):
        tree.register()
    secret = issue(tree, scope="370200")
    async with calling(tree) as ask:
        first = await ask.ok("/tickets", secret)
        assert first["items"] == [] and first["next"]
        assert [one["record"] for one in await ask.walk("/tickets", secret)] == [record]


async def test_what_was_left_behind_isnt_told(tree: Tree) -> None:
    record = tree.register()
    tree.act("p", "dispatch", record, lead="370211")
    tree.quiet()
    secret = issue(tree, "k")
    async with calling(tree, "k") as ask:
        assert len(await ask.walk("/tickets", secret)) == 1
        tree.act("p", "recall", record, unit="370200", text="收回")
        tree.quiet()
        assert await ask.walk("/tickets", secret) == []
        for rest in ("", "/acts"):
            assert (await ask(f"/tickets/{record}{rest}", secret)).status_code == 404
        whole = "\n".join(await answers(ask, secret))
    assert record not in whole


async def test_a_moved_units_records_go_with_it(tree: Tree) -> None:
    """A token of a unit's reach goes on seeing them, also those of before the move."""
    from node.api.reach import Reach
    from node.matters import KINDS
    from node.store import folded, reading

    record = tree.dispatched()
    with tree.at("p").work() as work:
        row = reading.find(work.db, record)
        assert row is not None
        state = folded.decode(row.state)
    moved = "370000/370900/370211"
    after = Reach(moved, {PATHS["k"]: moved})
    assert after.has(KINDS["ticket"], state) and after.covers(PATHS["k"]) and not after.covers(PATHS["c"])
    assert not Reach(PATHS["s"], {PATHS["k"]: moved}).has(KINDS["ticket"], state)
