"""The tables, each declared once: file and sheet, columns with their English name, Chinese label, shape and meaning.

docs/audit-tables.md is made from this (page.py). A ticket's and a call's own fields are columns by their declaration,
so that a new field is a new column.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conflict.declaration import Field, Merge, Type
from node.matters.call import CALL
from node.matters.ticket.workflow import TICKET


class Shape(StrEnum):
    """What a cell holds. An empty text is no value."""

    TEXT = "text"
    INTEGER = "integer"
    YES_NO = "yes_no"
    TIME = "time"  # in rows: unix ms
    LIST = "list"  # of text
    JSON = "json"  # in rows: JSON as text
    IDS = "ids"  # list of hex ids


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    zh: str
    shape: Shape
    meaning: str
    words: bool = False  # personal data or free text: there only where two agreed


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    zh: str
    meaning: str
    columns: tuple[Column, ...]

    def given(self, words: bool) -> tuple[Column, ...]:
        return tuple(one for one in self.columns if words or not one.words)


_SHAPES = {
    Type.YES_NO: Shape.YES_NO, Type.INTEGER: Shape.INTEGER, Type.MONEY: Shape.INTEGER, Type.SCORE: Shape.INTEGER,
    Type.LIST: Shape.LIST, Type.IDS: Shape.IDS,
}  # fmt: skip
_MEANINGS = {
    Type.MONEY: "fen",
    Type.SCORE: "1 to 5",
    Type.REGION: "division code",
    Type.IDS: "ids of records",
}
_APART = frozenset({"number", "responsible"})  # told by columns of their own, or as acts


def _fields(fields: tuple[Field, ...]) -> tuple[Column, ...]:
    """Of a matter, but attachments: those are files, and stand in no table."""
    return tuple(map(_field, fields_of(fields)))


def fields_of(fields: tuple[Field, ...]) -> list[Field]:
    return [one for one in fields if one.type is not Type.FILES and one.name not in _APART]


def _field(field: Field) -> Column:
    several = field.merge in (Merge.APPEND, Merge.UNION)
    shape = _SHAPES.get(field.type, Shape.LIST if several else Shape.TEXT)
    codes = " ".join(f"`{code}`" for code in field.codes)
    meaning = codes or _MEANINGS.get(
        field.type, "as registered" if field.merge is Merge.ONCE else "as it stands"
    )
    return Column(field.name, field.label, shape, meaning, field.words)


_T, _I, _Y, _M = Shape.TEXT, Shape.INTEGER, Shape.YES_NO, Shape.TIME
_RECORD = Column("record", "记录号", _T, "id of the record")
_NUMBER = Column("number", "编号", _T, "as people call it")
_COMMITS = Column("commits", "依据的提交", Shape.IDS, "ids of the commits that the row rests on")
_ACT = Column("act", "操作号", _T, "id of the act (its change)")
_ROUND = Column("round", "轮次", _I, "of the ticket's work, from 1")
_TIME = Column("time", "时间", _M, "when it was signed, by its node's clock")
_UNIT = Column("unit", "单位", _T, "path of the unit that did it, as it was then")
_ACTOR = Column("actor", "工号", _T, "staff id, or `system`")
_VERDICT = Column("verdict", "判定", _T, "`stands` `overtaken` `denied` `held` `quarantined` `unknown`")
_TEXT = Column("text", "说明", _T, "what was written", words=True)

_WHOLE = (
    _RECORD, _NUMBER,
    Column("owner", "登记单位", _T, "path of the unit that registered it"),
    Column("author", "登记人", _T, "staff id"),
    Column("created", "登记时间", _M, "its first act"),
    Column("changed", "变动时间", _M, "its newest act that stands"),
    Column("phase", "阶段", _T, "as shown; `erased` where nothing of it is left"),
)  # fmt: skip
_STATE = (
    Column("incomplete", "不完整", _Y, "an act that others rest on isn't here"),
    Column("withheld", "内容未给", _Y, "its words aren't for this node's unit"),
)

TABLES = (
    Table("calls", "来电", "One row a call, visit or message", (*_WHOLE, *_fields(CALL.fields), *_STATE, _COMMITS)),
    Table(
        "tickets", "工单", "One row a ticket, as its acts leave it",
        (*_WHOLE, _ROUND, Column("lead", "主办单位", _T, "of the present round"), *_fields(TICKET.fields), *_STATE,
         _COMMITS),
    ),
    Table(
        "assignments", "承办", "One row a round and unit",
        (_RECORD, _NUMBER, _ROUND,
         Column("unit", "承办单位", _T, "path"),
         Column("status", "状态", _T, "`sent` `received` `accepted` `submitted` `completed` `declined` `recalled`"),
         Column("assigner", "派单单位", _T, "path"),
         Column("actor", "经手人", _T, "staff id of who brought it there"),
         Column("responsible", "责任人", _T, "staff id of whom it was entrusted to"),
         Column("lead", "主办", _Y, "it leads this round"),
         Column("since", "状态起始", _M, "since when it stands there"), _COMMITS),
    ),
    Table(
        "acts", "操作", "One row an act of any matter that is here, in the order of each record",
        (Column("matter", "事项", _T, "`ticket` `call` `article` `staff` …"), _RECORD, _NUMBER,
         Column("place", "顺序", _I, "among the record's acts, from 1"), _ACT,
         Column("action", "操作", _T, "identifier; docs/glossary.md has them all"),
         _UNIT, _ACTOR, _TIME,
         Column("received", "收到时间", _M, "when this node stored it"), _VERDICT,
         Column("reason", "理由代码", _T, "why it doesn't stand; docs/errors.md"),
         Column("against", "败于", _T, "id of the act that overtook it, or that it lost to"),
         Column("provisional", "暂定", _Y, "an act of its past isn't here"), _ROUND,
         Column("on_unit", "所涉单位", _T, "the unit that it names"),
         Column("data", "数据", Shape.JSON, "its coded data, by the fields that its action declares"),
         Column("words", "文字", Shape.JSON, "its free text", words=True), _COMMITS),
    ),
    Table(
        "cards", "督办牌", "One row a card that was issued",
        (_RECORD, _NUMBER, _ROUND,
         Column("unit", "单位", _T, "path of the unit it was issued to"),
         Column("clock", "时限", _T, "`forward` `accept` `decline` `complete` `rework`"),
         Column("colour", "颜色", _T, "`yellow` `red`"), _ACT,
         Column("issuer", "发牌单位", _T, "path"), Column("issued", "发牌时间", _M, "its first such act"),
         Column("since", "成立时间", _M, "from when its breach computes; none: rescinded"),
         Column("cleared", "销牌时间", _M, "by an act"),
         Column("objections", "申诉次数", _I, "acts against it"), _COMMITS),
    ),
    Table(
        "follow_ups", "回访", "One row an attempt to ask the worker",
        (_RECORD, _NUMBER, _ROUND, _ACT, _UNIT, _ACTOR, _TIME,
         Column("outcome", "结果", _T, "`satisfied` `dissatisfied` `no_answer` `declined`"),
         Column("satisfaction_result", "对结果满意度", _I, "1 to 5"),
         Column("satisfaction_attitude", "对态度满意度", _I, "1 to 5"), _VERDICT, _TEXT, _COMMITS),
    ),
    Table(
        "quality_checks", "质检", "One row a check",
        (_RECORD, _NUMBER, _ROUND, _ACT, _UNIT, _ACTOR, _TIME,
         Column("outcome", "结论", _T, "`pass` `fail`"), Column("score", "得分", _I, "sum of the sheet"),
         Column("sampled", "属于抽查", _Y, "no: passed unchecked, as it isn't in the sample"), _VERDICT, _TEXT,
         _COMMITS),
    ),
    Table(
        "exceptions", "异常", "One row for everything that didn't simply apply, settled or not",
        (Column("exception", "异常号", _T, "as `qiao exceptions show` takes it"),
         Column("matter", "事项", _T, "of the record"), _RECORD, _NUMBER,
         Column("kind", "种类", _T, "`conflict` `overtaken` `denied` `held` `quarantine` `incomplete` `unknown`"),
         Column("reason", "理由代码", _T, "docs/errors.md"), _ACT,
         Column("action", "操作", _T, "none where it can't be read"), _UNIT, _ACTOR, _TIME,
         Column("place", "位置", _T, "the slot or field that it is about"),
         Column("against", "败于", _T, "id of the act that stands instead"),
         Column("open", "待处理", _Y, "nobody has settled it"), _COMMITS),
    ),
    Table(
        "units", "单位", "One row a unit of the tree",
        (Column("unit", "单位", _T, "path, codes from the root"), Column("code", "代码", _T, "its own"),
         Column("name", "名称", _T, "of the office"),
         Column("kind", "类别", _T, "`place` `industry` `enterprise` `department`"),
         Column("role", "角色", _T, "`office` `auditor` `hosted`"),
         Column("node", "节点", _T, "id of its node; none where it is hosted or has none"),
         Column("host", "代办单位", _T, "path of the unit whose node acts for a hosted one"),
         Column("former", "曾用路径", Shape.LIST, "paths that it had before moves"), _COMMITS),
    ),
    Table(
        "people", "人员", "One row a person of a unit",
        (_RECORD, Column("unit", "单位", _T, "path"), Column("staff", "工号", _T, "staff id"),
         Column("name", "姓名", _T, "of the person", words=True),
         Column("roles", "角色", Shape.LIST, "identifiers"), Column("enabled", "启用", _Y, "may sign in"),
         Column("on_duty", "在岗", _Y, "as he last said"), Column("created", "新增时间", _M, "first act"), _COMMITS),
    ),
)  # fmt: skip
