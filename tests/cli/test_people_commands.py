"""People and personal data by the public command: each way that goes, and each refusal with its code.

One node for the whole file; later tests build on earlier ones, and the last is five years later.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Done, Province

PHONE, NAME = "13800001111", "王小明"
YEARS = str(6 * 366 * 86_400)  # seconds


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Province:
    node = Province(tmp_path_factory.mktemp("people") / "node")
    node.ok("init", "--unit", "370000", "--name", "山东省总工会", "--root",
            "--recovery", str(node.recovery), staff=None)  # fmt: skip
    roles = ("operator", "dispatcher", "supervisor", "handler")
    node.ok(
        "staff", "add", "op", "--name", "赵", *(word for one in roles for word in ("--role", one)), staff=None
    )
    node.ok("staff", "add", "li", "--name", "李", "--role", "leader")
    return node


@pytest.fixture(scope="module")
def ticket(office: Province) -> str:
    """Registered and answered on the spot by `op`, who has another one open."""
    words = ["--channel", "phone", "--class", "enquiry", "--topic", "legal"]
    office.ok("ticket", "register", *words, "--narrative", "还在办")
    made = office.ok("ticket", "register", *words, "--narrative", f"{NAME}问工资", "--worker-name", NAME,
                     "--worker-phone", PHONE)  # fmt: skip
    office.ok("ticket", "answer", made["record"], "--text", "已告知")
    return str(made["number"])


def refused(done: Done) -> tuple[int, str]:
    return done.code, done.error


def test_an_id_is_given_once_roles_are_known_ones_and_a_password_has_a_length(office: Province) -> None:
    add = ["--json", "staff", "add"]
    assert refused(office(*add, "li", "--name", "李", "--role", "handler")) == (5, "staff_exists")
    assert refused(office(*add, "b", "--name", "乙", "--role", "boss")) == (2, "unknown_code")
    short = office(*add, "b", "--name", "乙", "--role", "handler", environment={"QIAO_NEW_PASSWORD": "x"})
    assert refused(short) == (2, "weak_password")
    assert refused(office(*add, "b", "--name", "乙", "--role", "handler", staff="li")) == (3, "role")


def test_roles_are_changed_by_an_administrator_and_count_at_once(office: Province) -> None:
    assert refused(office("--json", "staff", "amend", "li", staff="op")) == (2, "missing_field")
    assert refused(office("--json", "staff", "amend", "op", "--role", "handler")) == (3, "last_admin")
    done = office.ok("staff", "amend", "li", "--role", "handler,dispatcher", "--role", "operator")
    assert done["roles"] == ["handler", "dispatcher", "operator"]


def test_what_is_masked_is_shown_for_a_reason_and_the_look_is_listed(office: Province, ticket: str) -> None:
    look = ["--json", "reveal", ticket]
    assert refused(office(*look, "worker_phone")) == (2, "missing_field")
    assert refused(office(*look, "topic", "--reason", "回访")) == (2, "not_words")
    assert office.ok("reveal", ticket, "worker_phone", "--reason", "回访")["value"] == PHONE
    seen = office("--json", "reveal", "list")
    assert seen.json["items"][0]["data"]["field"] == "worker_phone" and PHONE not in seen.out


def test_an_export_in_clear_takes_another_person(office: Province, ticket: str, tmp_path: Path) -> None:
    file = tmp_path / "清单.csv"
    clear = ["--json", "ticket", "export", str(file), "--unmasked", "--reason", "上级调阅"]
    second = {"QIAO_SECOND_STAFF": "li", "QIAO_SECOND_PASSWORD": "geheim-1"}
    assert refused(office(*clear)) == (3, "second_person")
    assert refused(office(*clear, environment={**second, "QIAO_SECOND_STAFF": "op"})) == (3, "second_person")
    assert refused(office(*clear[:-2], environment=second)) == (2, "missing_field")
    assert not file.exists()
    done = office(*clear, environment=second)
    assert done.code == 0 and PHONE in file.read_text("utf-8-sig")


def test_open_work_is_handed_over_once_and_by_whom_it_may_be(office: Province, ticket: str) -> None:
    hand = ["--json", "handover", "--from", "op", "--to"]
    assert refused(office(*hand, "op")) == (2, "bad_value")
    assert refused(office(*hand, "nobody")) == (4, "not_found")
    done = office.ok(*hand[1:], "li", "--text", "夜班")
    assert (done["count"], done["refused"]) == (1, [])


def test_who_is_disabled_is_out_and_one_who_forgot_gets_in_on_the_machine_itself(office: Province) -> None:
    assert refused(office("--json", "staff", "disable", "op")) == (3, "last_admin")
    office.ok("staff", "disable", "li")
    assert refused(office("--json", "ticket", "list", staff="li")) == (3, "auth")
    assert refused(office("--json", "staff", "disable", "li")) == (3, "already_disabled")
    assert refused(office("--json", "staff", "recover", "nobody", staff=None)) == (4, "not_found")
    new = {"QIAO_NEW_PASSWORD": "neu-geheim", "QIAO_PASSWORD": "neu-geheim"}
    assert office("--json", "staff", "recover", "li", staff=None, environment=new).code == 0
    assert office("--json", "ticket", "list", staff="li", environment=new).code == 0


def test_what_was_kept_long_enough_is_listed_and_erased_when_somebody_says_so(
    office: Province, ticket: str
) -> None:
    later = {"QIAO_CLOCK_OFFSET": YEARS}
    assert refused(office("--json", "retention", "list", staff="li",
                          environment={**later, "QIAO_PASSWORD": "neu-geheim"})) == (3, "role")  # fmt: skip
    dry = office("--json", "retention", "apply", environment=later)
    assert [one["number"] for one in dry.json["items"]] == [ticket] and dry.json["dry_run"]
    done = office("--json", "retention", "apply", "--yes", environment=later)
    assert (done.json["count"], done.json["refused"]) == (1, [])
    gone = office("--json", "reveal", ticket, "worker_phone", "--reason", "回访", environment=later)
    assert refused(gone) == (5, "nothing_to_reveal")
    assert PHONE.encode() not in (office.directory / "node.db").read_bytes()
