"""What a person keeps at this node: templates (模板) with fields, views (视图) of a list, drafts (草稿), and how the
screens are to be for him (设置).

Local, never replicated: they are nobody's evidence. A draft holds personal words, so it goes as soon as its act is
signed, and at the latest thirty days after it was last touched; the database overwrites what it deletes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from node import people
from node.config import Config
from node.errors import Forbidden, NotFound, Usage
from node.iso import iso
from node.language import say
from node.matters import KINDS, border
from node.matters.draft import Kind, Verb
from node.page import Person
from node.store import saved
from node.work import Work
from sync_protocol.errors import BadText
from sync_protocol.text import clean

Params = Mapping[str, Any]
TEMPLATE, VIEW, DRAFT, PREFERENCES = "template", "view", "draft", "preferences"
MOST = {TEMPLATE: 200, VIEW: 200, DRAFT: 100, PREFERENCES: 1}  # of one person, or of the unit
MOST_BYTES = 256 * 1024  # of one: a form with a narrative of 60,000 characters fits
MOST_NAME = 64
DRAFT_MS = 30 * 24 * 3600 * 1000
NOTE = "note"  # of the unit, for the next shift (node/notes.py)
NOTE_MS = 30 * 24 * 3600 * 1000
FILTERS = ("phase", "status", "unit", "overdue", "text", "mine", "unattended", "view", "sort")
_LABELS = {TEMPLATE: "模板", VIEW: "视图", DRAFT: "草稿", PREFERENCES: "设置"}
_FOR_UNIT = frozenset({"admin", "supervisor", "dispatcher"})  # who may change what all of a unit see


def _who(person: Person | None) -> Person:
    if person is None:
        raise people.refused()
    return person


def _whose(who: Person, params: Params) -> str:
    """The person himself, or the unit. Raises Forbidden."""
    if not params.get("shared"):
        return who.id
    if not who.roles & _FOR_UNIT:
        needed = "、".join(sorted(_FOR_UNIT))
        zh, en = f"全单位共用的由 {needed} 设置", f"what the unit shares is set by one of {needed}"
        raise Forbidden(say(zh, en), code="role", hint="qiao staff list")
    return saved.UNIT


def _name(params: Params) -> str:
    try:
        name = clean("name", str(params.get("name") or "")).strip()
    except BadText:
        name = ""
    if not 0 < len(name) <= MOST_NAME or "\n" in name or name.startswith("-"):
        zh, en = f"名称应为 1 至 {MOST_NAME} 个字", f"a name has 1 to {MOST_NAME} characters"
        raise Usage(say(zh, en), code="bad_value", hint="qiao template list")
    return name


def _kind(params: Params) -> Kind:
    found = KINDS.get(str(params.get("matter") or "ticket"))
    if found is None:
        zh, en = f"没有这种事项：{params.get('matter')}", f"no such matter: {params.get('matter')}"
        raise Usage(say(zh, en), code="unknown_matter", hint="qiao --help")
    return found


def _put(work: Work, what: str, matter: str, whose: str, name: str, value: Mapping[str, Any]) -> None:
    """Raises Usage `too_large`, `too_many`."""
    blob = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if len(blob) > MOST_BYTES:
        zh, en = f"{_LABELS[what]}超过 256 KiB", f"the {what} is over 256 KiB"
        raise Usage(say(zh, en), code="too_large", hint=f"qiao {what} --help")
    is_new = saved.get(work.db, what, matter, whose, name) is None
    if is_new and saved.count(work.db, what, whose) >= MOST[what]:
        zh, en = f"{_LABELS[what]}已有 {MOST[what]} 个", f"there are {MOST[what]} of them already"
        raise Usage(say(zh, en), code="too_many", hint=f"qiao {what} list")
    saved.put(work.db, what, matter, whose, name, blob, work.now_ms)


def _item(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "matter": row.matter,
        "shared": row.staff == saved.UNIT,
        "changed": iso(row.changed_ms),
        **json.loads(row.value),
    }


def _listed(what: str) -> Operation:
    def listed(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
        matter = _kind(params).matter.name if params.get("matter") else None
        return {"items": [_item(row) for row in saved.listed(work.db, what, matter, _who(person).id)]}

    return listed


def _one(what: str) -> Operation:
    def one(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
        """Raises NotFound."""
        matter, name = _kind(params).matter.name, str(params.get("name"))
        row = saved.get(work.db, what, matter, _who(person).id, name)
        if row is None:
            raise _missing(what, name)
        return _item(row)

    return one


def _removed(what: str) -> Operation:
    def removed(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
        """Raises NotFound, Forbidden."""
        who, name, matter = _who(person), str(params.get("name")), _kind(params).matter.name
        if not saved.remove(work.db, what, matter, _whose(who, params), name):
            raise _missing(what, name)
        return {"name": name, "matter": matter, "removed": True}

    return removed


def _missing(what: str, name: str) -> NotFound:
    zh, en = f"没有这个{_LABELS[what]}：{name}", f"no such {what}: {name}"
    code = "no_template" if what == TEMPLATE else "no_view"
    return NotFound(say(zh, en), code=code, hint=f"qiao {what} list")


def put_template(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Fields with which a record is begun. None of them personal: a template is for many. Raises Usage."""
    who, kind, name = _who(person), _kind(params), _name(params)
    verb = _beginning(kind)
    data = params.get("data")
    if not isinstance(data, Mapping) or not data:
        zh, en = "模板应有至少一个字段", "a template has at least one field"
        raise Usage(say(zh, en), code="missing_field", hint="qiao template add --help")
    fault = next(iter(border.faults(kind, verb, data, whole=False)), None)
    if fault is not None:
        raise fault
    personal = [field for field in verb.takes if field.personal and field.name in data]
    if personal:
        label = personal[0].label
        zh, en = f"模板里不能有个人信息：{label}", f"a template can't hold personal data: {personal[0].name}"
        raise Usage(say(zh, en), code="personal_data", hint="qiao template add --help")
    whose = _whose(who, params)
    _put(work, TEMPLATE, kind.matter.name, whose, name, {"data": dict(data)})
    return {"name": name, "matter": kind.matter.name, "shared": whose == saved.UNIT, "data": dict(data)}


