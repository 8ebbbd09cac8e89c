"""What people and files get wrong: each has its exit, its code and a hint, and nothing else stops (design 4)."""

from __future__ import annotations

import json
import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sync_protocol import invitation
from tests.acceptance.office import Office, Tree, act, given, register, submit
from tests.cli.command import Done

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("healthy")]

WEEKS = 40 * 86400


def _is_told(done: Done, exit: int, code: str) -> bool:
    error = done.json["error"]
    assert (done.code, error["code"]) == (exit, code), done
    assert error["message"] and error["hint"], "a sentence, and a hint that can be run"
    return True


# node.toml


def test_an_unknown_key_in_node_toml_is_named_with_file_and_nearest(alone: Office) -> None:
    path = alone.directory / "node.toml"
    good = path.read_bytes()
    path.write_bytes(good + b'\nlistne = "127.0.0.1:0"\n' if b"[" not in good else b'listne = "x"\n' + good)
    try:
        for words in (["run", "--no-tui"], ["ticket", "list"]):
            done = alone(*words)
            assert _is_told(done, 2, "bad_config")
            message = done.json["error"]["message"]
            assert str(path) in message and "listne" in message and "listen" in message.replace("listne", "")
    finally:
        path.write_bytes(good)
    assert alone("ticket", "list").code == 0


# Invitations


@pytest.fixture(scope="module")
def invited(tree: Tree) -> str:
    return tree.city.invite("370281")


def _join(base: Path, line: str) -> Done:
    return Office(base, "370281")("join", line, staff=None)


def test_an_invitation_of_another_root_is_refused(tree: Tree, tmp_path: Path) -> None:
    forged = replace(invitation.read(tree.city.invite("370285")), root=secrets.token_bytes(32)).to_text()
    assert _is_told(_join(tmp_path, forged), 6, "wrong_root")


def test_an_invitation_to_another_node_at_that_address_is_refused(
    tree: Tree, alone: Office, tmp_path: Path
) -> None:
    line = alone.invite("370281", tree.city.address)
    assert _is_told(_join(tmp_path, line), 6, "not_for_us")


def test_an_invitation_with_a_wrong_secret_is_refused(invited: str, tmp_path: Path) -> None:
    forged = replace(invitation.read(invited), secret=secrets.token_bytes(32)).to_text()
    assert _is_told(_join(tmp_path, forged), 6, "bad_invitation")


@pytest.mark.parametrize("spoil", [
    lambda line: line[:-9],
    lambda line: line[:40] + ("A" if line[40] != "A" else "B") + line[41:],
    lambda line: "qiao1:" + "垃圾",
    lambda line: "qiao1:",
    lambda line: line.replace("qiao1:", "qiao9:"),
], ids=["cut", "mistyped", "garbage", "empty", "another version"])  # fmt: skip
def test_a_garbled_invitation_is_wrong_use(invited: str, tmp_path: Path, spoil: object) -> None:
    assert callable(spoil)
    done = _join(tmp_path, spoil(invited))
    assert done.code in (2, 4) and done.error in ("bad_invitation", "no_file")
    assert not (tmp_path / "370281" / "node.db").exists()


