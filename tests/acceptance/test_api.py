"""The read API of a node that runs: a token by the command, a program over the port, `curl`'s words of docs/api.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from node.logs import reading
from node.transport.serving import listen_on
from tests.acceptance.office import Office, act, until

pytestmark = pytest.mark.processes

NAME, PHONE, NARRATIVE = "欧阳拾柒", "13917171717", "金丝雀砖厂拖欠工钱柒佰元"
FIELDS = {
    "channel": "phone", "class": "resolution_request", "topic": "legal/labour", "narrative": NARRATIVE,
    "worker_name": NAME, "worker_phone": PHONE,
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A root of its own, with the API on a free port."""
    found = Office(tmp_path_factory.mktemp("api"), "110000")
    found.found()
    found.hire()
    with listen_on("127.0.0.1", 0) as free:
        found.environment["QIAO_API_LISTEN"] = f"127.0.0.1:{free.getsockname()[1]}"
    found.start()
    yield found
    found.stop()


def test_a_program_reads_what_the_commands_show_until_its_token_is_revoked(office: Office) -> None:
    (made,) = office.acts(act("register", None, **FIELDS))
    token = office.ok("api", "token", "add", "pandas", "--days", "7")
    base = f"http://{office.environment['QIAO_API_LISTEN']}/api/v1"
    head = {"authorization": f"Bearer {token['secret']}"}
    with httpx.Client(base_url=base, headers=head, timeout=30, trust_env=False) as program:
        listed = program.get("/tickets")
        assert [one["record"] for one in listed.json()["items"]] == [made["record"]]
        assert program.get("/tickets", headers={"if-none-match": listed.headers["etag"]}).status_code == 304
        whole = program.get(f"/tickets/{made['number']}").json()
        shown = office.show(made["record"])
        assert (whole["phase"], whole["changed"]) == (shown["phase"], shown["changed"])
        acts = program.get(f"/tickets/{made['record']}/acts")
        assert [one["act"] for one in acts.json()["items"]] == [one["change"] for one in shown["timeline"]]
        note = program.get("/checkpoint").json()["note"]
        heads, health = office.heads(), program.get("/health").json()
        assert health["commits"] == sum(one["seq"] for one in heads) and note.startswith("qiao")
        assert program.get("/openapi.json").json()["openapi"].startswith("3.1")
        told = "".join(one.text for one in (listed, acts)) + str(whole)
        assert [one for one in (NAME, PHONE, NARRATIVE) if one in told] == []
        (row,) = office.ok("api", "token", "list")["items"]
        assert (row["name"], row["standing"], row["by"]) == ("pandas", "stands", "op") and row["last_used"]
        office.ok("api", "token", "revoke", "pandas")
        refused = program.get("/tickets")
        assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")


def test_the_log_tells_each_use_and_neither_the_secret_nor_the_question(office: Office) -> None:
    token = office.ok("api", "token", "add", "excel")
    base = f"http://{office.environment['QIAO_API_LISTEN']}/api/v1"
    with httpx.Client(headers={"authorization": f"Bearer {token['secret']}"}, trust_env=False) as program:
        assert program.get(f"{base}/tickets/{PHONE}?after={NAME}").status_code == 422

    def lines() -> list[Any]:
        return [one for one in reading.newest(office.directory, 1000) if one["event"].startswith("api_")]

    # The answer has come before its line is written.
    until(lambda: any(one.get("token") == "excel" and one.get("status") == 422 for one in lines()))
    assert {"api_ready", "api_answered"} <= {one["event"] for one in lines()}
    assert [word for word in (token["secret"], PHONE, NAME) if word in str(lines())] == []
    assert token["secret"] not in office.log.read_text("utf-8")


def test_only_an_administrator_has_tokens_and_beyond_this_machine_it_takes_tls(
    office: Office, tmp_path: Path
) -> None:
    office.ok("staff", "add", "au", "--name", "钱", "--role", "auditor")
    refused = office("api", "token", "add", "mine", staff="au")
    assert (refused.code, refused.error) == (3, "role")
    assert office("api", "token", "revoke", "ghost").error == "no_token"
    other = Office(tmp_path, "120000")
    other.found()
    bare = other("run", "--no-tui", staff=None, QIAO_API_LISTEN="0.0.0.0:0")
    assert (bare.code, bare.error) == (2, "api_needs_tls")
