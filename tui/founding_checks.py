"""What is said beside each field of the first run while it is typed: what is wrong with it, or what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from node.beginning import Beginning
from node.errors import QiaoError
from node.staffing import LEAST, STRONG

from .texts import t


@dataclass(frozen=True, slots=True)
class Check:
    """`text` is foreign where the field is."""

    text: str = ""
    bad: bool = False


NOTHING = Check()
Raw = Mapping[str, str]


def unit(_node: Beginning, raw: Raw) -> Check:
    code = raw["unit"].strip()
    if "/" in code or any(mark.isspace() for mark in code):
        return Check(t("founding.bad_unit"), True)
    usual = code.isascii() and code.isdigit() and len(code) in (6, 9, 12)
    return NOTHING if usual else Check(t("founding.odd_unit"))


def recovery(node: Beginning, raw: Raw) -> Check:
    place = Path(raw["recovery"].strip()).expanduser()
    try:
        node.check_recovery(place)
    except QiaoError as fault:
        return Check(fault.text, True)
    return _new(place)


def _new(place: Path) -> Check:
    """A file that is to be written."""
    if place.is_dir():
        return Check(t("founding.is_folder"), True)
    return Check(t("founding.exists"), True) if place.exists() else NOTHING


def request(_node: Beginning, raw: Raw) -> Check:
    place = Path(raw["request"].strip()).expanduser()
    if not place.absolute().parent.is_dir():
        return Check(t("founding.no_folder"), True)
    return Check(t("founding.is_folder"), True) if place.is_dir() else NOTHING


def reply(_node: Beginning, raw: Raw) -> Check:
    found = Path(raw["reply"].strip()).expanduser().is_file()
    return NOTHING if found else Check(t("founding.no_such_file"), True)


def invitation(node: Beginning, raw: Raw) -> Check:
    """Whom it invites, and the root's fingerprint, to be compared by telephone."""
    try:
        found = node.read(raw["invitation"])
    except QiaoError as fault:
        return Check(fault.text, True)
    return Check(t("founding.invited", unit=found.unit, name=found.name, mark=found.fingerprint))


def staff_id(_node: Beginning, raw: Raw) -> Check:
    typed = raw["staff_id"].strip()
    wrong = any(mark.isspace() for mark in typed) or typed.casefold() == "system"
    return Check(t("founding.bad_staff"), True) if wrong else NOTHING


def password(_node: Beginning, raw: Raw) -> Check:
    typed = raw["password"]
    if len(typed) < LEAST:
        return Check(t("founding.short", least=LEAST), True)
    weak = (
        len(typed) < STRONG or len(set(typed)) <= 2 or typed.casefold() == raw["staff_id"].strip().casefold()
    )
    return Check(t("founding.weak", strong=STRONG)) if weak else NOTHING


def again(_node: Beginning, raw: Raw) -> Check:
    return NOTHING if raw["again"] == raw["password"] else Check(t("founding.differs"), True)


CHECKS: Mapping[str, Callable[[Beginning, Raw], Check]] = {
    "unit": unit, "recovery": recovery, "request": request, "reply": reply, "invitation": invitation,
    "staff_id": staff_id, "password": password, "again": again,
}  # fmt: skip


def checked(node: Beginning, name: str, raw: Raw) -> Check:
    """An empty field says what belongs there. Looks at files."""
    if not raw[name].strip():
        return Check(t(f"founding.hint_{name}"))
    return CHECKS[name](node, raw) if name in CHECKS else NOTHING
