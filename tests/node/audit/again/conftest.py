"""Trees whose figures are computed twice."""

from __future__ import annotations

from tests.node.audit.tables.conftest import live, lived, lived_once, place

__all__ = ["live", "lived", "lived_once", "place"]
