"""Where the API listens: on this machine, or beyond it by TLS alone. It is looked at before anything is imported."""

from __future__ import annotations

import ssl

from node import certificate
from node.config import FILE, Config, split_listen
from node.errors import Usage
from node.language import say
from node.web import is_loopback


def tls(config: Config) -> ssl.SSLContext | None:
    """Raises Usage `api_needs_tls`, `bad_certificate`."""
    chosen, key = config.api_certificate, config.api_private_key
    if chosen and key:
        return certificate.context(config.directory / chosen, config.directory / key)
    edit = f"${{EDITOR:-vi}} {config.directory / FILE}"
    if chosen or key:
        zh, en = (
            "[api] 的 certificate 和 private_key 要一起写",
            "[api] certificate and private_key go together",
        )
        raise Usage(say(zh, en), code="bad_certificate", hint=edit)
    if is_near(config):
        return None
    raise Usage(
        say(f"api.listen = {config.api_listen!r}：不只在本机时，要写 certificate 和 private_key，令牌不能明文传",
            f"api.listen = {config.api_listen!r} leaves this machine: it takes a certificate and a private_key"),
        code="api_needs_tls",
        hint=edit,
    )  # fmt: skip


def is_near(config: Config) -> bool:
    return is_loopback(split_listen(config.api_listen)[0])
