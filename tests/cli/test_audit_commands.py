"""`audit export` of tables, `audit sql`, `audit stats` as a person types them: who may, what is told and left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Done, Province

PHONE, NAME = "13987650123", "甄不外传"


@pytest.fixture(scope="module")
def ticket(province: Province) -> str:
    return str(province.ok(
        "ticket", "register", "--channel", "phone", "--class", "enquiry", "--topic", "legal", "--narrative",
        f"{NAME}来问", "--worker-phone", PHONE, "--worker-name", NAME,
    )["record"])  # fmt: skip


def refused(done: Done) -> tuple[int, str]:
    return done.code, done.error


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "xlsx"])
def test_a_supervisor_writes_the_tables_once_and_nobodys_name_is_in_them(
    province: Province, ticket: str, tmp_path: Path, form: str
) -> None:
    place = tmp_path / "审计 表"
    told = province.ok("audit", "export", "--format", form, str(place))
    assert told["tables"]["tickets"] >= 1 and told["format"] == form
    files = [place] if place.is_file() else list(place.iterdir())
    assert not [
        one for one in files if PHONE.encode() in one.read_bytes() or NAME.encode() in one.read_bytes()
    ]
    assert refused(province("--json", "audit", "export", "--format", form, str(place))) == (5, "file_exists")


def test_the_tables_are_for_who_supervises_audits_or_administers(province: Province, tmp_path: Path) -> None:
    asked = ["--json", "audit", "export", "--format", "csv", str(tmp_path / "x")]
    assert refused(province(*asked, staff="zj")) == (3, "role")
    assert refused(province(*asked, staff=None)) == (2, "no_staff")
    assert refused(province(*asked[:3], "--format", "xml", "x")) == (2, "bad_value")
    assert not (tmp_path / "x").exists()


def test_words_take_another_person_and_a_reason_and_are_signed(
    province: Province, ticket: str, tmp_path: Path
) -> None:
    asked = ["--json", "audit", "export", "--format", "jsonl", str(tmp_path / "x"), "--words"]
    second = {"QIAO_SECOND_STAFF": "zj", "QIAO_SECOND_PASSWORD": "geheim-1"}
    assert refused(province(*asked, "--reason", "专项审计")) == (3, "second_person")
    assert refused(province(*asked, environment=second)) == (2, "missing_field")
    alone = {**second, "QIAO_SECOND_STAFF": "op"}
    assert refused(province(*asked, "--reason", "专项审计", environment=alone)) == (3, "second_person")
    assert not (tmp_path / "x").exists()
    done = province(*asked, "--reason", "专项审计", environment=second)
    assert done.code == 0 and PHONE in (tmp_path / "x" / "tickets.jsonl").read_text("utf-8")
    assert "disclosed" in (tmp_path / "x" / "acts.jsonl").read_text("utf-8")
    logged = ["--json", "audit", "export", "--format", "log", str(tmp_path / "l"), "--words"]
    assert refused(province(*logged)) == (2, "bad_value")


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "xlsx"])
def test_on_a_full_disk_nothing_is_half_done(
    province: Province, ticket: str, tmp_path: Path, form: str
) -> None:
    from tests.cli.command import run

    secret = {"QIAO_PASSWORD": "geheim-1"}
    done = run("--dir", str(province.directory), "--as", "op", "--json", "audit", "export", "--format", form,
               str(tmp_path / "x"), environment=secret, blocks=4)  # fmt: skip
    assert refused(done) == (9, "disk") and not list(tmp_path.iterdir())


def test_the_tables_are_asked_by_sql_of_the_node_or_of_an_export(
    province: Province, ticket: str, tmp_path: Path
) -> None:
    asked = ["audit", "sql", "SELECT record, '=1' AS odd, owner, owner FROM tickets ORDER BY number"]
    told = province.ok(*asked)
    assert ticket in [one["record"] for one in told["items"]] and told["more"] is False
    assert list(told["items"][0]) == ["record", "odd", "owner", "owner_1"]
    province.ok("audit", "export", "--format", "parquet", str(tmp_path / "x"))
    assert refused(province("--json", *asked, staff="zj")) == (3, "role")
    earlier = ["audit", "sql", "--from", str(tmp_path / "x"), asked[2]]
    assert province.ok(*earlier, staff=None)["items"] == told["items"]
    text = province(*earlier, "--format", "csv", staff=None).out.splitlines()
    assert text[0] == "record,odd,owner,owner" and ",'=1,370000,370000" in text[1]
    assert province(*earlier, "--format", "jsonl", staff=None).out.startswith('{"record": "')
    assert ticket in province(*earlier, staff=None).out
    assert refused(province("--json", *earlier, "--format", "pdf", staff=None)) == (2, "bad_value")
    assert refused(province("--json", "audit", "sql", "--from", str(tmp_path), "SELECT 1")) == (
        2,
        "not_tables",
    )
    assert refused(province("--json", "audit", "sql", "DROP VIEW tickets")) == (3, "sql_reads_only")


def test_figures_are_computed_again_and_what_differs_ends_with_7(
    province: Province, ticket: str, tmp_path: Path
) -> None:
    found = province.ok("audit", "stats", "--by", "month")
    assert found["agree"] and not found["differences"] and found["items"]
    assert {"id", "first", "second", "agree"} <= set(found["figures"][0])
    province.ok("audit", "export", "--format", "parquet", str(tmp_path / "x"))
    assert province.ok("audit", "stats", "--from", str(tmp_path / "x"))["agree"]
    public = province.ok("stats", "--ids")
    lie = tmp_path / "public.json"
    lie.write_text(json.dumps(public), "utf-8")
    assert province.ok("audit", "stats", "--published", str(lie))["agree"]
    next(one for one in public["figures"] if one["id"] == "tickets")["numerator"] += 1
    lie.write_text(json.dumps(public), "utf-8")
    done = province("--json", "audit", "stats", "--published", str(lie))
    assert done.code == 7 and [one["id"] for one in done.json["figures"] if not one["agree"]] == ["tickets"]
    assert " ! " in province("audit", "stats", "--published", str(lie)).out
    assert refused(province("--json", "audit", "stats", staff="zj")) == (3, "role")
    assert refused(province("--json", "audit", "stats", "--by", "hour")) == (2, "unknown_dimension")
