"""The people of a unit: who lets whom in, with what password, and who is out at once."""

from __future__ import annotations

from typing import Any

import pytest

from node.errors import Forbidden, NotFound, QiaoError, Stale, Usage
from tests.node.tree import TICKET, Tree


def sign_in(tree: Tree, where: str, staff: Any, password: Any) -> Any:
    return tree.at(where).do("login", {"staff": staff, "password": password}, None)


def listed(tree: Tree, where: str, staff: str, unit: str = "370000") -> Any:
    found = tree.reader(where).staff()
    return next(one for one in found if one["id"] == staff and one["unit"] == unit)


def test_the_first_person_needs_nobody_and_becomes_admin(bare: Tree) -> None:
    bare.found()
    assert bare.staff("p", "first", ["operator"])["roles"] == ["admin", "operator"]
    with pytest.raises(Forbidden) as fault:
        bare.do("p", "staff.add", None, id="second", name="乙", roles=["operator"], password="password1")
    assert fault.value.code == "auth"
    added = bare.do(
        "p", "staff.add", "first", id="second", name="乙", roles=["operator"], password="password1"
    )
    assert added["roles"] == ["operator"]


def test_only_an_administrator_adds_people(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    for operation, params in (
        ("staff.add", {"id": "c", "name": "丙", "roles": ["operator"], "password": "password1"}),
        ("staff.disable", {"id": "a"}),
        ("staff.passwd", {"id": "a", "password": "password2"}),
        ("invite", {"unit": "370300", "name": "淄博"}),
    ):
        with pytest.raises(Forbidden) as fault:
            tree.do("p", operation, "b", **params)
        assert fault.value.code == "role"


def test_a_staff_id_is_taken_once_and_roles_are_known(tree: Tree) -> None:
    with pytest.raises(Stale) as taken:
        tree.do("p", "staff.add", id="a", name="乙", roles=["operator"], password="password1")
    assert taken.value.code == "staff_exists"
    with pytest.raises(QiaoError):
        tree.do("p", "staff.add", id="b", name="乙", roles=["king"], password="password1")
    with pytest.raises(Usage) as weak:
        tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="abc")
    assert weak.value.code == "weak_password"
    assert [one["id"] for one in tree.reader("p").staff() if one["unit"] == "370000"] == ["a"]


@pytest.mark.parametrize("name", ["system", "System ", " system"])
def test_nobody_may_be_called_system(tree: Tree, name: str) -> None:
    with pytest.raises(QiaoError):
        tree.do("p", "staff.add", id=name, name="乙", roles=["leader"], password="password1")


