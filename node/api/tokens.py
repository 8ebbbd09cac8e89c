"""Tokens (令牌) by which programs read: issued by an administrator, shown once, kept as a hash, signed and noted.

A secret has 256 random bits, so its SHA-256 is as good as a slow hash would be. A token holds for the log that the node
wrote when it was issued: one that was revoked doesn't come back to life with a backup of before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection

from node import author, people
from node.config import Config
from node.errors import NotFound, Stale, Usage
from node.iso import day, iso, iso_or_none
from node.language import say
from node.matters import staff
from node.matters.draft import Draft
from node.page import Person
from node.store import settings
from node.units import tree_of
from node.work import LOG, Work
from sync_protocol.names import covers

Params = Mapping[str, Any]
TOKEN, USED = "api.token.", "api.used."  # settings: token → what is known of it, token → day of its last use
SECRET = re.compile(r"qiao_[0-9a-f]{64}", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)
DAYS, MOST_DAYS = 90, 366
MOST = 50  # that stand at once: each is compared with what a caller shows
KEPT_MS = 366 * 24 * 3600 * 1000  # for so long one that is over is listed
DAY_MS = 24 * 3600 * 1000
HINT = "qiao --as ADMIN api token add NAME --days 90"


@dataclass(frozen=True, slots=True)
class Token:
    """`digest`: SHA-256 of the secret, hex. `scope`: a unit's path, "" for all that the node may show."""

    name: str
    digest: str
    issued_ms: int
    until_ms: int
    scope: str
    by: str  # staff id
    log: str  # hex
    revoked_ms: int = 0

    def stands(self, now_ms: int, log: str) -> bool:
        return not self.revoked_ms and now_ms < self.until_ms and self.log == log


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of a secret that was shown: whose it is, or why it lets nobody in."""

    token: Token | None
    code: str = ""  # bad_token token_expired


def shown(db: Connection, secret: str, now_ms: int) -> Shown:
    """Every token is compared, each in the same time."""
    mark, log, found = _digest(secret), _log(db), None
    for one in every(db):
        if hmac.compare_digest(one.digest, mark):
            found = one
    if found is None or found.revoked_ms or found.log != log:
        return Shown(None, "bad_token")
    return Shown(found) if found.stands(now_ms, log) else Shown(None, "token_expired")


def every(db: Connection) -> list[Token]:
    """By name, those too that are over."""
    return [Token(**json.loads(value)) for _, value in sorted(settings.beginning(db, TOKEN).items())]


def add(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: name, days, scope. Gives `secret`, this once. Raises Forbidden (`auth`, `role`), Usage, NotFound
    `no_unit`, Stale (`token_exists`, `too_many_tokens`)."""
    who = people.must_be_admin(person)
    name, days = _fitting(params), _days(params)
    scope = _scope(work, str(params.get("scope") or ""))
    log, known = _log(work.db), every(work.db)
    standing = [one for one in known if one.stands(work.now_ms, log)]
    if any(one.name == name for one in standing):
        zh, en = f"令牌 {name} 还在用；先收回它", f"the token {name} is in use; revoke it first"
        raise Stale(say(zh, en), code="token_exists", hint=f"qiao --as ADMIN api token revoke {name}")
    if len(standing) >= MOST:
        zh, en = f"同时最多 {MOST} 个令牌", f"{MOST} tokens at once at most"
        raise Stale(say(zh, en), code="too_many_tokens", hint="qiao --as ADMIN api token list")
    _forget(work, known)
    secret = "qiao_" + work.entropy.bytes(32).hex()
    until_ms = work.now_ms + days * DAY_MS
    token = Token(name, _digest(secret), work.now_ms, until_ms, scope, who.id, log)
    _put(work.db, token)
    settings.drop(work.db, USED + name)
    reach = {"reach": scope} if scope else {}
    _sign(work, who, "token_issued", {"token": name, "days": days, **reach})
    return {**_told(work.db, token, work.now_ms), "secret": secret}


