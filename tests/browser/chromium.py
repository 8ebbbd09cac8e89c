"""Debian's Chromium without a window, told what to do through the DevTools protocol, and what it asked the network."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

# Without what a browser asks of its maker's hosts by itself; the log of a page has only what the page asks.
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--mute-audio",
    "--no-default-browser-check", "--remote-debugging-port=0", "--window-size=1200,720",
)  # fmt: skip
SECONDS = 40.0


def program() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """One tab. `asked` are the URLs of all it asked for, sockets too; `told` what its console said."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.told: list[str] = []
        self.received = b""  # what the screens drew

    async def listen(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
            else:
                self._hear(said["method"], said["params"])

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.asked.append(params["url"])
        elif method == "Network.webSocketFrameReceived" and params["response"]["opcode"] == 2:
            self.received += base64.b64decode(params["response"]["payloadData"])
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.told.append(json.dumps(params, ensure_ascii=False))

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Raises AssertionError for what the browser refuses."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        said = await asyncio.wait_for(answer, SECONDS)
        assert "error" not in said, said
        result: dict[str, Any] = said["result"]
        return result

    async def open(self, url: str) -> None:
        await self.call("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        said = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        return said["result"].get("value")

    async def until(self, expression: str) -> None:
        end = asyncio.get_running_loop().time() + SECONDS
        while not await self.value(expression):
            assert asyncio.get_running_loop().time() < end, f"never: {expression}; {self.told[-5:]}"
            await asyncio.sleep(0.1)

    async def drawn(self, text: str, after: int = 0) -> int:
        """Until the screens drew it, behind what was drawn at first; where it ends."""
        wanted, end = text.encode(), asyncio.get_running_loop().time() + SECONDS
        while (at := self.received.find(wanted, after)) < 0:
            tail = self.received[-400:].decode(errors="replace")
            assert asyncio.get_running_loop().time() < end, f"{text!r} was never drawn; last {tail!r}"
            await asyncio.sleep(0.05)
        return at + len(wanted)

    async def commit(self, text: str) -> None:
        """As an input method does."""
        await self.call("Input.insertText", text=text)
        await asyncio.sleep(0.2)

    async def press(self, key: str, code: int, text: str = "", modifiers: int = 0) -> None:
        how = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **how)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **how)
        await asyncio.sleep(0.2)

    async def enter(self) -> None:
        await self.press("Enter", 13, "\r")

    async def picture(self, place: Path) -> None:
        said = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(place.write_bytes, base64.b64decode(said["data"]))


@asynccontextmanager
async def page(folder: Path, *more: str) -> AsyncIterator[Page]:
    """A new browser with an empty profile in `folder`."""
    found = program()
    assert found is not None
    browser = await asyncio.create_subprocess_exec(
        found, *ARGUMENTS, *more, f"--user-data-dir={folder}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = await _port(folder / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            url = await _first_page(session, port)
            async with session.ws_connect(url, max_msg_size=64 << 20) as socket:
                made = Page(socket)
                listening = asyncio.create_task(made.listen())
                for domain in ("Network", "Page", "Runtime", "Log"):
                    await made.call(f"{domain}.enable")
                yield made
                listening.cancel()
    finally:
        browser.terminate()
        await asyncio.wait_for(browser.wait(), SECONDS)


async def _port(place: Path) -> int:
    end = asyncio.get_running_loop().time() + SECONDS
    while not place.exists() or not place.read_text().split():
        assert asyncio.get_running_loop().time() < end, "the browser never listened"
        await asyncio.sleep(0.05)
    return int(place.read_text().split()[0])


async def _first_page(session: aiohttp.ClientSession, port: int) -> str:
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        found = await answer.json()
    return str(next(one["webSocketDebuggerUrl"] for one in found if one["type"] == "page"))
