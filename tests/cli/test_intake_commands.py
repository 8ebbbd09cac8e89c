"""Intake by the public command: the ledger, who called before, the exchange's record, the coded lists."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Province

PHONE = "13600007777"
CDR = """流水号,呼叫开始,结束时间,方向,号码,分机,话务员,结果
1,2026/9/1 9:00:00,2026/9/1 9:04:00,呼入,{phone},801,op,接续成功
2,2026/9/1 10:00:00,2026/9/1 10:04:00,呼入,13600008888,801,op,接续成功
3,2026/9/1 11:00:00,2026/9/1 11:04:00,呼入,1360000abcd,801,op,接续成功
4,2026/9/1 12
"""
MAP = '[columns]\nstart = "呼叫开始"\n[values.result]\n"接续成功" = "answered"\n'


@pytest.fixture(scope="module")
def ledger(province: Province) -> dict[str, Any]:
    given = {
        "--channel": "phone", "--class": "enquiry", "--topic": "拖欠工资", "--narrative": "问欠薪",
        "--worker-phone": f"+86 {PHONE}", "--occurred": "2026-09-01 9:06", "--workplace-region": "370211",
    }  # fmt: skip
    return dict(province.ok("call", "register", *[word for pair in given.items() for word in pair]))


def test_a_call_is_made_into_a_ticket_and_found_by_its_number(
    province: Province, ledger: dict[str, Any]
) -> None:
    made = province.ok("call", "to-ticket", ledger["record"])["begun"]
    found = province.ok("call", "history", "--phone", "136 0000 7777")["items"]
    assert [one["record"] for one in found] == [made["record"], ledger["record"]]
    assert PHONE not in str(found)
    shown = province("ticket", "show", made["number"])
    assert "法律维权/劳动权益/工资报酬/拖欠工资" in shown.out and PHONE not in shown.out
    twice = province("call", "to-ticket", ledger["record"], "--json")
    assert (twice.code, twice.error) == (3, "has_ticket")


def test_a_second_ticket_of_the_caller_is_named_with_its_reason(
    province: Province, ledger: dict[str, Any]
) -> None:
    words = ["--channel", "phone", "--class", "enquiry", "--topic", "拖欠工资", "--narrative", "又问"]
    made = province.ok("ticket", "register", *words, "--worker-phone", PHONE)
    page = province.ok("ticket", "duplicates", made["number"])
    assert "同一来电号码" in page["items"][0]["reason"]
    assert "理由" in province("ticket", "duplicates", made["number"]).out


def test_a_suggestion_dispatches_nothing(province: Province) -> None:
    province.ok("invite", "--unit", "370200", "--name", "青岛市总工会", "--role", "hosted")
    words = ["--channel", "phone", "--class", "enquiry", "--topic", "legal", "--narrative", "问"]
    made = province.ok("ticket", "register", *words, "--workplace-region", "370211")
    [found] = province.ok("ticket", "dispatch", made["number"], "--suggest")["items"]
    assert (found["unit"], found["region"]) == ("370000/370200", "370211")
    assert province.ok("ticket", "show", made["number"])["assignments"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_exchange_s_record_is_taken_once_and_shows_what_the_ledger_lacks(
    province: Province, ledger: dict[str, Any], tmp_path: Path
) -> None:
    file, mapping = tmp_path / "话单.csv", tmp_path / "map.toml"
    file.write_bytes(CDR.format(phone=PHONE).encode("gb18030"))
    mapping.write_text(MAP, "utf-8")
    missing = province("call", "import", str(file), "--json")
    assert (missing.code, missing.error) == (2, "bad_columns")
    done = province.ok("call", "import", str(file), "--map", str(mapping))
    assert {name: done[name] for name in ("imported", "skipped", "rejected")} == {
        "imported": 2, "skipped": 0, "rejected": 2,
    }  # fmt: skip
    rejects = Path(done["rejects_file"])
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert (
        "1360000abcd" in rejects.read_text("utf-8-sig") and len(rejects.read_text("utf-8").splitlines()) == 3
    )
    again = province.ok("call", "import", str(file), "--map", str(mapping))
    assert (again["imported"], again["skipped"]) == (0, 2)
    assert Path(again["rejects_file"]) != rejects
    found = province.ok("call", "unmatched", "--day", "2026-09-01")
    assert [one["number"] for one in found["items"]] == ["136****8888"]
    assert found["counts"]["in_ledger"] == 1
    assert "136****8888" in province("call", "unmatched", "--day", "2026-09-01").out


def test_a_list_is_published_shown_and_refuses_what_it_lacks(province: Province, tmp_path: Path) -> None:
    file = tmp_path / "职业.csv"
    file.write_bytes("代码,名称\nwelder,焊工\n".encode("gbk"))
    done = province.ok("list", "import", str(file), "--name", "occupation", "--label", "职业")
    assert (done["codes"], done["changed"]) == (1, 1)
    assert "焊工" in province("list", "show", "occupation").out
    assert len(province.ok("list", "show", "topic")["items"]) > 150
    words = ["--channel", "phone", "--occupation", "焊接", "--json"]
    refused = province("call", "register", *words)
    assert (refused.code, refused.error) == (2, "unknown_code") and "welder" in refused.out


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["call", "history"], 2, "bad_value"),
        (["call", "history", "--phone", "138abc"], 2, "bad_value"),
        (["call", "import", "none.csv"], 4, "no_file"),
        (["call", "import", "/"], 4, "no_file"),
        (["call", "unmatched", "--day", "gestern"], 2, "bad_value"),
        (["list", "show", "nothing"], 4, "no_list"),
        (["ticket", "duplicates", "nothing"], 4, "not_found"),
        (["ticket", "dispatch", "nothing", "--suggest"], 4, "not_found"),
        (["call", "register", "--channel", "phone", "--worker-phone", "138abc"], 2, "bad_value"),
        (["call", "register", "--channel", "phone", "--topic", "legal/labour/wage"], 2, "unknown_code"),
    ],
)
def test_wrong_words_have_their_code(province: Province, words: list[str], code: int, error: str) -> None:
    done = province(*words, "--json")
    assert (done.code, done.error) == (code, error)


def test_nobody_looks_anything_up_without_signing_in(province: Province) -> None:
    for words in (["call", "history", "--phone", PHONE], ["call", "unmatched"], ["list", "show", "topic"]):
        assert province(*words, staff=None).code == 2
