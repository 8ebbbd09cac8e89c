"""What the writer can be asked about the people of this unit, by name: adding, letting in and out, passwords.

Raises Forbidden (`auth`, `role`, `last_admin`), Usage (`bad_value`, `weak_password`), Stale (`staff_exists`),
NotFound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from node import author, people, reactions, signin
from node.config import Config
from node.errors import Forbidden, NotFound, Stale, Usage
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Draft
from node.page import Person
from node.store import folded, records
from node.work import Work

Params = Mapping[str, Any]
LEAST = 4  # characters of a password; fewer are refused
STRONG = 8  # fewer are taken, and told to be weak: an office's own rule may ask for more
KIND = KINDS["staff"]
_NODE = frozenset({author.SYSTEM})


def add(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """The first one of a node needs nobody, and becomes `admin` as well."""
    first = people.count(work.db) == 0
    roles = list(dict.fromkeys(params["roles"]))
    if first:
        roles = list(dict.fromkeys(["admin", *roles]))
    else:
        people.must_be_admin(person)
    staff = _new_id(params)
    if people.record_of(work.db, staff) is not None:
        raise Stale(say(f"工号 {staff} 已有人用", f"staff id {staff} is taken"), code="staff_exists")
    password = _password(params)
    data = {"staff_id": staff, "name": params["name"], "roles": roles}
    actor, held = (person.id, person.roles) if person else (staff, frozenset(roles))
    written = _write(work, "add", data, None, actor, held)
    people.set_password(work.db, staff, written.record, password)
    told = {"id": staff, "name": params["name"], "roles": roles, **_done(work, written)}
    return {**told, **_warned(password, staff)}


def _new_id(params: Params) -> str:
    """`system` signs without a role, so nobody may be called that."""
    staff = str(params["id"]).strip()
    if not staff or any(mark.isspace() for mark in staff) or staff.casefold() == author.SYSTEM:
        raise Usage(
            say(f"工号不能是 {staff!r}", f"a staff id can't be {staff!r}"),
            code="bad_value",
            hint="qiao staff add 3701 --name NAME --role operator",
        )
    return staff


def _password(params: Params) -> str:
    password = str(params.get("password") or "")
    if len(password) < LEAST:
        raise Usage(
            say(f"密码至少 {LEAST} 个字符", f"a password has at least {LEAST} characters"),
            code="weak_password",
            hint="export QIAO_NEW_PASSWORD=…",
        )
    return password


def _warned(password: str, staff: str) -> dict[str, Any]:
    """A password that anybody would try first is taken, and said to be weak."""
    if len(password) >= STRONG and len(set(password)) > 2 and password.casefold() != staff.casefold():
        return {}
    message = say(
        f"密码容易猜到：最好 {STRONG} 个字符以上，不是工号，也不只是一两个字符的重复",
        f"easily guessed: better {STRONG} characters or more, not the staff id, not one or two repeated",
    )
    return {"warnings": [{"field": "password", "code": "weak_password", "message": message}]}


def amend(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`name` and `roles` (all that he is to have from now on), where they are given."""
    who = people.must_be_admin(person)
    staff = str(params["id"])
    data = {name: params[name] for name in ("name", "roles") if params.get(name)}
    if not data:
        raise Usage(
            say("没有写明改什么", "it says nothing to change"), code="missing_field",
            hint="qiao staff amend ID --role ROLE",
        )  # fmt: skip
    _record(work, staff)
    if "roles" in data and "admin" not in data["roles"] and _admins(work) == {staff}:
        raise _last_admin()
    return {"id": staff, **data, **_act(work, "amend", data, staff, who)}


def _last_admin() -> Forbidden:
    return Forbidden(
        say(
            "这是唯一能登录的管理员，不能停用，也不能去掉管理员",
            "this is the only administrator who can sign in",
        ),
        code="last_admin",
        hint="qiao --as ADMIN staff add ID --name NAME --role admin",
    )


def disable(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Whoever it is is out at once: each of his acts, and of his looks at a screen, asks whether he is in."""
    who = people.must_be_admin(person)
    staff = str(params["id"])
    _record(work, staff)
    if _admins(work) == {staff}:
        raise _last_admin()
    return {"id": staff, **_act(work, "disable", {}, staff, who)}


def enable(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    who = people.must_be_admin(person)
    return {"id": str(params["id"]), **_act(work, "enable", {}, str(params["id"]), who)}


def duty(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """On duty or off: oneself, or anybody for an administrator. `id` empty: oneself."""
    who = _needed(person)
    staff, on_duty = str(params.get("id") or who.id), bool(params.get("on_duty"))
    if staff != who.id:
        people.must_be_admin(who)
        if people.find(work.db, staff) is None:
            raise _nobody(staff)
    return {"id": staff, "on_duty": on_duty, **_act(work, "duty", {"on_duty": on_duty}, staff, who)}


def passwd(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """One's own, or anybody's for an administrator."""
    who = _needed(person)
    if who.id != params["id"]:
        people.must_be_admin(who)
    _set_password(work, params)
    return {"id": params["id"], **_warned(_password(params), str(params["id"]))}


def recover(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """On the machine itself, whoever can read the node's keys: a new password for a known person, who is let in
    again if he was disabled. The node signs that it happened, and every unit above is told."""
    staff = str(params["id"])
    _set_password(work, params)
    record = _record(work, staff)
    disabled = people.find(work.db, staff) is None
    written = _write(work, "recovered", {}, record, author.SYSTEM, _NODE)
    if disabled:
        written = _write(work, "enable", {}, record, author.SYSTEM, _NODE)
    return {"id": staff, **_done(work, written), **_warned(_password(params), staff)}


def _set_password(work: Work, params: Params) -> None:
    staff = str(params["id"])
    people.set_password(work.db, staff, _record(work, staff), _password(params))
    signin.forgive(work.db, staff)


def _act(work: Work, verb: str, data: Params, staff: str, who: Person) -> dict[str, Any]:
    return _done(work, _write(work, verb, data, _record(work, staff), who.id, who.roles))


def _write(
    work: Work, action: str, data: Params, record: bytes | None, actor: str, roles: frozenset[str]
) -> author.Written:
    verb = KIND.verb(action)
    if verb is None:  # the node's own act: no person asks for it
        return author.write(work, KIND, record, [Draft(action, data)], actor=actor, roles=roles)
    state = None if record is None else folded.state(work.db, records.ensure(work.db, record, "staff"))
    clean = border.check(KIND, verb, data)
    drafts = verb.plan(state, clean, reactions.desk_of(work, actor, KIND, state))
    return author.write(work, KIND, record, drafts, actor=actor, roles=roles)


def _done(work: Work, written: author.Written) -> dict[str, Any]:
    from node.operations import done

    return done(work, written)


def _admins(work: Work) -> set[str]:
    """Who can sign in as administrator."""
    found = (people.find(work.db, staff) for staff in people.everybody(work.db))
    return {one.id for one in found if one is not None and "admin" in one.roles}


def _needed(person: Person | None) -> Person:
    if person is None:
        raise people.refused()
    return person


def _record(work: Work, staff: str) -> bytes:
    found = people.record_of(work.db, staff)
    if found is None:
        raise _nobody(staff)
    return found


def _nobody(staff: str) -> NotFound:
    return NotFound(say(f"没有工号 {staff}", f"no staff id {staff}"), hint="qiao staff list")


OPERATIONS = {
    "staff.add": add,
    "staff.amend": amend,
    "staff.disable": disable,
    "staff.enable": enable,
    "staff.duty": duty,
    "staff.passwd": passwd,
    "staff.recover": recover,
}
