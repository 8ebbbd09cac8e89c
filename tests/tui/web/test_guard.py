"""Who may come in: our name, our page, and nobody else's."""

from __future__ import annotations

import pytest

from tui.web.guard import Guard, headers

LOCAL = Guard(frozenset({"http://127.0.0.1:8080", "http://localhost:8080"}), "http", 8080)
OPEN = Guard(frozenset({"https://qiao.example.org:8443"}), "https", 8443, any_address=True)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080"])
def test_our_own_names_are_known(host: str) -> None:
    assert LOCAL.knows(host)


@pytest.mark.parametrize(
    "host",
    [None, "", "evil.example:8080", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8080", "10.0.0.1:8080",
     "127.0.0.1:8080.evil.example", "[::1]:8080"],
)  # fmt: skip
def test_any_other_name_isnt(host: str | None) -> None:
    assert not LOCAL.knows(host)


@pytest.mark.parametrize("host", ["10.1.2.3:8443", "[fe80::1]:8443", "qiao.example.org:8443"])
def test_listening_everywhere_any_literal_address_is_known(host: str) -> None:
    assert OPEN.knows(host)


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "10.1.2.3:443", "evil.example:8443", "0x7f.1:8443", "[::1", ":8443"]
)
def test_but_no_other_name_and_no_other_port(host: str) -> None:
    assert not OPEN.knows(host)


def test_without_a_port_it_is_the_schemes_own() -> None:
    guard = Guard(frozenset(), "https", 443, any_address=True)
    assert guard.knows("10.1.2.3") and guard.knows("[::1]") and not guard.knows("10.1.2.3:80")


@pytest.mark.parametrize(
    ("guard", "origin", "host"),
    [(LOCAL, "http://127.0.0.1:8080", "127.0.0.1:8080"), (LOCAL, "http://localhost:8080", "localhost:8080"),
     (OPEN, "https://10.1.2.3:8443", "10.1.2.3:8443"),
     (OPEN, "https://Qiao.example.org:8443", "qiao.example.org:8443")],
)  # fmt: skip
def test_our_own_page_is_ours(guard: Guard, origin: str, host: str) -> None:
    assert guard.is_ours(origin, host)


@pytest.mark.parametrize(
    "origin",
    [None, "", "null", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:8081",
     "http://localhost:8080", "http://127.0.0.1:8080/"],
)  # fmt: skip
def test_no_other_page_is(origin: str | None) -> None:
    assert not LOCAL.is_ours(origin, "127.0.0.1:8080")


def test_a_page_that_turned_its_name_to_our_address_isnt_ours() -> None:
    assert not OPEN.is_ours("https://evil.example:8443", "evil.example:8443")


def test_every_answer_keeps_all_to_our_origin() -> None:
    policy = headers("127.0.0.1:8080")["Content-Security-Policy"]
    assert (
        "default-src 'none'" in policy
        and "frame-ancestors 'none'" in policy
        and "script-src 'self';" in policy
    )
    assert "connect-src 'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080" in policy
    assert "connect-src 'none'" in headers("")["Content-Security-Policy"]
    assert headers("")["Referrer-Policy"] == "no-referrer" and headers("")["Cache-Control"] == "no-store"
