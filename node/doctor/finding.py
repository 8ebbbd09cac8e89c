"""What one check found, and what all of them look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from node import config as configuration
from node import glance
from node.config import Config
from node.errors import QiaoError
from node.filesystem import nearest


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # will be trouble, or may be
    RED = "red"  # is trouble


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is stable; `sentence` in the user's language; `hint` a command that mends it, or shows more."""

    name: str
    level: Level
    sentence: str
    hint: str = ""

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "level": str(self.level), "sentence": self.sentence, "hint": self.hint}


class Site:
    """The directory that is examined. What several checks need is read once."""

    def __init__(self, directory: Path, *, full: bool = False, seconds: float = 600.0) -> None:
        self.directory = directory
        self.full = full
        self.seconds = seconds  # that the checks of `full` may take together

    @cached_property
    def place(self) -> Path:
        """The directory, or the nearest above it that there is."""
        return nearest(self.directory)

    @cached_property
    def config(self) -> Config:
        """Defaults where node.toml is wrong, which a check of its own tells."""
        try:
            return configuration.load(self.directory)
        except QiaoError:
            return Config(self.directory)

    @property
    def has_node(self) -> bool:
        return (self.directory / glance.DATABASE).exists()

    @cached_property
    def status(self) -> Mapping[str, Any]:
        """As `qiao status`. Raises as that does."""
        return glance.status(self.directory)


Check = Callable[[Site], Iterator[Finding]]
