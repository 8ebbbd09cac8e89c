"""The steps of a node's beginning: each can fail, leaves nothing half done, and can be tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import beginning, founding
from node.beginning import Beginning
from node.errors import DiskTrouble, LineDown, NotFound, QiaoError, Usage
from node.face import Node
from sync_protocol.errors import InvitationUsed

PASSWORD = "secretsecret"


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    """A root, with an administrator."""
    here = Beginning(tmp_path / "root")
    here.root("370000", "山东省总工会", tmp_path / "recovery.pem")
    here.staff("adm", "陈管理", PASSWORD, works=False)
    return here.directory


def invited(parent: Path, unit: str = "370200", address: str = "http://127.0.0.1:9") -> str:
    with Node.open(parent) as node:
        admin = node.login("adm", PASSWORD)
        told = node.do("invite", {"unit": unit, "name": "青岛市总工会", "address": address}, admin)
    return str(told["invitation"])


def test_a_root_goes_from_an_empty_directory_to_a_login(tmp_path: Path) -> None:
    here = Beginning(tmp_path / "new" / "node")
    assert here.standing() == beginning.EMPTY
    here.root(" 370000 ", "山东省总工会", tmp_path / "recovery.pem")
    assert here.standing() == beginning.UNSTAFFED and (tmp_path / "recovery.pem").exists()
    here.staff("adm", "陈管理", PASSWORD, works=True)
    assert here.standing() == beginning.READY
    with Node.open(here.directory) as node:
        assert {"admin", "handler", "dispatcher", "operator"} == node.login("adm", PASSWORD).roles


def test_a_recovery_key_isnt_kept_beside_what_it_is_to_rescue(tmp_path: Path) -> None:
    here = Beginning(tmp_path / "node")
    for place in (tmp_path / "node/key.pem", tmp_path / "gone/../node/sub/key.pem"):
        with pytest.raises(Usage) as told:
            here.root("370000", "山东省总工会", place)
        assert told.value.code == "recovery_near"
    assert here.standing() == beginning.EMPTY and not (tmp_path / "node").exists()


def test_a_recovery_key_that_cant_be_written_leaves_no_node(tmp_path: Path) -> None:
    here = Beginning(tmp_path / "node")
    with pytest.raises(NotFound):
        here.root("370000", "山东省总工会", tmp_path / "no stick" / "key.pem")
    assert here.standing() == beginning.EMPTY
    here.root("370000", "山东省总工会", tmp_path / "key.pem")
    assert here.standing() == beginning.UNSTAFFED


def test_a_founding_cut_short_in_the_midst_leaves_nothing_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Beginning(tmp_path / "node")

    def full(*_: object) -> None:
        raise DiskTrouble("full")

    with monkeypatch.context() as patched:
        patched.setattr(founding.database, "migrate", full)
        with pytest.raises(DiskTrouble):
            here.root("370000", "山东省总工会", tmp_path / "key.pem")
    assert here.standing() == beginning.EMPTY and not (tmp_path / "node/keys").exists()
    here.root("370000", "山东省总工会", tmp_path / "key.pem")
    assert here.standing() == beginning.UNSTAFFED


def test_a_directory_that_cant_be_one_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskTrouble):
        Beginning(tmp_path / "file" / "node").standing()


def test_an_invitation_is_read_however_it_was_broken(parent: Path, tmp_path: Path) -> None:
    line = invited(parent)
    broken = f"  {line[:40]}\n  {line[40:90]}\r\n{line[90:]} "
    (tmp_path / "invitation.txt").write_text(line + "\n")
    here = Beginning(tmp_path / "child")
    for given in (line, broken, str(tmp_path / "invitation.txt")):
        assert here.read(given).unit == "370000/370200"
    for given in (line[:-5], "qiao1:", "hello"):
        with pytest.raises(QiaoError) as told:
            here.read(given)
        assert told.value.code in ("bad_invitation", "no_file")


def test_where_the_line_is_down_the_next_try_asks_with_the_same_keys(parent: Path, tmp_path: Path) -> None:
    here, line = Beginning(tmp_path / "child"), invited(parent)
    with pytest.raises(LineDown):
        here.join(line)
    assert here.standing() == beginning.ALONE
    kept = (here.directory / "keys/sign.pem").read_bytes()
    with pytest.raises(LineDown):
        here.join(line)
    assert (here.directory / "keys/sign.pem").read_bytes() == kept


def test_a_refused_invitation_leaves_no_node_behind(
    parent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, line = Beginning(tmp_path / "child"), invited(parent)

    def refuse(*_: object, **__: object) -> dict[str, object]:
        founding.found(here.directory, here.read(line), **{name: __[name] for name in ("clock", "entropy")})  # type: ignore[arg-type]
        raise InvitationUsed("used")

    monkeypatch.setattr(founding, "join", refuse)
    with pytest.raises(QiaoError) as told:
        here.join(line)
    assert told.value.code == "invitation_used"
    assert here.standing() == beginning.EMPTY and not (here.directory / "keys").exists()


def test_by_files_it_waits_for_the_reply_and_works_meanwhile(parent: Path, tmp_path: Path) -> None:
    here = Beginning(tmp_path / "child")
    asked = here.ask(invited(parent), tmp_path / "request")
    assert asked["unit"] == "370000/370200" and here.standing() == beginning.WAITING
    (tmp_path / "other").write_bytes(b"x")
    with pytest.raises(QiaoError):
        here.take(tmp_path / "other")
    with pytest.raises(NotFound):
        here.take(tmp_path / "none")
    assert here.standing() == beginning.WAITING
    here.staff("li", "李敏", PASSWORD, works=True)
    with Node.open(parent) as node:
        from base64 import b64decode, b64encode

        request = b64encode((tmp_path / "request").read_bytes()).decode()
        (tmp_path / "reply").write_bytes(b64decode(node.do("enrol", {"request": request})["reply"]))
    assert here.take(tmp_path / "reply")["enrolled"]
    assert here.standing() == beginning.READY


def test_an_invitation_of_another_unit_is_refused_in_a_directory_that_is_one_already(
    parent: Path, tmp_path: Path
) -> None:
    here = Beginning(tmp_path / "child")
    here.ask(invited(parent), tmp_path / "request")
    with pytest.raises(QiaoError) as told:
        here.ask(invited(parent, "370900"), tmp_path / "request2")
    assert told.value.code == "other_unit" and not (tmp_path / "request2").exists()
    assert here.standing() == beginning.WAITING