def revoke(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """From now on it lets nobody in. Raises Forbidden (`auth`, `role`), NotFound `no_token`."""
    who = people.must_be_admin(person)
    name = str(params.get("name") or "")
    found = next((one for one in every(work.db) if one.name == name and not one.revoked_ms), None)
    if found is None:
        text = say(f"没有令牌 {name!r}", f"there is no token {name!r}")
        raise NotFound(text, code="no_token", hint="qiao --as ADMIN api token list")
    ended = replace(found, revoked_ms=work.now_ms)
    _put(work.db, ended)
    _sign(work, who, "token_revoked", {"token": name})
    return _told(work.db, ended, work.now_ms)


def listed(work: Work, _params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Raises Forbidden (`auth`, `role`)."""
    people.must_be_admin(person)
    return {"items": [_told(work.db, one, work.now_ms) for one in every(work.db)], "next": None}


def used(work: Work, params: Params, _person: Person | None, _config: Config) -> dict[str, Any]:
    """The daemon says, once a day, that a token was used; of one that there isn't nothing is kept."""
    name = str(params.get("name") or "")
    if any(one.name == name for one in every(work.db)):
        settings.put(work.db, USED + name, day(work.now_ms).encode())
    return {}


def _fitting(params: Params) -> str:
    name = str(params.get("name") or "")
    if not _NAME.fullmatch(name):
        zh = f"令牌名不能是 {name!r}：小写字母开头，只用小写字母、数字、点、横线，不超过 40 个，不写人名"
        en = f"a token can't be called {name!r}: a letter, then letters, digits, dots, dashes; 40 at most, lower case"
        raise Usage(say(zh, en), code="bad_value", hint=HINT)
    return name


def _days(params: Params) -> int:
    days = params.get("days", DAYS)
    if type(days) is not int or not 1 <= days <= MOST_DAYS:
        zh, en = f"有效天数是 1 至 {MOST_DAYS} 的整数", f"days is an integer from 1 to {MOST_DAYS}"
        raise Usage(say(zh, en), code="bad_value", hint=HINT)
    return days


def _scope(work: Work, unit: str) -> str:
    """A unit of this node's own reach: of any other it shows nothing anyway."""
    if not unit:
        return ""
    found = tree_of(work).path(unit)
    reach = work.registry.scope_of(work.node) or work.path
    if found is None or not covers(reach, found):
        zh, en = f"没有单位 {unit}，或不在本单位之下", f"no unit {unit}, or not below this one"
        raise NotFound(say(zh, en), code="no_unit", hint="qiao registry list")
    return found


def _sign(work: Work, who: Person, action: str, data: Params) -> None:
    record = people.record_of(work.db, who.id)
    author.write(work, staff.KIND, record, [Draft(action, data)], actor=who.id, roles=who.roles)


def _told(db: Connection, token: Token, now_ms: int) -> dict[str, Any]:
    day_used = settings.text(db, USED + token.name)
    return {
        "name": token.name,
        "standing": _standing(token, now_ms, _log(db)),
        "scope": token.scope or None,
        "by": token.by,
        "issued": iso(token.issued_ms),
        "until": iso(token.until_ms),
        "revoked": iso_or_none(token.revoked_ms),
        "last_used": f"{day_used[:4]}-{day_used[4:6]}-{day_used[6:]}" if day_used else None,
    }


def _standing(token: Token, now_ms: int, log: str) -> str:
    if token.revoked_ms:
        return "revoked"
    if token.stands(now_ms, log):
        return "stands"
    return "expired" if token.log == log else "void"  # void: of before a restore or new keys


def _forget(work: Work, known: list[Token]) -> None:
    for one in known:
        if (one.revoked_ms or one.until_ms) < work.now_ms - KEPT_MS:
            settings.drop(work.db, TOKEN + one.name)
            settings.drop(work.db, USED + one.name)


def _put(db: Connection, token: Token) -> None:
    settings.put(db, TOKEN + token.name, json.dumps(asdict(token)).encode())


def _log(db: Connection) -> str:
    return (settings.get(db, LOG) or b"").hex()


def _digest(secret: str) -> str:
    return hashlib.sha256(b"qiao/api/1\0" + secret.encode("utf-8", "replace")).hexdigest()


OPERATIONS = {
    "api.token.add": add,
    "api.token.revoke": revoke,
    "api.token.list": listed,
    "api.token.used": used,
}
