"""The way to the parent (protocol 3.5): one sealed envelope out, one back, within bounds.

The child always calls. What answers may be a captive portal or a broken gateway, so nothing but an
envelope of bounded size is believed; redirects aren't followed and nothing is decompressed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from types import TracebackType

import httpx

from node.config import is_url
from node.errors import LineDown
from node.language import say
from node.transport.tls import PINNED, Trust, is_local
from sync_protocol.limits import MAX_ENVELOPE

ENVELOPE_TYPE = "application/vnd.qiao.envelope"
CODE_HEADER = "qiao-code"

CONNECT_SECONDS = 10.0
# Between two pieces of a body; the parent's own work on a request is at most 30 s (promise R15).
SILENCE_SECONDS = 45.0
# The slowest line that is still used. What was written may wait in this system's buffers, and a router's:
# silence begins when the whole of it can have arrived.
SLOWEST = 2000  # bytes a second
# A body of 8 MiB at 8 KiB a second, as the server bounds it.
TOTAL_SECONDS = 20 * 60.0

_HEADERS = {"content-type": ENVELOPE_TYPE, "accept-encoding": "identity", "user-agent": "qiao"}


class Peer:
    """A parent at a URL. Counts the bytes of bodies both ways; used on one event loop. Raises Usage `bad_authority`."""

    def __init__(self, url: str, trust: Trust = Trust()) -> None:  # noqa: B008 (it can't be changed)
        self.url = url.rstrip("/")
        self.trust = trust
        self.channel = ""  # the version of TLS that the last exchange was made by; "" without
        self.bytes_up = 0
        self.bytes_down = 0
        self.cut = False  # the last exchange had reached the parent, and broke off
        self._client = httpx.AsyncClient(
            verify=trust.context(url),
            trust_env=not is_local(url),
            follow_redirects=False,
            headers=_HEADERS,
            limits=httpx.Limits(max_connections=2, max_keepalive_connections=1, keepalive_expiry=60),
        )

    async def sync(self, sealed: bytes, hold_seconds: int = 0) -> bytes:
        """One exchange; waits `hold_seconds` longer. Raises LineDown with the peer's code, or our own."""
        return await self._post("/sync", sealed, hold_seconds)

    async def join(self, sealed: bytes) -> bytes:
        """Raises LineDown."""
        return await self._post("/join", sealed, 0)

    async def close(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Peer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _post(self, path: str, sealed: bytes, hold_seconds: int) -> bytes:
        if not self.url or not is_url(self.url):
            raise self._down("bad_address", "不是网址", "isn't a URL")
        if self.trust.refuses(self.url):
            raise self._down(
                "tls_required",
                "不是 https，而 tls.required 要求加密",
                "isn't https, which tls.required asks for",
            )
        self.cut = False
        silence = SILENCE_SECONDS + hold_seconds + len(sealed) / SLOWEST
        timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS, read=silence)
        try:
            async with asyncio.timeout(TOTAL_SECONDS + hold_seconds):
                sending = self._client.stream("POST", self.url + path, content=sealed, timeout=timeout)
                async with sending as reply:
                    self.bytes_up += len(sealed)
                    self.channel = _channel(reply)
                    return await self._received(reply)
        except (httpx.TimeoutException, TimeoutError) as fault:
            self.cut = not isinstance(fault, httpx.ConnectTimeout)
            raise self._down("line_slow", "没有及时回应", "didn't answer in time") from fault
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as fault:
            if (told := self._untrusted(fault)) is not None:
                raise told from fault
            self.cut = isinstance(fault, httpx.TransportError) and not isinstance(fault, httpx.ConnectError)
            raise self._down("line_down", "连不上", "can't be reached", type(fault).__name__) from fault

    async def _received(self, reply: httpx.Response) -> bytes:
        self._check_head(reply)
        body = bytearray()
        async for piece in reply.aiter_raw(64 * 1024):
            body += piece
            if len(body) > MAX_ENVELOPE:
                raise self._down("peer_too_large", "的回应太大", "answered with too much")
        self.bytes_down += len(body)
        return bytes(body)

    def _check_head(self, reply: httpx.Response) -> None:
        if reply.status_code != 200:
            raise self._refused(reply.status_code, reply.headers)
        if reply.headers.get("content-type") != ENVELOPE_TYPE or "content-encoding" in reply.headers:
            raise self._down("not_a_node", "不是桥节点", "isn't a node of Qiao", "captive portal, gateway?")

    def _refused(self, status: int, headers: Mapping[str, str]) -> LineDown:
        """With the peer's own code, if it has the shape of one."""
        code = headers.get(CODE_HEADER, "")
        if not code.isascii() or not code.isidentifier() or len(code) > 40:
            return self._down(
                "not_a_node", "没有给出桥节点的回应", "didn't answer as a node", f"HTTP {status}"
            )
        return self._down(code, "拒绝了这次同步", "refused the exchange", code)

    def _untrusted(self, fault: BaseException) -> LineDown | None:
        """What is wrong with the channel, where it is that: nothing of ours was sent."""
        cause = _tls_fault(fault)
        if cause is None:
            return None
        if not isinstance(cause, ssl.SSLCertVerificationError):
            return self._down(
                "no_tls", "不能以 TLS 回应", "doesn't answer by TLS as we do", cause.reason or ""
            )
        if self.trust.way(self.url) == PINNED:
            return self._down(
                "wrong_pin", "的证书不是上级密钥所签，什么都没有发出",
                "shows a certificate that the parent's key didn't sign; nothing was sent", cause.verify_message,
                "qiao bundle export --help",
            )  # fmt: skip
        return self._down(
            "untrusted_certificate", "的证书不是 tls.ca 所列机构所签", "shows a certificate that tls.ca doesn't trust",
            cause.verify_message, "qiao status",
        )  # fmt: skip

    def _down(self, code: str, zh: str, en: str, detail: str = "", hint: str = "qiao status") -> LineDown:
        more = f" ({detail})" if detail else ""
        return LineDown(
            say(
                f"上级 {self.url} {zh}{more}；数据没有丢失",
                f"the parent {self.url} {en}{more}; nothing is lost",
            ),
            code=code,
            hint=hint,
        )


def _tls_fault(fault: BaseException) -> ssl.SSLError | None:
    """httpx wraps what its transport wraps."""
    seen: BaseException | None = fault
    while seen is not None and not isinstance(seen, ssl.SSLError):
        seen = seen.__cause__ or seen.__context__
    return seen


def _channel(reply: httpx.Response) -> str:
    stream = reply.extensions.get("network_stream")
    found = stream.get_extra_info("ssl_object") if stream is not None else None
    return str(found.version()) if found is not None else ""
