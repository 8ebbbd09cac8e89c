"""The screens in a real browser: a link opens a seat, Chinese arrives as it was typed, nothing is asked elsewhere."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.browser import chromium
from tests.browser.chromium import Page
from tests.browser.conftest import ROOT, Web
from tests.tui.seat import PASSWORD

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600), pytest.mark.usefixtures("browser")]
TYPED = "工地拖欠三个月工资，共“两万元”；电话：请回复！（急）、龘"


async def sign_in(page: Page, link: str, staff: str) -> int:
    await page.open(link)
    at = await page.drawn("工号")
    await page.until("document.body.classList.contains('-first-byte')")
    await page.commit(staff)
    await page.enter()
    await page.commit(PASSWORD)
    await page.enter()
    at = await page.drawn("1/5", at)  # the tour
    await page.press("Escape", 27)
    await asyncio.sleep(0.5)
    return len(page.received)


async def open_ticket(page: Page, at: int) -> int:
    """The one in front of the list, and what may be done with it, which comes a moment later: a note is the first."""
    await page.enter()
    return max(await page.drawn("经过", at), await page.drawn("1 备注", at))


async def note(page: Page, text: str, at: int) -> None:
    at = await open_ticket(page, at)
    await page.press("F8", 119)
    await page.press("1", 49, "1")
    at = await page.drawn("提交", at)
    await page.commit(text)
    await page.press("s", 83, modifiers=2)
    at = await page.drawn("秒后签发", at)
    await page.press("F12", 123)
    await page.drawn("已签发", at)


def texts_of(directory: Path) -> str:
    """All that was said of the tickets, as the command tells it."""
    words = [sys.executable, "-P", "-m", "cli", "--dir", str(directory), "--as", "hand", "--json", "ticket"]
    environment = {"PYTHONPATH": str(ROOT), "QIAO_PASSWORD": PASSWORD, "PATH": "/usr/bin:/bin"}

    def asked(*more: str) -> str:
        return subprocess.run(
            [*words, *more], capture_output=True, text=True, env=environment, check=True
        ).stdout

    records = [one["record"] for one in json.loads(asked("list"))["items"]]
    return "\n".join(asked("show", record) for record in records)


async def test_chinese_is_typed_in_a_browser_and_no_request_leaves_our_origin(
    web: Web, tmp_path: Path
) -> None:
    async with chromium.page(tmp_path / "profile") as page:
        at = await sign_in(page, web.link, "hand")
        assert "370000-" in page.received.decode(errors="replace")
        assert len(web.seats()) == 1
        await page.commit("／")  # as an input method commits the key beside the right Shift
        await page.commit("工资")
        await page.enter()
        at = await page.drawn("筛选：工资", at)
        await note(page, TYPED, at)
        assert TYPED in texts_of(web.directory)
        await page.picture(tmp_path / "seat.png")
        assert (tmp_path / "seat.png").stat().st_size > 10_000
        await page.value("window.open('https://example.org/')")  # what a click on a link in a ticket would do
        assert not [
            url for url in page.asked if not url.startswith((web.origin, web.origin.replace("http", "ws")))
        ]
        assert any(url.endswith("textual.js") for url in page.asked)
        assert not any(web.token in url for url in page.asked)
        assert web.token not in await page.value("location.href")
    for _ in range(100):
        if not web.seats():
            break
        await asyncio.sleep(0.2)
    assert web.seats() == []  # the browser went away


async def test_what_was_being_typed_is_offered_again_after_the_window_was_closed(
    web: Web, tmp_path: Path
) -> None:
    async with chromium.page(tmp_path / "one") as page:
        at = await sign_in(page, web.link, "hand")
        await open_ticket(page, at)
        await page.press("F8", 119)
        await page.press("1", 49, "1")
        await page.commit("刚写到一半，")
        await page.drawn("刚写到一半", at)
    for _ in range(100):
        if not web.seats():
            break
        await asyncio.sleep(0.2)
    async with chromium.page(tmp_path / "two") as page:
        await page.open(web.another("1"))
        await page.drawn("工号")
        await page.commit("hand")
        await page.enter()
        await page.commit(PASSWORD)
        await page.enter()
        await page.drawn("草稿有 1 份")


async def test_a_page_can_load_nothing_from_elsewhere(web: Web, tmp_path: Path) -> None:
    async with chromium.page(tmp_path / "profile") as page:
        await page.open(web.origin + "/seat")
        await page.until("document.readyState === 'complete'")
        asked = "fetch('http://127.0.0.1:9/').then(() => 'went', (fault) => fault.message)"
        assert await page.value(asked) != "went"
        assert any("Content Security Policy" in one for one in page.told)


async def test_a_seat_whose_link_was_used_elsewhere_says_so_and_ends(web: Web, tmp_path: Path) -> None:
    async with chromium.page(tmp_path / "one") as first, chromium.page(tmp_path / "two") as second:
        await sign_in(first, web.another("zhang"), "op")
        await second.open(web.another("zhang"))
        await second.drawn("工号")
        await first.until("document.body.innerText.includes('已在别处打开')")
        hidden = "getComputedStyle(document.getElementById('terminal')).visibility"
        assert await first.value(hidden) == "hidden"
        assert len(web.seats()) == 1
        await second.open(web.link.replace(web.token, "0" * 64))
        await second.until("document.body.innerText.includes('请向管理员要一个新的链接')")


async def test_the_links_token_and_the_socket_are_guarded(web: Web) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        ours = {"Origin": web.origin}
        async with session.post(
            f"{web.origin}/enter", json={"token": web.token}, headers={"Origin": "http://evil.example"}
        ) as answer:
            assert answer.status == 403
        async with session.post(f"{web.origin}/enter", json={"token": web.token}, headers=ours) as answer:
            assert answer.status == 204
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
        async with session.post(f"{web.origin}/enter", json={"token": web.token}, headers=ours) as answer:
            assert answer.status == 403
        for origin in ("http://evil.example", "null", web.origin.replace("http:", "https:"), None):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{web.origin}/ws", origin=origin)
            assert refused.value.status == 403
        async with session.ws_connect(f"{web.origin}/ws", origin=web.origin) as socket:
            assert (await socket.receive_bytes(timeout=60)).startswith(b"\x1b")
    async with aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await stranger.ws_connect(f"{web.origin}/ws", origin=web.origin)
