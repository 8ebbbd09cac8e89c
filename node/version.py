"""The version of the program that runs."""

from __future__ import annotations

from functools import cache
from importlib import metadata

UNKNOWN = "0"  # run from a source that isn't installed


@cache
def version() -> str:
    try:
        return metadata.version("qiao")
    except metadata.PackageNotFoundError:
        return UNKNOWN
