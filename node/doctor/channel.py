"""Whether the way to the parent, to children and to browsers is encrypted by itself. Envelopes are sealed anyway; what
is in clear is who talks to whom, when and how much, and what a browser is typed into."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from node.config import LOOPBACK
from node.language import say

from .finding import Finding, Level, Site
from .line import parent_url

SOON_DAYS = 30


def channel(site: Site) -> Iterator[Finding]:
    url = parent_url(site)
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname in LOOPBACK:
        yield Finding(
            "channel",
            Level.OK,
            say("到上级的线路已加密，或只在本机", "the line to the parent is encrypted, or stays here"),
        )
    else:
        text = say(
            "到上级的线路没有 TLS：内容是密封的，但看得出谁和谁、何时、多少",
            "no TLS to the parent: contents are sealed, but who, when and how much is seen",
        )
        yield Finding("channel", Level.WARNING, text, hint=f"${{EDITOR:-vi}} {site.directory / 'node.toml'}")


def certificate(site: Site) -> Iterator[Finding]:
    """Of the browsers' seats, where one is set."""
    if not site.config.web_certificate:
        return
    path = site.directory / site.config.web_certificate
    left = days_left(path)
    if left is None:
        text = say(f"浏览器的证书读不了：{path}", f"the browsers' certificate can't be read: {path}")
        yield Finding("certificate", Level.RED, text, hint="qiao --dir DIR web --self-signed")
    elif left < SOON_DAYS:
        level = Level.RED if left < 0 else Level.WARNING
        text = say(f"浏览器的证书还有 {left} 天到期", f"the browsers' certificate ends in {left} days")
        yield Finding("certificate", level, text, hint=f"ls -l {path}")
    else:
        yield Finding(
            "certificate",
            Level.OK,
            say(f"浏览器的证书还有 {left} 天", f"the browsers' certificate has {left} days"),
        )


def days_left(path: Path) -> int | None:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None
    return (found.not_valid_after_utc - datetime.datetime.now(datetime.UTC)).days