def test_an_invitation_works_once(tree: Tree, invited: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    done = _join(first, invited)
    assert done.code == 0 and done.json["enrolled"], done
    assert _is_told(_join(second, invited), 6, "invitation_used")
    again = _join(first, invited)
    assert (again.code, again.error) == (5, "enrolled")


def test_an_expired_invitation_is_refused_by_the_parents_clock(alone: Office, tmp_path: Path) -> None:
    alone.start()
    line = alone.invite("370281")
    alone.stop()
    alone.environment["QIAO_CLOCK_OFFSET"] = str(WEEKS)
    alone.start()
    try:
        assert _is_told(_join(tmp_path, line), 6, "invitation_expired")
    finally:
        alone.stop()
        del alone.environment["QIAO_CLOCK_OFFSET"]


# The workflow


@pytest.fixture(scope="module")
def record(tree: Tree) -> str:
    record = given(tree, "流程之外", tree.counties[0])
    tree.counties[0].acts(act("accept", record))
    tree.quiet()
    return record


def test_an_act_out_of_its_status_or_by_the_wrong_unit_is_forbidden(tree: Tree, record: str) -> None:
    county, city = tree.counties[0], tree.city
    before = county.show(record)["timeline"]
    code, results = county.batch(
        [
            act("accept", record),
            act("archive", record),
            act("follow-up", record, outcome="satisfied"),
            act("withdraw", record),
            {**act("register"), "data": json.loads(json.dumps(register("x")["data"])), "record": record},
            act("nonsense", record),
            act("accept", secrets.token_hex(16)),
        ],
        "--keep-going",
    )
    codes = [one["error"]["code"] for one in results]
    assert code == 3 and codes[:4] == ["wrong_status", "owner", "owner", "owner"], codes
    assert codes[5:] == ["unknown_verb", "not_found"]
    assert all(one["error"]["message"] and one["error"]["hint"] for one in results), results
    taken = city("ticket", "review", record, "--unit", county.code, "--pass")
    assert _is_told(taken, 3, "wrong_status")
    assert tree.province("ticket", "submit", record, "--result", "completed", "--resolved", "yes",
                         "--text", "x").code == 3  # fmt: skip
    assert county.show(record)["timeline"] == before


# Batches


def test_bad_lines_among_good_ones_stop_only_themselves(tree: Tree, record: str) -> None:
    lines = [
        json.dumps(act("note", record, text="好一"), ensure_ascii=False).encode(),
        b"{not json",
        b"[]",
        json.dumps({**act("note", record, text="x"), "extra": 1}).encode(),
        json.dumps(act("note", record, txet="x")).encode(),
        json.dumps(act("note", "$2", text="x")).encode(),
        json.dumps({"matter": "tickte", "action": "note", "record": record}).encode(),
        b'{"matter": "ticket", "action": "note", "record": 7}',
        b'{"matter": "ticket", "action": "note", "record": "%s", "data": {"text": NaN}}' % record.encode(),
        b"\xff\xfe\x00",
        b"",
        json.dumps(act("note", record, text="好二"), ensure_ascii=False).encode(),
    ]
    county = tree.counties[0]
    code, results = county.batch(b"\n".join(lines), "--keep-going")
    codes = [one.get("error", {}).get("code", "") for one in results]
    assert codes == ["", "bad_json", "bad_json", "bad_line", "unknown_field", "no_such_line", "unknown_matter",
                     "bad_line", "bad_json", "not_utf8", ""]  # fmt: skip
    assert [one["line"] for one in results] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12] and code == 2
    assert {"好一", "好二"} <= {one["words"].get("text") for one in county.show(record)["timeline"]}
    code, results = county.batch(b"\n".join(lines))
    assert (code, len(results)) == (2, 2), "without --keep-going it stops at the first"


def test_a_batch_in_gbk_is_named_as_such_and_nothing_of_it_is_done(tree: Tree, record: str) -> None:
    county = tree.counties[0]
    before = county.show(record)["timeline"]
    content = json.dumps(act("note", record, text="已联系单位"), ensure_ascii=False).encode("gb18030")
    code, [result] = county.batch(content + b"\n" + content)
    assert (code, result["error"]["code"]) == (2, "not_utf8")
    assert "GBK" in result["error"]["message"] and "iconv" in result["error"]["hint"]
    assert county.show(record)["timeline"] == before


