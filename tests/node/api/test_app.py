"""The paths as a program meets them: shapes, pages, conditional requests, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from node.api import app, front, visitor
from node.api.problem import SENTENCES
from node.transport.rates import Rate, Rates
from tests.node.api.caller import BASE, Caller, calling, issue
from tests.node.tree import PATHS, Tree

PATHS_OF_ALL = ["/tickets", "/calls", "/exceptions", "/cards", "/units", "/figures", "/checkpoint", "/health"]


def code(found: Any) -> tuple[int, str]:
    told = found.json()
    assert found.headers["content-type"] == "application/problem+json" and set(told) == {
        "code",
        "message",
        "hint",
    }
    return found.status_code, told["code"]


def call(tree: Tree, **data: Any) -> str:
    params = {"matter": "call", "verb": "register", "record": None, "data": {"channel": "phone", **data}}
    return str(tree.at("p").do("act", params, "a")["record"])


async def test_every_path_answers_its_shape(tree: Tree) -> None:
    record, first, secret = tree.dispatched(), call(tree, **{"class": "enquiry"}), issue(tree)
    async with calling(tree) as ask:
        for path in (*PATHS_OF_ALL, f"/tickets/{record}", f"/tickets/{record}/acts", f"/calls/{first}",
                     f"/calls/{first}/acts", "/figures?by=unit&period=2026&figure=tickets&unit=370200"):  # fmt: skip
            assert await ask.ok(path, secret)
        (ticket,) = (await ask.ok("/tickets", secret))["items"]
        assert (ticket["record"], ticket["phase"], ticket["owner"]) == (record, "dispatched", PATHS["p"])
        whole = await ask.ok("/tickets/" + ticket["number"], secret)
        assert {one["unit"] for one in whole["assignments"]} == {PATHS["c"], PATHS["k"]}
        assert ticket.items() <= whole.items()
        acts = await ask.walk(f"/tickets/{record}/acts?limit=2", secret)
        assert [one["place"] for one in acts] == list(range(1, len(acts) + 1))
        assert acts[0]["data"]["topic"] == "legal/labour/wages/arrears" and "narrative" not in acts[0]["data"]
        assert all(len(one["act"]) == len(one["commit"]) == 64 for one in acts)
        figures = await ask.ok("/figures?figure=tickets", secret)
        assert figures["figures"][0]["numerator"] == 1
        checkpoint = await ask.ok("/checkpoint", secret)
        health = await ask.ok("/health", secret)
        assert checkpoint["size"] == health["commits"] and checkpoint["note"].count("\n") > 3
        assert {one["unit"] for one in health["offices"]} == {PATHS[one] for one in "ckts"}


async def test_a_cards_row_says_whether_it_stands(tree: Tree) -> None:
    record, secret = tree.dispatched(), issue(tree)
    for _ in range(40):
        tree.later(24 * 3600 * 1000)
        tree.at("p").tick()
        tree.at("c").tick()
    async with calling(tree) as ask:
        cards = await ask.walk("/cards?limit=1", secret)
        whole = await ask.ok(f"/tickets/{record}", secret)
        listed = await ask.ok("/tickets?overdue=true", secret)
        tree.register()
        assert len((await ask.ok("/tickets?overdue=true", secret))["items"]) == 1
        assert len((await ask.ok("/tickets?overdue=false", secret))["items"]) == 2
    assert cards and all(one["record"] == record and one["standing"] == "standing" for one in cards)
    assert sorted(map(str, whole["cards"])) == sorted(map(str, cards)) and listed["items"]


@pytest.mark.parametrize("path", PATHS_OF_ALL)
async def test_what_is_still_so_isnt_sent_again(tree: Tree, path: str) -> None:
    tree.register()
    secret = issue(tree)
    async with calling(tree) as ask:
        first = await ask(path, secret)
        tag = first.headers["etag"]
        again = await ask(path, secret, if_none_match=f'"x", {tag}')
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await ask(path, secret, if_none_match="*")).status_code == 304
        assert (await ask(path, secret, if_none_match='W/"other"')).status_code == 200
        tree.register()
        changed = await ask(path, secret, if_none_match=tag)
        assert changed.status_code == 200 and changed.headers["etag"] != tag


async def test_of_what_isnt_there_nothing_is_still_so(tree: Tree) -> None:
    async with calling(tree) as ask:
        assert code(await ask("/tickets/none", issue(tree), if_none_match="*")) == (404, "not_found")


async def test_what_rests_on_the_time_is_told_anew_with_the_minute(tree: Tree) -> None:
    secret = issue(tree)
    async with calling(tree) as ask:
        tags = {
            path: (await ask(path, secret)).headers["etag"] for path in ("/units", "/figures", "/tickets")
        }
        tree.clock("p").advance(61_000)
        codes = {path: (await ask(path, secret, if_none_match=tag)).status_code for path, tag in tags.items()}
    assert codes == {"/units": 304, "/figures": 200, "/tickets": 304}


async def test_tags_of_other_questions_and_other_reaches_are_others(tree: Tree) -> None:
    wide, narrow = issue(tree), issue(tree, name="city", scope="370200")
    async with calling(tree) as ask:
        tags = [
            (await ask(path, secret)).headers["etag"]
            for secret in (wide, narrow)
            for path in ("/tickets", "/tickets?limit=2", "/units")
        ]
    assert len(set(tags)) == len(tags)


async def test_head_is_get_without_the_body(tree: Tree) -> None:
    secret = issue(tree)
    async with calling(tree) as ask:
        got = await ask("/units", secret)
        head = await ask.client.head(BASE + "/units", headers={"authorization": f"Bearer {secret}"})
    assert head.status_code == 200 and head.content == b""
    assert {name: head.headers[name] for name in got.headers} == dict(got.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_nothing_is_ever_written_by_it(tree: Tree, method: str) -> None:
    secret = issue(tree)
    before = tree.reader("p").heads()
    async with calling(tree) as ask:
        found = await ask.client.request(
            method, BASE + "/tickets", headers={"authorization": f"Bearer {secret}"}, content=b"{}"
        )
    assert code(found) == (405, "bad_method") and "GET" in found.headers["allow"]
    assert tree.reader("p").heads() == before


async def test_a_walk_while_others_write_gives_each_that_was_there_once(tree: Tree) -> None:
    there = [tree.register() for _ in range(7)]
    secret, found, after = issue(tree), [], ""
    async with calling(tree) as ask:
        for number in range(40):
            page = await ask.ok(f"/tickets?limit=2{after}", secret)
            found += [one["record"] for one in page["items"]]
            if page["next"] is None or number == 39:
                break
            after = f"&after={page['next']}"
            if number < 5:
                tree.clock("p").advance(1000)
                tree.act("p", "note", there[number], text="再查")  # what was told is changed, and what wasn't
                tree.act("p", "amend", there[-1 - number], occupation=f"工种{number}")
                tree.register()
    assert len(found) == len(set(found)) and found[:7] == there


@pytest.mark.parametrize("sort", ["created", "-created", "changed", "-changed", "number", "-number"])
async def test_pages_by_every_order_are_the_list(tree: Tree, sort: str) -> None:
    for _ in range(5):
        tree.register()
        tree.clock("p").advance(1000)
    secret = issue(tree)
    async with calling(tree) as ask:
        found = await ask.walk(f"/tickets?limit=2&sort={sort}", secret)
        whole = await ask.ok(f"/tickets?sort={sort}", secret)
    assert found == whole["items"] and len(found) == 5 and whole["next"] is None


async def test_a_cursor_of_another_question_or_of_another_reach_is_refused(tree: Tree) -> None:
    for _ in range(3):
        tree.register()
    wide, narrow = issue(tree), issue(tree, name="city", scope="370000")
    async with calling(tree) as ask:
        after = (await ask.ok("/tickets?limit=1", wide))["next"]
        assert (await ask(f"/tickets?limit=2&after={after}", wide)).status_code == 200, (
            "another size is the same walk"
        )
        for path, secret in (
            (f"/tickets?sort=number&after={after}", wide), (f"/tickets?phase=closed&after={after}", wide),
            (f"/calls?after={after}", wide), (f"/cards?after={after}", wide), (f"/tickets?after={after}", narrow),
        ):  # fmt: skip
            assert code(await ask(path, secret)) == (422, "bad_cursor"), path


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, (401, "token_missing")),
        ({"authorization": "Bearer"}, (401, "token_missing")),
        ({"authorization": "Basic YTpi"}, (401, "token_missing")),
        ({"authorization": "Bearer qiao_" + "0" * 64}, (401, "bad_token")),
        ({"authorization": "Bearer x"}, (401, "bad_token")),
        ({"authorization": b"Bearer \xff\xfe"}, (401, "bad_token")),
    ],
)
async def test_without_a_good_token_nothing_is_told(
    tree: Tree, headers: Any, wanted: tuple[int, str]
) -> None:
    issue(tree)
    async with calling(tree) as ask:
        for path in ("/tickets", "/health", "/tickets/1", "/tickets?limit=x"):
            found = await ask.client.get(BASE + path, headers=headers)
            assert code(found) == wanted and found.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_that_is_revoked_is_out_with_the_next_request(tree: Tree) -> None:
    secret = issue(tree)
    async with calling(tree) as ask:
        await ask.ok("/units", secret)
        tree.do("p", "api.token.revoke", "a", name="pandas")
        assert code(await ask("/units", secret)) == (401, "bad_token")
        short = issue(tree, name="short", days=1)
        tree.clock("p").advance(24 * 3600 * 1000)
        assert code(await ask("/units", short)) == (401, "token_expired")


async def test_its_use_is_noted_once_a_day(tree: Tree) -> None:
    secret = issue(tree)
    noted: list[str] = []

    async def note(token: str) -> object:
        return noted.append(token)

    async with calling(tree, note=note) as ask:
        for _ in range(3):
            await ask.ok("/units", secret)
        tree.clock("p").advance(24 * 3600 * 1000)
        await ask.ok("/units", secret)
    assert noted == ["pandas", "pandas"]


async def test_the_callers_language_is_spoken(tree: Tree) -> None:
    async with calling(tree, language="zh") as ask:
        chinese = (await ask("/units")).json()
        english = (await ask("/units", accept_language="fr, en-GB;q=0.8, zh;q=0.2")).json()
        missing = await ask("/tickets/none", issue(tree), accept_language="en")
    assert chinese["code"] == english["code"] == "token_missing"
    assert "令牌" in chinese["message"] and english["message"] == SENTENCES["token_missing"].en
    assert missing.json()["message"] == "no such record: none"


@pytest.mark.parametrize(
    ("accept", "status"),
    [("", 200), ("*/*", 200), ("text/html, application/json;q=0.1", 200), ("application/*", 200),
     ("text/csv", 406), ("application/json;q=0", 406), (",;=,", 406), ("image/*;q=x", 406)],
)  # fmt: skip
async def test_there_is_only_json(tree: Tree, accept: str, status: int) -> None:
    async with calling(tree) as ask:
        found = await ask("/units", issue(tree), accept=accept)
    assert found.status_code == status
    assert status == 200 or code(found) == (406, "not_acceptable")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/tickets?limit=0", (422, "bad_query")), ("/tickets?limit=201", (422, "bad_query")),
        ("/tickets?limit=x", (422, "bad_query")), ("/tickets?limit=" + "9" * 5000, (422, "bad_query")),
        ("/tickets?text=x", (422, "bad_query")), ("/units?%00=1", (422, "bad_query")),
        ("/tickets?sort=due", (422, "bad_query")), ("/tickets?phase=nothing", (422, "unknown_code")),
        ("/tickets?status=%ff", (422, "unknown_code")), ("/tickets?unit=999999", (404, "no_unit")),
        ("/tickets?after=x", (422, "bad_cursor")), ("/tickets?after=" + "A" * 601, (422, "bad_query")),
        ("/tickets?after=", (422, "bad_cursor")), ("/units?after=%ff%fe", (422, "bad_cursor")),
        ("/figures?by=colour", (422, "unknown_dimension")), ("/figures?period=x", (422, "bad_period")),
        ("/figures?figure=none", (422, "unknown_figure")), ("/figures?unit=1", (404, "no_unit")),
        ("/exceptions?kind=x", (422, "bad_query")), ("/tickets/none", (404, "not_found")),
        ("/tickets/" + "0" * 32, (404, "not_found")), ("/tickets/%00", (404, "not_found")),
        ("/tickets/%ff%ff/acts", (404, "not_found")), ("/calls/none", (404, "not_found")),
        ("/nothing", (404, "no_such_path")), ("/tickets/", (404, "no_such_path")), ("/../x", (404, "no_such_path")),
        ("/tickets/a/b/c", (404, "no_such_path")),
    ],
)  # fmt: skip
async def test_what_is_off_is_refused_by_code(tree: Tree, path: str, wanted: tuple[int, str]) -> None:
    async with calling(tree) as ask:
        assert code(await ask(path, issue(tree))) == wanted


async def test_an_erased_record_is_gone(tree: Tree) -> None:
    record, secret = tree.register(), issue(tree)
    tree.do("p", "erase", "a", record=record, ground="《个人信息保护法》第四十七条")
    async with calling(tree) as ask:
        for path in (f"/tickets/{record}", f"/tickets/{record}/acts"):
            assert code(await ask(path, secret)) == (410, "erased")
        (listed,) = (await ask.ok("/tickets", secret))["items"]
    assert listed["phase"] == "erased" and listed["topic"] is None


async def test_a_foreign_name_turned_to_our_address_is_refused(tree: Tree) -> None:
    async with calling(tree) as ask:
        found = await ask("/units", issue(tree), host="evil.example:12353")
    assert code(found) == (421, "bad_host")


async def test_beyond_this_machine_nothing_is_told_in_clear(tree: Tree) -> None:
    import httpx

    async with calling(tree) as ask:
        away = httpx.ASGITransport(app.build(ask.desk, own_names=False), client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=away) as client:
            secret = {"authorization": f"Bearer {issue(tree)}"}
            plain = await client.get("http://office.example:12353/api/v1/units", headers=secret)
            sealed = await client.get("https://office.example:12353/api/v1/units", headers=secret)
    assert code(plain) == (403, "tls_required") and sealed.status_code == 200


async def test_who_asks_too_often_waits_and_then_is_refused(tree: Tree) -> None:
    rates = Rates(Rate(burst=3, each=0.001, patience=0))
    async with calling(tree, rates=rates) as ask:
        first, second = issue(tree), issue(tree, name="other")
        codes = [(await ask("/units", first)).status_code for _ in range(4)]
        refused = await ask("/units", first)
        assert (await ask("/units", second)).status_code == 200, "each token has its own"
    assert codes == [200, 200, 200, 429] and refused.headers["retry-after"] == "5"
    assert code(refused) == (429, "too_often")


async def test_who_guesses_tokens_is_slowed_and_whoever_has_one_isnt(tree: Tree) -> None:
    strangers = Rates(Rate(burst=2, each=0.001, patience=0))
    async with calling(tree, strangers=strangers) as ask:
        wrong = "qiao_" + "1" * 64
        assert [(await ask("/units", wrong)).status_code for _ in range(4)] == [401, 401, 429, 429]
        assert (await ask("/units", issue(tree))).status_code == 200


async def test_one_token_takes_only_some_places(tree: Tree) -> None:
    async with calling(tree) as ask:
        secret = issue(tree)
        ask.desk.inside["pandas"] = visitor.AT_ONCE
        assert code(await ask("/units", secret)) == (429, "too_often")
        ask.desk.inside["pandas"] -= 1
        assert (await ask("/units", secret)).status_code == 200
        assert ask.desk.inside["pandas"] == visitor.AT_ONCE - 1, "its place is given back"


async def test_the_log_tells_the_token_and_the_path_and_nothing_of_the_question(
    tree: Tree, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "SECONDS", 0)
    caplog.set_level("INFO", "qiao.api")
    record, secret = tree.register(), issue(tree)
    async with calling(tree) as ask:
        await ask(f"/tickets/{record}?x=13800001111", secret)
        await ask("/tickets/王小明")
    used, refused = caplog.records
    assert used.fields["token"] == "pandas" and used.fields["operation"] == "ticket"  # type: ignore[attr-defined]
    assert used.fields["status"] == 422 and refused.fields["code"] == "token_missing"  # type: ignore[attr-defined]
    for word in (record, secret, "13800001111", "王小明", "%E7"):
        assert word not in caplog.text


async def test_a_fault_of_ours_is_told_without_its_text(
    tree: Tree, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("王小明 13800001111")

    secret = issue(tree)
    async with calling(tree) as ask:
        monkeypatch.setattr("node.api.reading.Window.units_page", broken)
        found = await ask("/units", secret)
    assert code(found) == (500, "unexpected") and "138" not in found.text + caplog.text
    assert [one.event for one in caplog.records if one.name == "qiao.api"][:1] == ["api_failed"]  # type: ignore[attr-defined]


async def test_a_database_that_is_damaged_is_told_by_its_code(tree: Tree) -> None:
    secret = issue(tree)
    tree.shut("p")
    (tree.base / "p" / "node.db").write_bytes(b"no database" * 1000)
    for rest in ("-wal", "-shm"):
        (tree.base / "p" / f"node.db{rest}").unlink(missing_ok=True)
    from node.api.room import Room
    from node.api.visitor import Desk

    room = Room(tree.base / "p", clock=tree.clock("p"))
    import httpx

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.build(Desk(room)))) as client:
        found = await Caller(client, Desk(room))("/units", secret)
    room.close()
    status, told = code(found)
    assert status == 500 and told != "unexpected"


async def test_the_document_names_every_path_twice_and_needs_no_token(tree: Tree) -> None:
    async with calling(tree) as ask:
        found = await ask("/openapi.json")
        assert (await ask("/openapi.json", if_none_match=found.headers["etag"])).status_code == 304
        assert [(await ask(path)).status_code for path in ("/docs", "/redoc", "/../../openapi.json")] == [
            404
        ] * 3
    told = json.loads(found.text)
    assert told["openapi"].startswith("3.1") and len(told["paths"]) == 12
    for path in told["paths"].values():
        assert set(path) == {"get", "head"} and path["get"]["security"] == [{"token": []}]
        assert path["get"]["responses"].keys() >= {"200", "304", "401", "406", "422", "429", "500", "503"}
    assert "HTTPValidationError" not in found.text
    ticket = told["components"]["schemas"]["TicketWhole"]
    assert ticket["additionalProperties"] is False and set(ticket["required"]) == set(ticket["properties"])
    assert not {"narrative", "worker_name", "worker_phone", "attachments", "title"} & set(
        ticket["properties"]
    )
