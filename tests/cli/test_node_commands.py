"""One node's commands, from init to the export, by the public command alone."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.command import Province, run

FIELDS = {
    "channel": "phone",
    "class": "resolution_request",
    "topic": "legal/labour/wages/arrears",
    "narrative": "工地拖欠工资\u202e三个月",
    "worker_phone": "13800001111",
    "workplace_region": "370211",
}


@pytest.fixture(scope="module")
def ticket(province: Province, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("data") / "fields.json"
    file.write_text(json.dumps(FIELDS), "utf-8")
    return str(province.ok("ticket", "register", "--data", str(file))["record"])


def test_init_gives_the_names_of_what_it_made(tmp_path: Path) -> None:
    recovery = tmp_path / "r.key"
    words = ["init", "--unit", "370000", "--name", "省", "--root", "--recovery", str(recovery), "--json"]
    done = run("--dir", str(tmp_path / "n"), *words)
    assert {"node", "log", "unit", "fingerprint"} <= set(done.json) and recovery.exists()
    assert (tmp_path / "n" / "node.toml").exists()
    again = run("--dir", str(tmp_path / "n"), *words)
    assert again.code in (2, 5) and again.json["error"]["code"]


def test_an_act_answers_with_record_change_commit_and_phase(province: Province, ticket: str) -> None:
    done = province.ok("ticket", "note", ticket, "已联系")
    assert {"record", "change", "commit", "phase"} <= set(done)
    assert done["record"] == ticket and done["phase"] == "registered"


def test_options_and_flags_of_a_verb_are_made_from_its_declaration(province: Province, ticket: str) -> None:
    assert province.ok("ticket", "dispatch", ticket, "--lead", "370000")["phase"] == "dispatched"
    assert province.ok("ticket", "accept", ticket)["record"] == ticket
    words = ["--result", "completed", "--resolved", "yes", "--text", "已付清", "--recovered", "1066000"]
    province.ok("ticket", "submit", ticket, *words)
    assert province.ok("ticket", "review", ticket, "--unit", "370000", "--pass")["phase"] == "follow_up"


def test_show_tells_everything_and_masks_the_phone(province: Province, ticket: str) -> None:
    shown = province.ok("ticket", "show", ticket)
    assert shown["worker_phone"] == "138****1111"
    wanted = {"phase", "round", "assignments", "deadlines", "cards", "timeline", "exceptions", "allowed"}
    assert wanted <= set(shown)
    keys = {"change", "action", "unit", "actor", "time", "verdict"}
    assert all(keys <= set(act) for act in shown["timeline"])


def test_controls_are_escaped_in_json_and_shown_in_text(province: Province, ticket: str) -> None:
    raw = province("--json", "ticket", "show", ticket).out
    assert "\u202e" not in raw and "\\u202e" in raw
    assert "‹U+202E›" in province("ticket", "show", ticket).out


def test_list_pages_and_filters(province: Province, ticket: str) -> None:
    page = province.ok("ticket", "list", "--limit", "1")
    assert set(page) == {"items", "next"} and len(page["items"]) == 1
    assert province.ok("ticket", "list", "--phase", "archived")["items"] == []
    assert province("ticket", "list").code == 0


def test_a_record_that_isnt_there_is_4(province: Province) -> None:
    done = province("--json", "ticket", "show", "0" * 32)
    assert (done.code, done.error) == (4, "not_found")


@pytest.mark.parametrize(
    ("staff", "password"), [("op", "wrong"), ("nobody", "geheim-1"), ("op", None), ("", "geheim-1")]
)
def test_unknown_wrong_and_missing_passwords_are_refused_alike(
    province: Province, staff: str, password: str | None
) -> None:
    given = {"QIAO_PASSWORD": password} if password else {}
    done = run(
        "--dir",
        str(province.directory),
        "--json",
        f"--as={staff or 'x'}",
        "ticket",
        "list",
        environment=given,
    )
    assert (done.code, done.error) == (3, "auth")


def test_a_role_that_may_not_is_3(province: Province, ticket: str) -> None:
    done = province("--json", "ticket", "accept", ticket, staff="zj")
    assert done.code == 3 and done.error != "auth"


def test_a_batch_makes_and_names_records_by_line(province: Province, tmp_path: Path) -> None:
    file = tmp_path / "day.jsonl"
    register = {"matter": "ticket", "action": "register", "data": FIELDS}
    lines = [
        register,
        {"action": "note", "record": "$1", "data": {"text": "记"}},
        {"action": "nonsense"},
        register,
    ]
    file.write_text("\n".join(json.dumps(one) for one in lines), "utf-8")
    stopped = province("batch", str(file))
    told = [json.loads(line) for line in stopped.out.splitlines()]
    assert stopped.code == 2 and len(told) == 3 and told[1]["record"] == told[0]["record"]
    going = province("batch", str(file), "--keep-going", "--json")
    assert going.code == 2 and len(going.out.splitlines()) == 4


def test_search_finds_words_of_two_letters(province: Province, ticket: str) -> None:
    found = province.ok("search", "工资")["items"]
    assert ticket in [one["record"] for one in found]


def test_the_node_verifies_and_its_export_does_until_a_bit_flips(province: Province, tmp_path: Path) -> None:
    assert province.ok("verify", staff=None)["ok"]
    file = tmp_path / "all.qlog"
    province.ok("audit", "export", "--format", "log", str(file), staff=None)
    assert run("audit", "verify", str(file), "--json").json["ok"]
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    bad = run("audit", "verify", str(file), "--json")
    assert bad.code == 7 and bad.json["problems"]
    assert run("audit", "verify", str(tmp_path / "none"), "--json").error == "no_file"


def test_heads_digest_and_status_answer_without_a_person(province: Province) -> None:
    head = province.ok("heads", staff=None)["items"][0]
    assert {"log", "node", "unit", "seq", "id"} <= set(head)
    digest = province.ok("digest", staff=None)
    assert {"digest", "code", "records", "frontier", "undelivered_up", "undelivered_down"} <= set(digest)
    assert digest["code"].isdigit() and len(digest["code"]) == 8
    assert province.ok("status", staff=None)["unit"] == "370000"


def test_staff_are_listed_and_one_is_disabled(province: Province) -> None:
    province.ok("staff", "add", "li", "--name", "李", "--role", "handler")
    assert "li" in [one["id"] for one in province.ok("staff", "list")["items"]]
    province.ok("staff", "disable", "li")
    assert province("--json", "ticket", "list", staff="li").error == "auth"


@pytest.mark.skipif(os.name == "nt", reason="no ulimit")
def test_a_full_disk_is_9_and_nothing_is_half_done(province: Province, ticket: str) -> None:
    before = province.ok("heads", staff=None)
    words = ["--dir", str(province.directory), "--as", "op", "--json", "ticket", "note", ticket, "x" * 60000]
    done = run(*words, environment={"QIAO_PASSWORD": "geheim-1"}, blocks=20)
    assert done.code == 9 and done.error in ("disk", "disk_full", "disk_io"), done
    assert province.ok("heads", staff=None) == before
    assert province.ok("verify", staff=None)["ok"]
