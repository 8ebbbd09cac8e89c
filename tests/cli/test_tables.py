"""Tables, bulk acts, templates, views and paper by the real command, with and without a running node."""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Province, run

pytestmark = pytest.mark.processes
HEADINGS = ["external_id", "渠道", "诉求类别", "主题", "诉求内容", "联系电话"]
FOREIGN = "编号,来源,内容\nT1,热线,拖欠工资三个月了包工头不接电话\nT2,热线,加班费怎么算没有人告诉我\n"


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    found = Province(tmp_path_factory.mktemp("tables") / "p")
    at = ["--unit", "370000", "--name", "山东省总工会", "--root", "--recovery", str(found.recovery)]
    found.ok("init", *at, staff=None)
    roles = [word for one in ("operator", "dispatcher", "supervisor") for word in ("--role", one)]
    found.ok("staff", "add", "op", "--name", "赵", *roles, staff=None)
    return found


def _file(path: Path, ids: list[str], **more: str) -> Path:
    given = {
        "渠道": "电话",
        "诉求类别": "求决",
        "主题": "legal/labour",
        "诉求内容": "拖欠工资",
        "联系电话": "13800001111",
        **more,
    }
    with path.open("w", encoding="gbk", newline="") as file:
        out = csv.DictWriter(file, HEADINGS)
        out.writeheader()
        out.writerows({"external_id": one, **given} for one in ids)
    return path


def test_a_file_is_taken_in_once_and_its_rejects_are_no_error(province: Province, tmp_path: Path) -> None:
    path = _file(tmp_path / "t.csv", ["a1", "a2", "a3"])
    assert province.ok("ticket", "import", str(path)) == {
        "imported": 3,
        "rejected": 0,
        "skipped": 0,
        "rejects_file": None,
    }
    with path.open("ab") as file:
        file.write("a4,电报,求决,legal/labour,x,\r\n".encode("gbk"))
    again = province.ok("ticket", "import", str(path))
    assert (again["imported"], again["skipped"], again["rejected"]) == (0, 3, 1)
    assert again["rejects_file"] == f"{path}.rejects.csv"