def test_one_changes_ones_own_password_and_an_administrator_anybodys(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    tree.do("p", "staff.passwd", "b", id="b", password="password2")
    assert sign_in(tree, "p", "b", "password2")["id"] == "b"
    tree.do("p", "staff.passwd", "a", id="b", password="password3")
    assert sign_in(tree, "p", "b", "password3")["roles"] == ["operator"]
    with pytest.raises(Forbidden):
        sign_in(tree, "p", "b", "password2")


def test_recover_gives_a_known_person_a_new_password_and_nobody_else(tree: Tree) -> None:
    tree.do("p", "staff.recover", None, id="a", password="found-again")
    assert sign_in(tree, "p", "a", "found-again")["id"] == "a"
    with pytest.raises(NotFound):
        tree.do("p", "staff.recover", None, id="ghost", password="found-again")


def test_login_fails_alike_for_every_reason(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    tree.do("p", "staff.disable", id="b")
    told = set()
    for staff, password in (("a", "wrong"), ("a", ""), ("a", None), ("ghost", "password1"), ("b", "password1"),
                            ("", ""), (None, None)):  # fmt: skip
        with pytest.raises(Forbidden) as fault:
            sign_in(tree, "p", staff, password)
        told.add((fault.value.code, str(fault.value), fault.value.hint))
    with pytest.raises(Forbidden) as acting:
        tree.act("p", "register", staff="b")
    told.add((acting.value.code, str(acting.value), acting.value.hint))
    assert len(told) == 1


@pytest.mark.parametrize("password", ["1234567", "aaaaaaaaaa", "longstaffid", "abababab"])
def test_a_password_that_anybody_would_try_is_taken_with_a_warning(tree: Tree, password: str) -> None:
    done = tree.do("p", "staff.add", id="longstaffid", name="乙", roles=["operator"], password=password)
    [warning] = done["warnings"]
    assert warning["code"] == "weak_password" and password not in warning["message"]


@pytest.mark.parametrize("password", ["", "123"])
def test_a_password_of_a_few_letters_is_refused(tree: Tree, password: str) -> None:
    with pytest.raises(Usage) as weak:
        tree.do("p", "staff.add", id="longstaffid", name="乙", roles=["operator"], password=password)
    assert weak.value.code == "weak_password"


def test_whoever_is_disabled_is_out_at_once_and_comes_back_when_enabled(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    assert tree.reader("p").person("b") is not None
    tree.do("p", "staff.disable", id="b")
    assert tree.reader("p").person("b") is None
    with pytest.raises(Forbidden) as acting:
        tree.act("p", "register", staff="b")
    assert acting.value.code == "auth"
    tree.do("p", "staff.enable", id="b")
    assert sign_in(tree, "p", "b", "password1")["id"] == "b"
    with pytest.raises(Forbidden) as again:
        tree.do("p", "staff.enable", id="b")
    assert again.value.code == "not_disabled"


def test_the_last_administrator_who_can_sign_in_stays(tree: Tree) -> None:
    with pytest.raises(Forbidden) as alone:
        tree.do("p", "staff.disable", id="a")
    assert alone.value.code == "last_admin"
    tree.do("p", "staff.add", id="b", name="乙", roles=["admin"], password="password1")
    tree.do("p", "staff.disable", id="a")
    with pytest.raises(Forbidden) as other:
        tree.do("p", "staff.disable", "b", id="b")
    assert other.value.code == "last_admin"


def test_one_says_oneself_that_one_is_on_duty_and_an_administrator_says_it_of_others(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    assert tree.do("p", "staff.duty", "b", id="", on_duty=True)["id"] == "b"
    assert listed(tree, "p", "b")["on_duty"] is True
    tree.do("p", "staff.duty", "a", id="b", on_duty=False)
    assert listed(tree, "p", "b")["on_duty"] is False
    for staff, code in (("a", "role"), ("ghost", "role")):
        with pytest.raises(Forbidden) as fault:
            tree.do("p", "staff.duty", "b", id=staff, on_duty=True)
        assert fault.value.code == code
    with pytest.raises(NotFound):
        tree.do("p", "staff.duty", "a", id="ghost", on_duty=True)


def test_a_recovery_is_signed_and_every_unit_above_sees_it(tree: Tree) -> None:
    before = listed(tree, "k", "a", "370000/370200/370211")["recovered"]
    tree.do("k", "staff.recover", None, id="a", password="found-again")
    tree.sync("k", "c")
    tree.sync("c", "p")
    for where in "kcp":
        assert listed(tree, where, "a", "370000/370200/370211")["recovered"], where
    assert before is None
    assert listed(tree, "p", "a")["recovered"] is None


def test_a_recovery_lets_in_again_whoever_was_disabled(tree: Tree) -> None:
    tree.do("p", "staff.add", id="b", name="乙", roles=["operator"], password="password1")
    tree.do("p", "staff.disable", id="b")
    tree.do("p", "staff.recover", None, id="b", password="found-again")
    assert sign_in(tree, "p", "b", "found-again")["roles"] == ["operator"]


def test_other_roles_count_at_once_and_the_last_administrator_stays_one(tree: Tree) -> None:
    tree.do("p", "staff.add", "a", id="b", name="乙", roles=["leader"], password="password1")
    with pytest.raises(Forbidden):
        tree.act("p", "register", staff="b", **TICKET)
    tree.do("p", "staff.amend", "a", id="b", roles=["operator", "admin"], name="乙乙")
    tree.act("p", "register", staff="b", **TICKET)
    tree.do("p", "staff.amend", "b", id="a", roles=["handler"])
    with pytest.raises(Forbidden) as refused:
        tree.do("p", "staff.amend", "b", id="b", roles=["operator"])
    assert refused.value.code == "last_admin"
