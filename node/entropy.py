"""Randomness as one small interface, so that the whole tree can run from one seed."""

from __future__ import annotations

import os
import random
from typing import Protocol


class Entropy(Protocol):
    def bytes(self, count: int) -> bytes:
        """Unguessable bytes: keys, salts, log ids, secrets."""

    def fraction(self) -> float:
        """0 ≤ x < 1, for jitter only."""


class SystemEntropy:
    def bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def fraction(self) -> float:
        return random.random()
