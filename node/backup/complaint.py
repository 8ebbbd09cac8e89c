"""What Litestream complains of, told as a short sentence without secrets, and as one of our stable codes."""

from __future__ import annotations

import json
import re

FULL, UNREACHABLE, REFUSED, OTHER = "backup_full", "backup_unreachable", "backup_refused", "backup_behind"
_SECRETS = re.compile(r"((?:Signature|Credential|X-Amz-[A-Za-z]+|password)[=:]\s*)\S+", re.IGNORECASE)
_SIGNS = (
    (FULL, ("no space left", "quota", "file too large", "read-only file system", "ssh_fx_failure", "insufficient")),
    (REFUSED, ("permission denied", "unable to authenticate", "access denied", "accessdenied", "forbidden",
               "invalidaccesskey", "signaturedoesnotmatch", "knownhosts", "host key mismatch", "handshake failed")),
    (UNREACHABLE, ("connection refused", "timeout", "timed out", "connection lost", "connection reset", "no such host",
                   "no route", "network is unreachable", "dial tcp", "broken pipe", "request send failed",
                   "deadline exceeded", "exceeded maximum number of attempts")),
)  # fmt: skip


def shown(line: bytes) -> str:
    """A line of its log, short, and without what a library may have put into it."""
    try:
        said = json.loads(line)
        told = f"{said.get('msg', '')}: {said.get('error', '')}"
    except (ValueError, AttributeError):
        told = line.decode(errors="replace")
    return _SECRETS.sub(r"\1…", " ".join(told.split()))[:300]


def code(text: str) -> str:
    words = text.lower()
    return next((found for found, signs in _SIGNS if any(sign in words for sign in signs)), OTHER)
