"""What `qiao web` opens: the address, who may name it, TLS or none. The screens themselves are served by tui/web."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from node import certificate
from node.config import LOOPBACK, Config, split_listen
from node.errors import Usage
from node.language import say
from node.transport.serving import listen_on

_ANYWHERE = ("0.0.0.0", "::", "")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Door:
    """`url` is what links carry, `own` what browsers on the network may say besides: scheme://host:port.
    `any_address`: a literal address may be named too, since no name can be turned to it."""

    directory: Path
    listener: socket.socket
    url: str
    own: frozenset[str]
    any_address: bool
    tls: ssl.SSLContext | None
    seats: int
    idle_seconds: float
    fingerprint: str = ""  # of the certificate; "" without TLS

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])


def door(config: Config, *, self_signed: bool = False) -> Door:
    """Listens. Raises Usage `web_needs_tls`, `bad_certificate`, `bad_address`, QiaoError `port_taken`."""
    host, port = split_listen(config.web_bind)
    names = _names(host, config.web_url)
    tls, mark = _tls(config, host, names, self_signed)
    listener = listen_on(host, port)
    scheme, port = "https" if tls else "http", int(listener.getsockname()[1])
    own = frozenset(_origin(scheme, name, port) for name in names)
    url = config.web_url.rstrip("/") or _origin(scheme, names[0], port)
    return Door(
        config.directory, listener, url, own | {_origin_of(url)}, host in _ANYWHERE, tls,
        config.web_seats, config.web_idle_minutes * 60.0, mark,
    )  # fmt: skip


def _tls(config: Config, host: str, names: list[str], self_signed: bool) -> tuple[ssl.SSLContext | None, str]:
    """The context and the certificate's fingerprint."""
    chosen, key = config.web_certificate, config.web_private_key
    if chosen and key:
        place, private = config.directory / chosen, config.directory / key
    elif chosen or key:
        raise Usage(
            say("证书和私钥要一起给", "a certificate and its key go together"),
            code="bad_certificate",
            hint="qiao web --cert FILE --key FILE",
        )
    elif self_signed:
        place, private = certificate.own(config.directory, names, datetime.datetime.now(datetime.UTC))
    elif is_loopback(host):
        return None, ""
    else:
        raise Usage(
            say(
                f"监听 {host or '所有地址'} 要有证书：别的电脑打来的密码和工单不能明文传",
                f"listening on {host or 'every address'} takes a certificate: passwords would go in clear",
            ),
            code="web_needs_tls",
            hint="qiao web --listen 0.0.0.0:8443 --self-signed",
        )
    return certificate.context(place, private), certificate.fingerprint(place)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def _names(host: str, url: str) -> list[str]:
    """Host names and addresses by which this may be called; the first one stands in links."""
    named = [urlsplit(url).hostname or ""]
    if is_loopback(host):
        found = [*named, host, "localhost", "127.0.0.1", "::1"]
    elif host in _ANYWHERE:
        found = [*named, socket.gethostname().lower(), "localhost", "127.0.0.1"]
    else:
        found = [*named, host]
    return list(dict.fromkeys(filter(None, found)))


def _origin(scheme: str, host: str, port: int) -> str:
    """As a browser says it: without the scheme's own port."""
    shown = f"[{host}]" if ":" in host else host.lower()
    return f"{scheme}://{shown}" if _PORTS[scheme] == port else f"{scheme}://{shown}:{port}"


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return _origin(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])
