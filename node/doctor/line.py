"""The line to the parent: its name resolves, its port answers, its node is well; and when it was heard last."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from node import glance
from node.language import say

from .finding import Finding, Level, Site

SECONDS = 1.5  # for a name: a server of names that is away would hold us up for a minute
ANSWER_SECONDS = 2.0  # for an answer; the slowest lines take a second each way
QUIET_SECONDS = 24 * 3600
PORTS = {"http": 80, "https": 443}


def parent_url(site: Site) -> str:
    """As the running node dials it."""
    return site.config.parent or glance.parent_url(site.directory)


def line(site: Site) -> Iterator[Finding]:
    url = parent_url(site)
    if not url:
        return
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme, 0)
    found = within(SECONDS, lambda: socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM))
    if not isinstance(found, list) or not found:
        text = say(
            f"上级的名字解析不了：{parts.hostname}", f"the parent's name doesn't resolve: {parts.hostname}"
        )
        yield Finding("line", Level.RED, text, hint="qiao --dir DIR sync")
        return
    begun = time.perf_counter()
    answer = within(ANSWER_SECONDS, lambda: _health(parts, port))
    yield judged(answer, round((time.perf_counter() - begun) * 1000), url)


def judged(answer: Any, took_ms: int, url: str) -> Finding:
    if isinstance(answer, int):
        told = say(f"上级应答，往返 {took_ms} 毫秒", f"the parent answers in {took_ms} ms")
        if answer == http.client.OK:
            return Finding("line", Level.OK, told)
        if answer == http.client.SERVICE_UNAVAILABLE:
            text = say(f"{told}，但它自己不健康", f"{told}, but isn't well itself")
            return Finding("line", Level.WARNING, text, hint="qiao --dir DIR sync")
        text = say(f"{url} 答的不是桥（HTTP {answer}）", f"what answers at {url} isn't Qiao (HTTP {answer})")
        return Finding("line", Level.RED, text, hint="qiao --dir DIR sync")
    why = type(answer).__name__ if isinstance(answer, Exception) else say("没有及时应答", "no answer in time")
    text = say(f"连不上上级 {url}：{why}", f"the parent at {url} can't be reached: {why}")
    return Finding("line", Level.RED, text, hint="qiao --dir DIR sync")


def _health(parts: SplitResult, port: int) -> int:
    """The status of its /health. What it is worth is told by exchanges, which are signed; here it only answers."""
    host = parts.hostname or ""
    if parts.scheme == "https":
        unverified = ssl.create_default_context()
        unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE  # `channel` looks at that
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=ANSWER_SECONDS, context=unverified
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", parts.path.rstrip("/") + "/health")
        return connection.getresponse().status
    finally:
        connection.close()


def exchange(site: Site) -> Iterator[Finding]:
    """When the parent was heard last, and what waits for it."""
    if site.status["parent"] is None:
        return
    age, pending = glance.counts(site.directory)["parent_seen_seconds"], site.status["pending_up"]
    if age is None:
        text = say("还没有和上级同步过", "never synced with the parent")
        yield Finding("exchange", Level.WARNING, text, hint="qiao --dir DIR sync")
    elif age > QUIET_SECONDS:
        days = age // QUIET_SECONDS
        text = say(
            f"{days} 天没有和上级同步，{pending} 笔待发", f"no sync for {days} days; {pending} commits wait"
        )
        yield Finding("exchange", Level.RED, text, hint="qiao --dir DIR sync")
    else:
        text = say(f"{age} 秒前和上级同步过，{pending} 笔待发", f"synced {age} s ago; {pending} commits wait")
        yield Finding("exchange", Level.OK, text)


def within(seconds: float, job: Callable[[], Any]) -> Any:
    """Its result, or the exception that it ended by; None when it takes longer: then it goes on by itself."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(job())
        except Exception as fault:
            found.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else None
