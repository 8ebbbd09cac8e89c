"""What an administrator asks of the machine and of the running node, by the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Province, run

pytestmark = pytest.mark.processes


def test_doctor_tells_checks_and_a_code_by_the_worst(province: Province) -> None:
    done = province("--json", "doctor", staff=None)
    found = done.json
    assert done.code == (0 if found["ok"] else 7) and (found["level"] == "red") is not found["ok"]
    assert {"name", "level", "sentence", "hint"} == set(found["checks"][0])
    told = {one["name"]: one for one in found["checks"]}
    assert told["database"]["level"] == "ok" and told["running"]["hint"].startswith("qiao --dir /")


def test_doctor_as_text_ends_with_what_is_worst(province: Province) -> None:
    province.directory.joinpath("keys/sign.pem").chmod(0o644)
    done = province("doctor", "--full", staff=None)
    province.directory.joinpath("keys/sign.pem").chmod(0o600)
    assert done.code == 7 and "Traceback" not in done.err
    *_, sentence, hint = done.out.splitlines()
    red = [line for line in done.out.splitlines() if line.startswith("不好")]
    assert red and done.out.rindex(red[0]) > done.out.rindex("\n正常") and sentence and hint


def test_doctor_before_there_is_a_node(tmp_path: Path) -> None:
    done = run("--dir", str(tmp_path / "none"), "doctor", "--json")
    assert "node" in {one["name"] for one in done.json["checks"]} and not (tmp_path / "none").exists()


def test_the_unit_is_printed_and_nothing_is_changed(province: Province, tmp_path: Path) -> None:
    text = province.ok("service", "install", "--print", "--user", staff=None)["text"]
    assert f"--dir {province.directory.resolve()} run --no-tui" in text and text.startswith("# ")
    assert (
        province.ok("service", "install", "--print", "--name", "hotline", staff=None)["service"] == "hotline"
    )
    assert (
        province("--json", "service", "install", "--print", "--name", "../x", staff=None).error == "bad_value"
    )


def test_without_systemd_and_without_a_node_it_is_refused(province: Province, tmp_path: Path) -> None:
    for verb in ("install", "uninstall", "status"):
        done = province("--json", "service", verb, staff=None, environment={"PATH": str(tmp_path)})
        assert (done.code, done.error) == (4, "no_systemd") and "run --no-tui" in done.json["error"]["hint"]
    done = run("--dir", str(tmp_path / "none"), "service", "install", "--print", "--json")
    assert (done.code, done.error) == (4, "no_node")


def test_the_log_and_metrics_of_a_node_that_never_ran(tmp_path: Path) -> None:
    assert run("--dir", str(tmp_path), "log", "--json").json == {"items": [], "next": None}
    assert run("--dir", str(tmp_path / "none"), "log", "--json").code == 4
    assert run("--dir", str(tmp_path), "log", "--level", "loud", "--json").error == "bad_value"
    assert run("--dir", str(tmp_path), "metrics", "--json").error == "no_daemon"
