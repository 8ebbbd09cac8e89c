"""The loopback address where Prometheus finds it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from node import config as configuration
from node.config import Config
from node.errors import QiaoError, Usage
from node.metrics import page
from node.metrics.meter import Meter
from node.metrics.reading import Standing
from node.transport.serving import listen_on


async def _standing() -> Standing:
    return Standing("9", True)


async def test_it_is_served_on_loopback_and_to_whoever_calls_it_so(tmp_path: Path) -> None:
    app = page.app(Config(tmp_path), Meter(), _standing)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:9351"
    ) as client:
        good = await client.get("/metrics")
        turned = await client.get("/metrics", headers={"host": "evil.example:9351"})
        absent = await client.get("/health")
    assert good.status_code == 200 and "qiao_health 1.0" in good.text
    assert good.headers["content-type"].startswith("text/plain; version=")
    assert (turned.status_code, absent.status_code) == (421, 404)


@pytest.mark.parametrize("host", ["127.0.0.1:9351", "localhost", "[::1]:9351"])
def test_its_own_names(host: str) -> None:
    assert page.is_own(host)


@pytest.mark.parametrize("host", ["", "127.0.0.1.evil.example", "evil.example:9351", "0.0.0.0:1"])
def test_foreign_names(host: str) -> None:
    assert not page.is_own(host)


@pytest.mark.parametrize("listen", ["0.0.0.0:9351", ":9351", "192.168.1.2:9351", "example.org:9351", "9351"])
def test_it_never_leaves_the_machine(tmp_path: Path, listen: str) -> None:
    (tmp_path / "node.toml").write_text(f'[metrics]\nlisten = "{listen}"\n')
    with pytest.raises(Usage) as fault:
        configuration.load(tmp_path)
    assert fault.value.code == "bad_config"


async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with listen_on("127.0.0.1", 0) as taken:
        taken.listen()
        config = Config(tmp_path, metrics_listen=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(QiaoError) as fault:
            await asyncio.wait_for(page.serve(config, Meter(), _standing), 20)
    assert fault.value.code == "port_taken"
