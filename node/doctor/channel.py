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

SOON_DAYS = 30
_WAYS = {
    "pinned": (
        "到上级的线路已加密，凭上级的密钥",
        "the line to the parent is encrypted, by the parent's own key",
    ),
    "authority": (
        "到上级的线路已加密，凭机构证书",
        "the line to the parent is encrypted, by an authority's certificate",
    ),
}


def channel(site: Site) -> Iterator[Finding]:
    """As `status` tells it: the way of the address that is dialled, and how each child came last."""
    found = site.status["channel"]
    if found and found["address"]:
        yield _upwards(site, str(found["address"]), str(found["way"]))
    plain = [unit for unit, one in site.status["pending_down"].items() if one["channel"] == "plain"]
    if plain and not site.config.tls_required:
        named = "、".join(plain[:5]) + ("…" if len(plain) > 5 else "")
        zh = f'这些下级走明文来：{named}；在它们的 node.toml 写 parent = "https://…"'
        en = f'these come without TLS: {named}; write parent = "https://…" in their node.toml'
        yield Finding("channel_down", Level.WARNING, say(zh, en), hint="qiao --dir DIR status")


def _upwards(site: Site, address: str, way: str) -> Finding:
    editing = f"${{EDITOR:-vi}} {site.directory / 'node.toml'}"
    if way in _WAYS:
        return Finding("channel", Level.OK, say(*_WAYS[way]))
    if urlsplit(address).hostname in LOOPBACK:
        return Finding(
            "channel", Level.OK, say("到上级的线路只在本机", "the line to the parent stays on this machine")
        )
    if site.config.tls_required:
        zh = f"到上级的地址是明文（{address}），而 tls.required 不许：什么都不会发；把 http 改成 https"
        en = f"the parent's address is plain ({address}), which tls.required forbids: nothing is sent; make it https"
        return Finding("channel", Level.RED, say(zh, en), hint=editing)
    zh = "到上级的线路没有 TLS：内容是密封的，但看得出谁和谁、何时、多少；上级已升级的，把 parent 的 http 改成 https"
    en = (
        "no TLS to the parent: contents are sealed, but who, when and how much is seen; where the parent is upgraded, "
        "make parent's http https"
    )
    return Finding("channel", Level.WARNING, say(zh, en), hint=editing)


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
