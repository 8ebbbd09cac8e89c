"""Joining by files (protocol 3.4): a request on a stick, its reply on the way back; no line is needed.

The child keeps invitation and request until the reply comes, and works meanwhile; each step may be done
again. The steps are operations of the writer: `join.ask`, `enrol`, `join.take`.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from node import faults, handed, incarnation, joining, keys
from node.config import Config
from node.errors import Forbidden, NotFound, Usage
from node.language import say
from node.page import Person
from node.store import settings
from node.work import Work
from sync_protocol import invitation as lines
from sync_protocol import join
from sync_protocol.errors import ProtocolError
from sync_protocol.invitation import Invitation

INVITATION, REQUEST = "join_invitation", "join_request"  # settings: what was asked, until it is answered
Params = Mapping[str, Any]


def ask(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """The request for a file. Asked again with the same invitation, it is the same request.

    Raises Usage `bad_invitation`, Stale `other_unit`, `enrolled`.
    """
    asked = read(str(params["invitation"]))
    joining.check(work, asked)
    line = asked.to_text().encode()
    request = settings.get(work.db, REQUEST)
    if not request or settings.get(work.db, INVITATION) != line:
        address = str(params.get("address") or "")
        request = joining.request(work.db, work.keys, work.log, asked, address)
        settings.put(work.db, INVITATION, line)
        settings.put(work.db, REQUEST, request)
    return {
        "request": b64encode(request).decode(),
        "node": work.node.hex(),
        "unit": asked.unit,
        "parent": asked.parent.hex(),
        "enrolled": False,
    }


def read(line: str) -> Invitation:
    """Raises Usage with the code of what is wrong with an invitation."""
    try:
        return lines.read(line)
    except ProtocolError as fault:
        told = faults.sentence(fault)
        if fault.code != "unknown_version":
            told = say("邀请不完整或抄错了", "the invitation is incomplete or mistyped")
        raise Usage(told, code=fault.code, hint="qiao join --help") from fault


def enrol(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """The parent's reply to a request, for a file. The same request again is answered again.

    Raises Damaged, Forbidden with the code of a refusal: then nothing is written, and no reply made.
    """
    if not work.enrolled:
        raise Forbidden(
            say("本节点还没有登记，不能登记下级", "this node isn't enrolled yet"),
            code="not_enrolled",
            hint="qiao join --help",
        )
    sealed = b64decode(params["request"])
    with handed.over():
        asked = join.open_request(sealed, me=work.node, open=work.keys.open)
        joining.admit_request(work, asked)
    incarnation.next_number(work)  # it carries commits of ours, as an envelope does
    reply = join.answer(
        sealed, asked, clock_ms=work.now_ms, commits=tuple(joining.registry(work)),
        kid=work.node, signer=work.keys.sign, seal=keys.seal,
    )  # fmt: skip
    return {
        "reply": b64encode(reply).decode(),
        "node": asked.node.hex(),
        "unit": asked.unit,
        "enrolled": True,
    }


def take(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """Ends the joining with the parent's reply; again, it says how things stand.

    Raises NotFound `no_request`, Damaged, Forbidden.
    """
    if work.enrolled:
        return _standing(work)
    line, request = settings.text(work.db, INVITATION), settings.get(work.db, REQUEST)
    if not line or not request:
        raise NotFound(
            say("本节点没有等着回执的加入申请", "this node has asked nobody by file"),
            code="no_request",
            hint="qiao --dir DIR join INVITATION --file REQUEST",
        )
    with handed.over():
        done = joining.take_reply(work, b64decode(params["reply"]), request, lines.read(line))
    for name in (INVITATION, REQUEST):
        settings.put(work.db, name, b"")
    return done


def _standing(work: Work) -> dict[str, Any]:
    from node import link

    parent = work.registry.node(settings.get(work.db, link.PARENT) or b"")
    return {
        "node": work.node.hex(),
        "unit": work.path,
        "parent": parent.path if parent else "",
        "enrolled": True,
    }
