"""Inviting, asking to be enrolled, enrolling (protocol 3.4, joining).

The secret of an invitation never leaves the parent and the child; a request proves it by a MAC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from node import incarnation, intake, keys, link, reactions, trust
from node.config import Config
from node.errors import Forbidden, NotFound, Stale, Usage
from node.keys import Keys
from node.language import say
from node.registry import writing
from node.store import chain, links, records, settings
from node.store.schema import Invite, table
from node.work import NAME, ROOT, UNIT, Work
from sync_protocol import enrolment, join
from sync_protocol.enrolment import Enrolment
from sync_protocol.errors import BadInvitation, BadSignature, InvitationExpired, InvitationUsed, ProtocolError
from sync_protocol.invitation import Invitation
from sync_protocol.join import JoinRequest
from sync_protocol.limits import AHEAD_MS
from sync_protocol.messages import ChangeItem, CommitItem
from sync_protocol.names import code_of, is_above, node_hash
from sync_protocol.roster import Role

INVITE = table(Invite)
LIFE_MS = 7 * 24 * 3600 * 1000  # of an invitation, by the parent's clock
KINDS = ("place", "industry", "enterprise", "department")


def invite(work: Work, params: Mapping[str, Any], config: Config) -> dict[str, Any]:
    """A one-time invitation for a unit below this one; a hosted unit is enrolled at once."""
    if not work.enrolled:
        raise Forbidden(
            say("本节点还没有登记，不能邀请下级", "this node isn't enrolled yet"),
            code="not_enrolled",
            hint="qiao join INVITATION",
        )
    unit = _place(work, str(params["unit"]), again=bool(params.get("again")))
    role = str(params.get("role") or Role.OFFICE)
    kind = str(params.get("kind") or "place")
    name = str(params["name"])
    if role not in (Role.OFFICE, Role.AUDITOR, Role.HOSTED) or kind not in KINDS:
        raise Usage(say(f"没有角色 {role}", f"no role {role}"), code="bad_value", hint="qiao invite --help")
    if role == Role.HOSTED:
        return _enrol_hosted(work, unit, name, kind)
    address = str(params.get("address") or config.dial_address())
    return _invite(work, unit, name, kind, Role(role), address)


def _place(work: Work, unit: str, *, again: bool) -> str:
    """The full path of a new unit: a code stands directly below this one. `again`: for the very node that is
    enrolled there, and doesn't know it any more. Raises NotFound, Stale, Usage."""
    path = unit if "/" in unit else f"{work.path}/{unit}"
    if any(not code or any(mark.isspace() for mark in code) for code in path.split("/")):
        raise Usage(
            say("单位代码不能为空或含有空白", "a unit code can't be empty or have blanks"),
            code="bad_value",
            hint="qiao invite --help",
        )
    if not is_above(work.path, path):
        raise Usage(
            say(f"{unit} 不在本单位之下", f"{unit} isn't below this unit"),
            code="outside_subtree",
            hint=f"qiao invite --unit {work.path}/CODE --name NAME",
        )
    known = work.registry.unit(path)
    enrolled = known is not None and known.node is not None
    if again and not enrolled:
        raise NotFound(
            say(f"{unit} 还没有登记，不能重新接入", f"{unit} isn't enrolled yet"),
            code="unknown_unit",
            hint=f"qiao invite --unit {unit} --name NAME",
        )
    if known is not None and enrolled and not again:
        raise Stale(
            say(f"{unit} 已登记为{known.name}", f"{unit} is enrolled as {known.name}"),
            code="unit_exists",
            hint=f"qiao invite --unit {unit} --name NAME --again",
        )
    return path


def _invite(work: Work, unit: str, name: str, kind: str, role: Role, address: str) -> dict[str, Any]:
    anchor = work.registry.anchor
    assert anchor is not None, "an enrolled node knows its root"
    secret = work.entropy.bytes(32)
    made = Invitation(
        address=address,
        sign=work.keys.sign_key,
        seal=work.keys.seal_key,
        root=node_hash(anchor.sign),
        unit=unit,
        name=name,
        kind=kind,
        role=str(role),
        secret=secret,
        expires_ms=work.now_ms + LIFE_MS,
    )
    work.db.execute(
        insert(INVITE).values(
            secret=secret, unit=unit, name=name, kind=kind, role=str(role), expires_ms=made.expires_ms
        )
    )
    return {"invitation": made.to_text(), "unit": unit, "name": name, "role": str(role), "address": address}


def _enrol_hosted(work: Work, unit: str, name: str, kind: str) -> dict[str, Any]:
    wanted = Enrolment(unit, name, kind, Role.HOSTED, "", by=work.node)
    _write(work, "enrol", enrolment.data_of(wanted))
    return {"invitation": None, "unit": unit, "name": name, "role": "hosted", "enrolled": True}


def _write(work: Work, action: str, data: dict[str, Any], record: bytes | None = None) -> None:
    writing.write(work, action, data, record)
    reactions.settle(work)


# The parent


def enrol(work: Work, sealed: bytes) -> bytes:
    """Answers a request to join; a refusal is an answer too. Raises RemoteError for what is no request."""
    asked = join.open_request(sealed, me=work.node, open=work.keys.open)
    refused = ""
    try:
        admit_request(work, asked)
    except ProtocolError as fault:
        refused = fault.code
    commits = () if refused else tuple(registry(work))
    return join.answer(
        sealed, asked, clock_ms=work.now_ms, commits=commits, refused=refused,
        kid=work.node, signer=work.keys.sign, seal=keys.seal,
    )  # fmt: skip


