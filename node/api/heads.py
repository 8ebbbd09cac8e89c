"""What a request's head says: which language, whether JSON is taken, which answer is known already. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

_PART = re.compile(r"\s*([!-+\--:<-~]+)\s*(?:;(.*))?", re.ASCII)
_WEIGHT = re.compile(r"(?:^|;)\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.ASCII)
_JSON = ("*/*", "application/*", "application/json", "application/problem+json")
_TAG = re.compile(r'(?:W/)?"([!#-~]*)"', re.ASCII)
MOST_PARTS = 50


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(",")[:MOST_PARTS]:
        if found := _PART.fullmatch(part):
            weight = _WEIGHT.search(found[2] or "")
            yield found[1].lower(), float(weight[1]) if weight else 1.0


def takes_json(accept: str) -> bool:
    """Whoever says nothing takes anything."""
    return not accept.strip() or any(weight > 0 and one in _JSON for one, weight in _weighed(accept))


def language(accepted: str, otherwise: str) -> str:
    """`zh` or `en`."""
    found = [
        (weight, one[:2]) for one, weight in _weighed(accepted) if weight > 0 and one[:2] in ("zh", "en")
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else otherwise


def tag(*parts: str) -> str:
    """Weak: the same data, not the same bytes of a later version."""
    mark = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f'W/"{mark[:32]}"'


def is_known(if_none_match: str, tag: str) -> bool:
    """`*` isn't among them: it asks whether there is anything at all."""
    return tag.removeprefix("W/").strip('"') in _TAG.findall(if_none_match)
