"""The first run (开局): the application that leads from an empty directory to a node that somebody can sign in to."""

from __future__ import annotations

from pathlib import Path

from node import beginning
from node.beginning import Beginning
from node.errors import QiaoError
from node.language import used

from .desk import QiaoApp
from .drafts import Raw
from .gate import node_opener
from .screens.base import Base


class FoundingApp(QiaoApp):
    """`begun`: there is a node now, and somebody can sign in. `typed` is what stands in each step, so that one can go
    back and forth."""

    def __init__(self, directory: Path) -> None:
        super().__init__(node_opener(directory, used()))
        self.beginning = Beginning(directory)
        self.begun = False
        self.typed: dict[str, Raw] = {}
        self.told = ""  # what the step before came to

    def first_screen(self) -> Base:
        from .screens.founding import StartScreen

        return StartScreen()

    async def on_exit_app(self) -> None:
        """Whatever way it was left: is there somebody who can sign in?"""
        try:
            self.begun = await self.gate.work(self.beginning.standing) == beginning.READY
        except QiaoError:
            self.begun = False