def _beginning(kind: Kind) -> Verb:
    for verb in kind.verbs:
        action = kind.matter.action(verb.action)
        if action is not None and action.first:
            return verb
    zh, en = f"“{kind.matter.label}”不能用模板建立", f"no template begins a {kind.matter.name}"
    raise Usage(say(zh, en), code="unknown_matter", hint="qiao --help")


def put_view(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """Filters and columns of a list. Raises Usage."""
    from node.tables import columns

    who, kind, name = _who(person), _kind(params), _name(params)
    filters = {one: value for one, value in dict(params.get("filters") or {}).items() if value}
    unknown = next((one for one in filters if one not in FILTERS), None)
    if unknown is not None:
        zh, en = f"视图没有 {unknown} 这一项", f"a view has no {unknown}"
        raise Usage(say(zh, en), code="unknown_field", hint="qiao view save --help")
    chosen = [one.name for one in columns.chosen(kind, list(params.get("columns") or []))]
    kept = {"filters": filters, "columns": chosen if params.get("columns") else []}
    whose = _whose(who, params)
    _put(work, VIEW, kind.matter.name, whose, name, kept)
    return {"name": name, "matter": kind.matter.name, "shared": whose == saved.UNIT, **kept}


# Drafts: of one person, one for each form (matter, verb, record)


def key(matter: str, verb: str, record: str | None) -> str:
    return f"{matter}/{verb}/{record or ''}"


def save_draft(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: matter, verb, record or None, data as typed: it isn't checked before it is signed."""
    who, kind = _who(person), _kind(params)
    name = key(kind.matter.name, str(params.get("verb")), params.get("record"))
    kept = {"verb": str(params.get("verb")), "record": params.get("record"), "data": params.get("data") or {}}
    _put(work, DRAFT, kind.matter.name, who.id, name, kept)
    return {"name": name, "matter": kind.matter.name, **kept}


def discard(work: Work, who: Person, name: str) -> None:
    """A draft whose act is signed, or that nobody wants; none of that name is as well."""
    saved.remove(work.db, DRAFT, name.partition("/")[0], who.id, name)


def discard_draft(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    discard(work, _who(person), str(params.get("name")))
    return {"name": str(params.get("name")), "removed": True}


def age(work: Work) -> None:
    saved.forget(work.db, DRAFT, work.now_ms - DRAFT_MS)
    saved.forget(work.db, NOTE, work.now_ms - NOTE_MS)


# Preferences: one a person, of no matter. What they mean is the screens' affair


def preferences_of(db: Connection, staff: str) -> dict[str, Any]:
    row = saved.get(db, PREFERENCES, "", staff, PREFERENCES)
    return json.loads(row.value) if row is not None else {}


def views_of(db: Connection, matter: str, staff: str) -> list[dict[str, Any]]:
    return [_item(row) for row in saved.listed(db, VIEW, matter, staff)]


def drafts_of(db: Connection, staff: str) -> list[dict[str, Any]]:
    return [_item(row) for row in saved.listed(db, DRAFT, None, staff)]


def put_preferences(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: all of them. Raises Usage `too_large`."""
    _put(work, PREFERENCES, "", _who(person).id, PREFERENCES, params)
    return dict(params)


Operation = Callable[[Work, Params, "Person | None", Config], dict[str, Any]]
OPERATIONS: dict[str, Operation] = {
    "template.put": put_template,
    "template.get": _one(TEMPLATE),
    "template.list": _listed(TEMPLATE),
    "template.remove": _removed(TEMPLATE),
    "view.put": put_view,
    "view.get": _one(VIEW),
    "view.list": _listed(VIEW),
    "view.remove": _removed(VIEW),
    "draft.save": save_draft,
    "draft.list": _listed(DRAFT),
    "draft.discard": discard_draft,
    "preferences.put": put_preferences,
}
