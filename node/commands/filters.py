"""The options that narrow a list, the same wherever a list is meant: `list`, `export`, `bulk`, `view save`."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter
from typing import Any

import typer

from node.matters.draft import Kind

from .session import Session

_PLAIN = ("phase", "status", "unit", "overdue", "text", "unattended", "view", "sort")


def parameter(name: str, kind: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=kind, default=default)


def parameters(kind: Kind, *, without: tuple[str, ...] = ()) -> list[Parameter]:
    """Of a command about lists of one matter."""
    return [one for one in _every(kind) if one.name not in without]


def _every(kind: Kind) -> list[Parameter]:
    text, maybe = str | None, typer.Option
    return [
        parameter("phase", text, maybe(None, help=_known(kind, "阶段"))),
        parameter("status", text, maybe(None, help="某单位承办状态")),
        parameter("unit", text, maybe(None, metavar="UNIT", help="单位代码或路径")),
        parameter("overdue", bool, maybe(False, "--overdue", help="只列超期的")),
        parameter("text", text, maybe(None, help="含有的文字")),
        parameter("mine", bool, maybe(False, "--mine", help="只列本人经办的")),
        parameter("unattended", bool, maybe(False, "--unattended", help="只列在办而无在岗人员经手的")),
        parameter("view", text, maybe(None, help="收件视图")),
        parameter("sort", text, maybe(None, help="排序字段，前加 - 为倒序")),
        parameter("saved", text, maybe(None, metavar="NAME", help="用 view save 存下的条件与列")),
        parameter("columns", text, maybe(None, metavar="A,B,…", help="列：字段名或中文名，逗号分隔")),
    ]


def _known(kind: Kind, label: str) -> str:
    return f"{label}：{' '.join(kind.matter.names)}" if kind.matter.names else label


def said(given: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that the options name, as a view keeps them."""
    found = {name: given[name] for name in _PLAIN if given.get(name)}
    return {**found, "mine": True} if given.get("mine") else found


def split(columns: str | None) -> list[str]:
    return [one.strip() for one in (columns or "").replace("，", ",").split(",") if one.strip()]


def chosen(here: Session, kind: Kind, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """(what `Node.list` is asked, names of columns): those of the saved view, over them the options. Raises
    NotFound `no_view`."""
    kept: Mapping[str, Any] = {}
    if given.get("saved"):
        kept = here.do("view.get", {"matter": kind.matter.name, "name": given["saved"]})
    how = {**kept.get("filters", {}), **said(given)}
    if how.pop("mine", False):
        how["mine"] = here.person().id
    return how, split(given.get("columns")) or list(kept.get("columns", []))
