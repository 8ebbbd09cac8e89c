"""The second person (双人复核): personal data leave a node in a file only where two agree, and it is signed.

The act stands on the staff record of whoever exports: of which matter, which fields, how many records, who
agreed, and why; no value. It is durable before the file is written, and every unit above sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from conflict.declaration import Matter
from node import author, people, signin
from node.config import Config
from node.errors import Forbidden, Usage
from node.language import say
from node.matters import KINDS, border, staff
from node.matters.draft import Draft
from node.page import Person
from node.work import Work

Params = Mapping[str, Any]
HINT = "QIAO_SECOND_STAFF=… QIAO_SECOND_PASSWORD=… qiao --as STAFF ticket export FILE"
MOST_REASON = 500  # characters


def personal(matter: Matter, names: Iterable[str]) -> list[str]:
    """Those of these fields for which an export in clear needs a second person."""
    found = (matter.field(name) for name in names)
    return [field.name for field in found if field is not None and field.words]


def disclose(work: Work, params: Params, person: Person | None, _config: Config) -> dict[str, Any]:
    """`params`: matter, fields, count, reason, second, second_password. Signs that they are exported.

    Raises Forbidden (`auth`, `second_person`), Usage (`unknown_matter`, `unknown_field`, `missing_field`).
    """
    if person is None:
        raise people.refused()
    data = _data(params)
    other = str(params.get("second") or "")
    agreed = signin.check(work, other, str(params.get("second_password") or ""))
    if agreed is None or agreed.id == person.id:
        work.refused = refused()  # a wrong password is counted
        return {}
    record = people.record_of(work.db, person.id)
    draft = Draft("disclosed", {**data, "second": agreed.id})
    written = author.write(work, staff.KIND, record, [draft], actor=person.id, roles=person.roles)
    return {"change": written.first.hex(), "commit": written.commit.hex(), "second": agreed.id}


def _data(params: Params) -> dict[str, Any]:
    kind = KINDS.get(str(params.get("matter") or ""))
    if kind is None:
        text = say("没有这种事项", "no such matter")
        raise Usage(text, code="unknown_matter", hint="qiao --help")
    fields = [str(one) for one in params.get("fields") or ()]
    unknown = [one for one in fields if kind.matter.field(one) is None]
    if unknown or not fields:
        text = say(f"没有这些字段：{'、'.join(unknown)}", f"no such fields: {', '.join(unknown)}")
        raise Usage(text, code="unknown_field", hint=f"qiao {kind.matter.name} --help")
    reason = str(border.value(staff.REASON, params.get("reason") or "")).strip()
    if not reason or len(reason) > MOST_REASON:
        text = say(f"须写明理由，不超过 {MOST_REASON} 字", f"a reason of at most {MOST_REASON} characters")
        raise Usage(text, code="missing_field", hint=HINT)
    count = border.value(staff.COUNT, params.get("count", 0))
    return {"matter": kind.matter.name, "fields": fields, "count": count, "reason": reason}


def refused() -> Forbidden:
    """Alike for nobody, oneself, an unknown person and a wrong password."""
    return Forbidden(
        say(
            "导出个人信息须由本单位另一人输入工号和密码复核",
            "an export of personal data needs another person of this unit",
        ),
        code="second_person",
        hint=HINT,
    )  # fmt: skip


OPERATIONS = {"disclose": disclose}