def test_it_goes_through_a_running_node_as_well(province: Province, tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-m", "cli", "--dir", str(province.directory), "run", "--no-tui"]
    node = subprocess.Popen(
        [*words, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert node.stderr is not None and node.stderr.readline().startswith("ready")
        path = _file(tmp_path / "t.csv", [f"b{number}" for number in range(300)])
        assert province.ok("ticket", "import", str(path))["imported"] == 300
        assert province.ok("ticket", "export", str(tmp_path / "o.csv"), "--text", "拖欠")["rows"] >= 300
        tried = province("ticket", "bulk", "note", "备注", "--phase", "registered", "--dry-run")
        assert tried.code == 0 and all(json.loads(line)["dry_run"] for line in tried.out.splitlines())
    finally:
        node.terminate()
        assert node.wait(30) == 0
    [item] = province.ok("ticket", "list", "--limit", "1")["items"]
    timeline = province.ok("ticket", "show", item["record"])["timeline"]
    assert [one["action"] for one in timeline] == ["register"]


def test_a_foreign_file_is_told_with_the_command_that_helps_and_then_taken(
    province: Province, tmp_path: Path
) -> None:
    path, target = tmp_path / "f.csv", tmp_path / "m.toml"
    path.write_text(FOREIGN, encoding="utf-8")
    refused = province("--json", "ticket", "import", str(path))
    assert (
        refused.code == 2
        and refused.error == "unknown_columns"
        and "--propose-map" in refused.json["error"]["hint"]
    )
    found = province.ok("ticket", "import", str(path), "--propose-map", str(target))
    assert found["id"] == "编号" and found["columns"]["内容"] == "narrative"
    unfilled = province("--json", "ticket", "import", str(path), "--map", str(target))
    assert unfilled.error == "bad_map"
    text = target.read_text("utf-8")
    for name, value in (("channel", "phone"), ("class", "enquiry"), ("topic", "legal/labour")):
        text = text.replace(f'{name} = "?"', f'{name} = "{value}"')
    target.write_text(text, encoding="utf-8")
    assert province.ok("ticket", "import", str(path), "--map", str(target))["imported"] == 2


def test_in_a_terminal_the_columns_are_asked_once_and_kept(province: Province, tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text(FOREIGN.replace("T", "G").replace("编号", "序号"), encoding="utf-8")
    answers = ["", "-", "", "phone", "enquiry", "legal/labour"]
    out = _in_terminal(province, ["ticket", "import", str(path)], answers)
    assert "导入 2" in out, out
    assert [one.suffix for one in (province.directory / "maps").iterdir()] == [".toml"]
    path.write_text(path.read_text("utf-8") + "G3,热线,第三件事情的内容在这里\n", encoding="utf-8")
    again = province.ok("ticket", "import", str(path))
    assert (again["imported"], again["skipped"]) == (1, 2)


def _in_terminal(province: Province, words: list[str], answers: list[str]) -> str:
    """The command with a terminal, each answer given when something is asked."""
    main, side = pty.openpty()
    command = [sys.executable, "-P", "-m", "cli", "--dir", str(province.directory), "--as", "op", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "QIAO_PASSWORD": "geheim-1"}
    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=env, close_fds=True)
    os.close(side)
    told, left, end = "", list(answers), time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([main], [], [], 0.2)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            told += os.read(main, 65536).decode(errors="replace")
        except OSError:
            break
        if told.rstrip(" ").endswith(":") and left:
            os.write(main, (left.pop(0) + "\n").encode())
            told += "\n"
    assert process.wait(30) == 0, told
    return told


def test_an_export_that_exists_and_one_unmasked_are_refused(province: Province, tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    province.ok("ticket", "export", str(path), "--columns", "编号,联系电话")
    kept = path.read_bytes()
    refused = province("--json", "ticket", "export", str(path))
    assert refused.code == 5 and refused.error == "export_exists" and path.read_bytes() == kept
    unmasked = province("--json", "ticket", "export", str(tmp_path / "u.csv"), "--unmasked")
    assert unmasked.code == 3 and unmasked.error == "second_person" and not (tmp_path / "u.csv").exists()


def test_a_disk_that_is_full_leaves_no_export(province: Province, tmp_path: Path) -> None:
    words = [
        "--dir",
        str(province.directory),
        "--json",
        "--as",
        "op",
        "ticket",
        "export",
        str(tmp_path / "o.jsonl"),
    ]
    done = run(*words, environment={"QIAO_PASSWORD": "geheim-1"}, blocks=2)
    assert done.code == 9 and list(tmp_path.iterdir()) == []


def test_a_template_begins_a_ticket_and_a_view_narrows_a_list(province: Province, tmp_path: Path) -> None:
    fields = {"channel": "visit", "class": "enquiry", "topic": "legal/labour"}
    (tmp_path / "t.json").write_text(json.dumps(fields))
    province.ok("template", "add", "来访", "--data", str(tmp_path / "t.json"))
    words = ["--template", "来访", "--narrative", "独一无二的话", "--class", "feedback"]
    made = province.ok("ticket", "register", *words)
    assert province.ok("ticket", "show", made["record"])["class"] == "feedback"
    province.ok("view", "save", "那一件", "--text", "独一无二", "--columns", "number,channel")
    [item] = province.ok("ticket", "list", "--saved", "那一件")["items"]
    assert item["record"] == made["record"] and item["channel"] == "visit"
    assert "来访" in province("ticket", "list", "--saved", "那一件").out
    ids = tmp_path / "ids"
    ids.write_text(made["number"] + "\nkein\n")
    done = province("ticket", "bulk", "note", "批量", "--ids", str(ids), "--keep-going")
    assert done.code == 4 and [("error" in json.loads(line)) for line in done.out.splitlines()] == [
        False,
        True,
    ]
    province.ok("view", "remove", "那一件")
    assert province("--json", "ticket", "list", "--saved", "那一件").error == "no_view"


def test_a_ticket_is_printed_by_its_number(province: Province, tmp_path: Path) -> None:
    [item] = province.ok("ticket", "list", "--limit", "1")["items"]
    done = province.ok(
        "ticket", "print", item["number"], "--out", str(tmp_path / "t.pdf"), "--mask", "narrative"
    )
    assert (tmp_path / "t.pdf").read_bytes().startswith(b"%PDF-") and done["number"] == item["number"]
    assert (
        province("--json", "ticket", "print", item["number"], "--out", str(tmp_path / "t.pdf")).error
        == "export_exists"
    )


def test_ctrl_c_in_an_import_is_told_and_the_same_file_goes_on(province: Province, tmp_path: Path) -> None:
    file = _file(tmp_path / "many.csv", [f"cut-{number}" for number in range(3000)])
    words = [sys.executable, "-P", "-m", "cli", "--dir", str(province.directory), "--as", "op", "--json"]
    running = subprocess.Popen(
        [*words, "ticket", "import", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QIAO_PASSWORD": "geheim-1"},
    )
    assert running.stderr is not None
    assert b"1001" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130 and json.loads(out)["error"]["code"] == "interrupted"
    assert "再导入一次".encode() in err
    done = province.ok("ticket", "import", str(file))
    assert done["imported"] + done["skipped"] == 3000 and done["skipped"] >= 1000 and done["imported"] > 0
