"""A program that asks a node of the tree by the API, in this process: the app whole, over the node's own files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from node.api import app
from node.api.room import Room
from node.api.visitor import Desk
from tests.node.tree import Tree

BASE = "http://127.0.0.1:12353/api/v1"


def issue(tree: Tree, who: str = "p", name: str = "pandas", **more: Any) -> str:
    return str(tree.do(who, "api.token.add", "a", name=name, **more)["secret"])


class Caller:
    def __init__(self, client: httpx.AsyncClient, desk: Desk) -> None:
        self.client, self.desk = client, desk

    async def __call__(self, path: str, secret: str = "", /, **headers: str) -> httpx.Response:
        own = {"authorization": f"Bearer {secret}"} if secret else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(BASE + path, headers={**own, **named})

    async def ok(self, path: str, secret: str) -> Any:
        found = await self(path, secret)
        assert found.status_code == 200, (path, found.text)
        return found.json()

    async def walk(self, path: str, secret: str) -> list[Any]:
        """All pages."""
        found: list[Any] = []
        after, joint = "", "&" if "?" in path else "?"
        while True:
            page = await self.ok(path + (f"{joint}after={after}" if after else ""), secret)
            found += page["items"]
            if page["next"] is None:
                return found
            after = page["next"]


@asynccontextmanager
async def calling(tree: Tree, who: str = "p", **how: Any) -> AsyncIterator[Caller]:
    tree.at(who)
    room = Room(tree.base / who, clock=tree.clock(who))

    async def note(token: str) -> object:
        return tree.at(who).do("api.token.used", {"name": token}, None)

    desk = Desk(room, **{"note": note, **how})
    transport = httpx.ASGITransport(app.build(desk), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport) as client:
        try:
            yield Caller(client, desk)
        finally:
            room.close()
