"""Refusals as `application/problem+json`: a stable code, a sentence and what helps, in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from node.errors import QiaoError
from node.language import say

MEDIA = "application/problem+json"
_DOCUMENT = "GET /api/v1/openapi.json"
_HEADER = "Authorization: Bearer qiao_…"
_BY_EXIT = {2: 422, 3: 403, 4: 404, 8: 503, 9: 503}  # else 500
_BY_CODE = {"erased": 410, "older_database": 503, "too_large": 422}
# Hints of errors that name commands, where a program asked by HTTP.
_HINTS = {
    "bad_cursor": "after=…", "no_unit": "GET /api/v1/units", "unknown_code": _DOCUMENT, "unknown_figure": _DOCUMENT,
    "unknown_dimension": _DOCUMENT, "bad_period": "period=2026-10", "not_found": "GET /api/v1/tickets",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    status: int
    zh: str
    en: str
    hint: str = _DOCUMENT
    headers: Mapping[str, str] = field(default_factory=dict)


_CHALLENGE = {"www-authenticate": 'Bearer realm="qiao"'}
_AGAIN = {"retry-after": "5"}
SENTENCES: Mapping[str, Sentence] = {
    "token_missing": Sentence(401, "没有带令牌", "no token was given", _HEADER, _CHALLENGE),
    "bad_token": Sentence(401, "令牌不认识，或已收回", "the token isn't known, or was revoked",
                          "qiao --as ADMIN api token add NAME", _CHALLENGE),
    "token_expired": Sentence(401, "令牌已到期", "the token's time is over", "qiao --as ADMIN api token add NAME",
                              _CHALLENGE),
    "token_reach": Sentence(403, "这个令牌只看部分单位，看不了整本日志的检查点",
                            "this token sees some units; a checkpoint is of the whole log",
                            "qiao --as ADMIN api token add NAME"),
    "tls_required": Sentence(403, "别的电脑来的请求要用 https", "from another machine only https is taken",
                             "https://…"),
    "no_such_path": Sentence(404, "没有这个地址", "there is no such path"),
    "bad_method": Sentence(405, "这里只读：只能用 GET 和 HEAD", "this only reads: GET and HEAD"),
    "not_acceptable": Sentence(406, "只有 JSON", "there is only JSON", "Accept: application/json"),
    "bad_host": Sentence(421, "请用本机的名字访问", "call it by a name of this machine",
                         "http://127.0.0.1:…/api/v1/health"),
    "bad_query": Sentence(422, "查询参数不对", "a parameter of the query is off"),
    "too_often": Sentence(429, "请求太密，过几秒再来", "asked too often; come back in some seconds",
                          "Retry-After: 5", _AGAIN),
    "busy": Sentence(503, "正忙，过几秒再来", "busy; come back in some seconds", "Retry-After: 5", _AGAIN),
    "too_slow": Sentence(503, "太久没有读完；缩小时段或每页条数", "it took too long; ask for less",
                         "limit=50"),
    "unexpected": Sentence(500, "程序出错", "a fault of the program", "qiao log"),
}  # fmt: skip


class Refused(Exception):
    """One of SENTENCES; `more` is added to its text."""

    def __init__(self, code: str, more: str = "") -> None:
        super().__init__(code)
        self.code, self.more = code, more


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    code: str
    message: str
    hint: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}


def refused(code: str, more: str = "") -> Told:
    one = SENTENCES[code]
    message = say(one.zh, one.en) + (say(f"：{more}", f": {more}") if more else "")
    return Told(one.status, code, message, one.hint, one.headers)


def of(fault: Exception) -> Told:
    """Of an exception in the reading: what a person would be told, or nothing but that it is a fault."""
    if isinstance(fault, Refused):
        return refused(fault.code, fault.more)
    if not isinstance(fault, QiaoError):
        return refused("unexpected")
    status = _BY_CODE.get(fault.code, _BY_EXIT.get(fault.exit, 500))
    if status >= 500:
        return Told(status, fault.code, fault.text, fault.hint, _AGAIN if status == 503 else {})
    return Told(status, fault.code, fault.text, _HINTS.get(fault.code, _DOCUMENT))
