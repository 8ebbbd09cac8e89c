"""TLS for the channel between nodes: what a child trusts, and what a node serves with (protocol, the channel).

TLS hides who says how much to whom, and keeps strangers off; authority rests on signatures alone (3.5).
"""

from __future__ import annotations

import contextlib
import datetime
import os
import ssl
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from node import vouched
from node.clock import Clock
from node.config import LOOPBACK, Config, is_url
from node.entropy import Entropy
from node.errors import Usage
from node.keys import Keys
from node.language import say

SYSTEM = "system"  # tls.ca: the authorities that this machine knows
PINNED, AUTHORITY, PLAIN = "pinned", "authority", "plain"
RENEWED_MS = 30 * 24 * 3600 * 1000  # a running node makes its certificate anew this often
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for
_NO_DATES = 0x200000


@dataclass(frozen=True, slots=True)
class Trust:
    """By what a child knows the node that it dials. `pins`: that node's Ed25519 keys. `ca`: a file of authorities,
    or SYSTEM, instead of them. `required`: plain HTTP isn't spoken but on this machine."""

    pins: tuple[bytes, ...] = ()
    ca: str = ""
    required: bool = False

    def way(self, url: str) -> str:
        """How a call to this URL is protected: PINNED, AUTHORITY or PLAIN."""
        if not url.startswith("https:"):
            return PLAIN
        return AUTHORITY if self.ca else PINNED

    def refuses(self, url: str) -> bool:
        return self.required and self.way(url) == PLAIN and not is_local(url)

    def context(self, url: str) -> ssl.SSLContext:
        """Raises Usage `bad_authority`. For http an empty one: reading authorities takes 30 ms."""
        way = self.way(url)
        if way == AUTHORITY:
            return _by_authority(self.ca)
        return pinned(self.pins) if way == PINNED else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def trust(config: Config, pins: Sequence[bytes]) -> Trust:
    """As node.toml says. `pins`: the keys of whom is dialled."""
    ca = config.tls_ca
    return Trust(tuple(pins), ca if ca in ("", SYSTEM) else str(config.directory / ca), config.tls_required)


def is_local(url: str) -> bool:
    """No proxy and no wire stand between two nodes on one machine."""
    return is_url(url) and urlsplit(url).hostname in LOOPBACK


def pinned(keys: Sequence[bytes]) -> ssl.SSLContext:
    """Trusts these Ed25519 keys and nothing else: no authority, no name, no date. It is checked within the handshake,
    before a byte of ours is sent. TLS 1.3, which hides the certificates, too."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.verify_flags = ssl.VerifyFlags(made.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_DATES)
    if keys:
        made.load_verify_locations(cadata=vouched.anchors(keys))
    return made


def _by_authority(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if ca == SYSTEM else ca)
    except OSError as fault:  # ssl.SSLError is one
        raise Usage(
            say(f"tls.ca 的文件 {ca} 不能用：{fault}", f"the file of tls.ca, {ca}, is no good: {fault}"),
            code="bad_authority",
            hint=f"openssl x509 -noout -subject -in {ca}",
        ) from fault


def serving(pairs: Sequence[Keys], now_ms: int, entropy: Entropy) -> ssl.SSLContext:
    """What a node answers with. `pairs`: its keys, newest first; one at least. The channel's key is kept in
    no file: it is handed to OpenSSL encrypted, by a password of this moment."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    now = datetime.datetime.fromtimestamp(now_ms / 1000, datetime.UTC)
    own = vouched.make(pairs, now, entropy.bytes(16).hex().encode())
    with _file(own.pem) as name:
        made.load_cert_chain(name, password=own.password)
    return made


@contextlib.contextmanager
def _file(content: bytes) -> Iterator[str]:
    """A name for what OpenSSL reads from files alone: of memory on Linux, of the system's temporary folder elsewhere.
    It is encrypted in either."""
    if sys.platform == "linux":
        descriptor, name = os.memfd_create("qiao-channel"), ""
    else:
        descriptor, name = tempfile.mkstemp(prefix="qiao-channel-")
    try:
        os.write(descriptor, content)
        yield name or f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
        if name:
            os.unlink(name)


class Channel:
    """The context with which this node serves: made anew when its keys change, and before it grows old. `follow` is
    called on the writer's thread, `context` read on the loop's."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock, self._entropy = clock, entropy
        self._nodes: tuple[bytes, ...] = ()
        self._made_ms = 0
        self.context: ssl.SSLContext | None = None

    def follow(self, writer: Any) -> None:
        self._look(writer)
        writer.listeners.append(lambda _change: self._look(writer))

    def _look(self, writer: Any) -> None:
        pairs = writer.pairs
        nodes = tuple(one.node for one in pairs)
        age = self._clock.own_ms() - self._made_ms
        if nodes and (nodes != self._nodes or not 0 <= age < RENEWED_MS):
            self.context = serving(pairs, self._clock.own_ms(), self._entropy)
            self._nodes, self._made_ms = nodes, self._clock.own_ms()