def test_a_batch_cut_in_the_middle_keeps_what_was_whole(tree: Tree, record: str) -> None:
    lines = [json.dumps(act("note", record, text=f"截断{n}"), ensure_ascii=False).encode() for n in (1, 2)]
    whole = b"\n".join(lines)
    county = tree.counties[0]
    inside = whole.rindex("断".encode()) + 1
    for cut, wanted in ((len(whole) - 4, "bad_json"), (inside, "not_utf8"), (inside + 1, "not_utf8")):
        code, [done, cut_off] = county.batch(whole[:cut])
        assert code == 2 and "change" in done
        assert (cut_off["error"]["code"], cut_off["line"]) == (wanted, 2)
        assert "被截断" in cut_off["error"]["message"] and "GBK" not in cut_off["error"]["message"]


# Hostile text


@pytest.mark.parametrize("text", ["铃\x07", "删\x7f", "\x85", "\x1b[31m红", "\x00", "孤\ud800"], ids=ascii)
def test_controls_are_refused_naming_the_field(tree: Tree, text: str) -> None:
    line = json.dumps(register(text)).encode()
    code, [result] = tree.province.batch(line)
    assert (code, result["error"]["code"]) == (2, "bad_text")
    assert "narrative" in result["error"]["message"] or "诉求内容" in result["error"]["message"]
    assert text.isascii() or text not in result["error"]["message"]


def test_direction_marks_are_kept_and_shown_escaped(tree: Tree) -> None:
    text = "付款\u202e万三\u2066x\u200b e\u0301\r\n尾"
    [made] = tree.province.acts(register(text))
    done = tree.province("ticket", "show", made["record"])
    assert done.json["narrative"] == "付款\u202e万三\u2066x\u200b \u00e9\n尾"
    assert "\\u202e" in done.out and "\u202e" not in done.out and "\u2066" not in done.out
    shown = tree.province.begin("ticket", "show", made["record"], staff="op", stdout=-1)
    out = shown.communicate(timeout=60)[0].decode()
    assert "‹U+202E›" in out and "\u202e" not in out and "\x1b" not in out


# A disk that is full


@contextmanager
def _full(office: Office, most: int = 0) -> Iterator[None]:
    """No file of the running node may grow past `most` bytes."""
    assert office.process is not None
    pid, kept = office.process.pid, resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, kept[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, kept)


def test_a_running_node_on_a_full_disk_refuses_whole_and_recovers(tree: Tree, record: str) -> None:
    county = tree.counties[0]
    before = county.show(record)["timeline"]
    with _full(county):
        done = county("ticket", "note", record, "写不下")
        assert done.code == 9 and done.json["error"]["hint"], done
        assert county.health()[0] == 503
        assert county.show(record)["timeline"] == before, "reading goes on"
    county.acts(act("note", record, text="又能写了"))
    *rest, newest = county.show(record)["timeline"]
    assert (rest, newest["words"]["text"]) == (before, "又能写了")


def test_a_parent_on_a_full_disk_loses_nothing_of_its_child(tree: Tree, record: str) -> None:
    county = tree.counties[0]
    with _full(tree.city):
        county.acts(act("note", record, text="上级磁盘满时"))
        done = county("sync", "--once", staff=None)
        assert done.code == 6 and done.json["error"]["hint"], done
        assert county.status()["pending_up"] >= 1
    county.ok("sync", "--once", staff=None)
    tree.quiet()
    assert "上级磁盘满时" in str(tree.province.show(record))


def test_a_command_of_its_own_on_a_full_disk_leaves_nothing_half_done(tree: Tree, record: str) -> None:
    county = tree.counties[1]
    mine = given(tree, "磁盘满", county)
    before = county.show(mine)["timeline"]
    county.stop()
    try:
        limit = (40 * 1024, resource.RLIM_INFINITY)
        told = county.begin(
            "--json", "ticket", "accept", mine, staff="op", stdout=-1,
            before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        )  # fmt: skip
        out = told.communicate(timeout=60)[0]
        assert told.returncode == 9, out
        assert json.loads(out)["error"]["code"] in ("disk", "disk_full", "disk_io")
        assert county.show(mine)["timeline"] == before
        assert county.problems() == []
        county.acts(act("accept", mine), submit(mine))
    finally:
        county.start()