def admit_request(work: Work, asked: JoinRequest) -> None:
    """Enrols who proves an open invitation. The same node asking again is answered again. Raises RemoteError."""
    row, found = _invitation(work, asked)
    asked.check(found)
    if row.used is not None:
        if row.used == asked.node:
            return
        raise InvitationUsed("the invitation was used by another node")
    if work.now_ms > row.expires_ms:
        raise InvitationExpired("the invitation has expired")
    office = work.registry.office(row.unit)
    if office is not None and asked.node in work.registry.lineage(office.node):
        return  # its database is from before, maybe from before a change of keys, too; or the reply never came
    if office is not None and row.role == Role.OFFICE:
        raise InvitationUsed("the unit has a node already")
    wanted = Enrolment(
        row.unit, row.name, row.kind, Role(row.role), asked.address, node=asked.node, sign=asked.sign,
        seal=asked.seal, log=asked.log,
    )  # fmt: skip
    work.db.execute(update(INVITE).where(INVITE.c.id == row.id).values(used=asked.node))
    _write(work, "enrol", enrolment.data_of(wanted))


def _invitation(work: Work, asked: JoinRequest) -> tuple[Any, Invitation]:
    anchor = work.registry.anchor
    assert anchor is not None, "whoever invites is enrolled"
    for row in work.db.execute(select(INVITE)):
        found = Invitation(
            address="", sign=work.keys.sign_key, seal=work.keys.seal_key, root=node_hash(anchor.sign),
            unit=row.unit, name=row.name, kind=row.kind, role=row.role, secret=row.secret,
            expires_ms=row.expires_ms,
        )  # fmt: skip
        if found.id == asked.invitation:
            return row, found
    raise BadSignature("no invitation of that id", code="bad_invitation")


def registry(work: Work) -> list[CommitItem]:
    """Every commit with a registry change, in the order stored: it verifies in that order."""
    rows = records.rows_of_matter(work.db, trust.MATTER)
    wanted = set(rows)
    found = sorted({commit for row in rows for commit in records.commits_of(work.db, row)})
    return [
        CommitItem(
            chain.raw(work.db, commit),
            tuple(
                ChangeItem(place, salt, body)
                for _row, place, record, salt, body in records.bodies(work.db, commit)
                if record in wanted
            ),
        )
        for commit in found
    ]


# The child


def check(work: Work, invitation: Invitation) -> None:
    """Whether this node may ask with it. Raises Stale `other_unit`, `enrolled`."""
    if settings.text(work.db, UNIT) != code_of(invitation.unit):
        raise Stale(say("这个目录属于另一个单位", "this directory is another unit's"), code="other_unit")
    if work.enrolled:
        raise Stale(say("本节点已经登记", "this node is enrolled already"), code="enrolled")


def request(db: Connection, own: Keys, log: bytes, invitation: Invitation, address: str) -> bytes:
    """The sealed request; the invitation's parent becomes ours when it is answered."""
    return join.ask(
        invitation, sign=own.sign_key, seal_key=own.seal_key, log=log, signer=own.sign, seal=keys.seal,
        address=address,
    )  # fmt: skip


def _confirm(work: Work, invitation: Invitation, parent_ms: int) -> None:
    """Raises RemoteError; Stale `clock_behind` where what the parent signed is still to come by our clock."""
    try:
        join.confirm(work.registry, invitation, work.node)
    except BadInvitation as fault:
        if fault.code != "not_enrolled" or parent_ms <= work.now_ms + AHEAD_MS:
            raise
        minutes = (parent_ms - work.now_ms) // 60_000
        raise Stale(
            say(
                f"本机时钟比上级慢 {minutes} 分钟以上，先校正时钟，再收回执",
                f"our clock is at least {minutes} minutes behind the parent's: set it, then take the reply again",
            ),
            code="clock_behind",
            hint="date",
        ) from fault


def take_reply(work: Work, sealed: bytes, asked: bytes, invitation: Invitation) -> dict[str, Any]:
    """Takes the registry over, and the parent. Raises RemoteError with the code of a refusal."""
    reply = join.open_reply(sealed, request=asked, invitation=invitation, me=work.node, open=work.keys.open)
    settings.put(work.db, ROOT, invitation.root_node)
    settings.put(work.db, link.PARENT, invitation.parent)
    settings.put(work.db, "parent_url", invitation.address.encode())
    settings.put(work.db, "parent_sign", invitation.sign)
    settings.put(work.db, "parent_seal", invitation.seal)
    intake.take(work, reply.commits, peer=invitation.parent)
    intake.renew(work)
    _confirm(work, invitation, reply.clock_ms)
    settings.put(work.db, NAME, invitation.name.encode())
    settings.put(work.db, UNIT, code_of(invitation.unit).encode())
    links.ensure(work.db, invitation.parent, bytes(16))
    work.registry_changed = True
    incarnation.look(work)  # we may have been here before, by other keys
    parent = work.registry.node(invitation.parent)
    return {
        "node": work.node.hex(),
        "unit": work.path,
        "parent": parent.path if parent else "",
        "enrolled": True,
    }
