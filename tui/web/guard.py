"""Who may come in (把关): judged from a request's head alone, before anything is read of it or opened for it.

A browser sends what any page makes it send. So the name that it calls us by must be ours (a foreign one is a name
that was turned to our address: DNS rebinding), and whatever opens or changes something must come from our own page.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """`origins` as browsers say them, `https://qiao.example.org:8443`. `any_address`: besides, any literal address
    with this `scheme` and `port`, since no name can be turned to one."""

    origins: frozenset[str]
    scheme: str
    port: int
    any_address: bool = False

    def knows(self, host: str | None) -> bool:
        """Whether a Host header names us."""
        if not host:
            return False
        host = host.lower()
        return host in self._hosts() or (self.any_address and self._is_address(host))

    def is_ours(self, origin: str | None, host: str | None) -> bool:
        """Whether a request with this Origin comes from a page of ours, called as it calls us. One without an
        Origin comes from no page at all."""
        if not origin or not host or not self.knows(host):
            return False
        scheme, _, named = origin.lower().partition("://")
        return named == host.lower() and (origin.lower() in self.origins or scheme == self.scheme)

    def _hosts(self) -> Iterable[str]:
        return {origin.partition("://")[2] for origin in self.origins}

    def _is_address(self, host: str) -> bool:
        name, colon, port = host.rpartition(":")
        if host.endswith("]") or not colon:
            name, port = host, "443" if self.scheme == "https" else "80"
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return port == str(self.port)


def headers(host: str) -> dict[str, str]:
    """On every answer to whoever calls us by `host`, "" for a name that isn't ours. Nothing is asked of another origin,
    nobody frames us, nothing is kept or told on. Styles are written by the terminal's own script; `connect-src` names
    the sockets for browsers whose 'self' doesn't."""
    sockets = f"'self' ws://{host} wss://{host}" if host else "'none'"
    policy = (
        "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
        f"connect-src {sockets}", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )  # fmt: skip
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Server": "qiao",
    }
