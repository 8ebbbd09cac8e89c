"""The unit that a division (行政区划) belongs to: the deepest one whose code covers it (product 1.2, dispatch)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from node.language import say
from node.matters.border import divisions

PLACE = "place"
# The fields of a matter that say where it belongs, the first that finds a unit counts.
FIELDS = (("workplace_region", "工作地", "workplace"), ("employer_region", "单位所在地", "employer's seat"))


@dataclass(frozen=True, slots=True)
class Suggestion:
    unit: str  # path
    name: str
    region: str
    reason: str


def prefix(code: str) -> str:
    """What all divisions within one begin with: 370000 is 37, 370200 is 3702, 370211 itself."""
    if not (code.isascii() and code.isdigit() and len(code) in (6, 9, 12)):
        return ""
    whole = code.removesuffix("000") if len(code) > 6 else code
    while len(whole) > 2 and len(whole) <= 6 and whole.endswith("00"):
        whole = whole[:-2]
    return whole


def named() -> dict[str, dict[str, str]]:
    """Code → `label`, and `path`: 山东省/青岛市/黄岛区."""
    return {code: {"label": label, "path": path_of(code)} for code, label in divisions().items()}


def path_of(code: str) -> str:
    """山东省/青岛市/黄岛区; of a division that isn't known, the county or city within which it is; "" for none."""
    known = divisions()
    parts = [known.get(f"{code[:length]:0<6}", "") for length in (2, 4, 6)]
    return "/".join(dict.fromkeys(filter(None, (*parts, known.get(code, "")))))


def covering(region: str, units: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of units (`path`, `code`, `kind`) the one whose code covers it most narrowly; of two, the deeper."""
    fitting = [
        one for one in units
        if one["kind"] == PLACE and prefix(one["code"]) and prefix(region).startswith(prefix(one["code"]))
    ]  # fmt: skip
    return max(fitting, key=lambda one: (len(prefix(one["code"])), one["path"].count("/")), default=None)


def suggested(values: Mapping[str, Any], units: Iterable[Mapping[str, Any]]) -> list[Suggestion]:
    """One a field that names a region, best first; two that name the same unit are one."""
    found: dict[str, Suggestion] = {}
    known = list(units)
    for field, zh, en in FIELDS:
        region = values.get(field)
        unit = covering(region, known) if isinstance(region, str) else None
        if unit is not None and unit["path"] not in found:
            found[unit["path"]] = Suggestion(
                unit["path"], unit["name"], str(region), _reason(zh, en, str(region), unit)
            )
    return list(found.values())


def _reason(zh: str, en: str, region: str, unit: Mapping[str, Any]) -> str:
    name = divisions().get(region[:6], "")
    return say(
        f"{zh} {region}{name} 在{unit['name']}（{unit['code']}）的区划之内，其下没有更近的单位",
        f"{en} {region} lies within {unit['name']} ({unit['code']}), and no unit below it is nearer",
    )
