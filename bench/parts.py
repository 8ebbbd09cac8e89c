"""What is measured, part by part; each in a process of its own, so that memory and caches are its own.

A part is given a scratch folder and says figures; the sizes are those of the issue, or smaller ones to try it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
Measure = Callable[[Path, bool], Figures]  # a scratch folder, whether quickly


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    says: str
    measure: Measure


def _limits(folder: Path, quick: bool) -> Figures:
    from bench import limits

    return limits.measure(folder)


def _intake(folder: Path, quick: bool) -> Figures:
    from bench import senders

    return senders.measure(folder, 6 if quick else 20, 3_000 if quick else 6_000, 3_000)


def _documents(folder: Path, quick: bool) -> Figures:
    from bench import documents

    return documents.measure(folder, *_sizes(quick))


def _peers(folder: Path, quick: bool, into: Path | None = None) -> Figures:
    from bench import rivals

    return rivals.measure(folder, *_sizes(quick), into)


def _sizes(quick: bool) -> tuple[int, int]:
    from bench.documents import DOCUMENTS, UPDATES

    return (DOCUMENTS // 5, UPDATES // 5) if quick else (DOCUMENTS, UPDATES)


def _bytes(folder: Path, quick: bool) -> Figures:
    from bench import ticket_life

    return dict(ticket_life.measure(folder))


def _desk(folder: Path, quick: bool) -> Figures:
    from bench import desk

    return dict(desk.measure(folder, 15 if quick else 90))


def _storm(folder: Path, quick: bool) -> Figures:
    from bench import storm

    return storm.measure(folder, 40 if quick else 260, 500)


def _replacement(folder: Path, quick: bool) -> Figures:
    from bench import replacement

    return replacement.measure(folder, 50_000 if quick else 1_000_000)


def _profile(folder: Path, quick: bool) -> Figures:
    from bench import profiled

    return dict(profiled.measure(folder))


def parts(into: Path | None = None) -> list[Part]:
    """In the order in which they are measured. `into`: where the peers' packages stay."""
    return [
        Part("limits", "the machine's own limits", _limits),
        Part("intake", "changes taken in at a province", _intake),
        Part("documents", "documents carried to a province", _documents),
        Part("peers", "the same documents by others", partial(_peers, into=into)),
        Part("bytes", "a ticket's life on a link", _bytes),
        Part("desk", "a desk, and an idle node", _desk),
        Part("storm", "all offices back at once", _storm),
        Part("replacement", "a replaced city", _replacement),
        Part("profile", "where the time goes", _profile),
    ]
