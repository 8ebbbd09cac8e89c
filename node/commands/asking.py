"""A foreign file's columns asked of a person, once: each with a guess that the Enter key takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from conflict.declaration import Field
from node.errors import QiaoError
from node.language import say
from node.matters import border
from node.matters.draft import Kind

from .shown import line

_LEFT_OUT = "-"


def asked(kind: Kind, file: Path) -> str:
    """The MAP, as TOML."""
    from node.tables import mapping, proposing, reading

    with reading.opened(file) as table:
        headings = [one for one in table.headings if one and one not in mapping.OWN]
        found = proposing.propose(kind, table.headings, table.rows)
    fields = mapping.takes(kind)
    _say(
        say(
            "每列是哪一项？回车接受方括号里的，- 不导入。可用：",
            "Which field is each column? Enter takes the one in brackets, - leaves it out. Known: ",
        )
        + " ".join(f"{one.name}({one.label})" for one in fields.values())
    )
    found.id = _one_of(say("编号列", "column of ids"), headings, found.id)
    for heading in [one for one in headings if one != found.id]:
        name = _one_of(heading, [*fields, _LEFT_OUT], found.columns.get(heading) or _LEFT_OUT)
        found.columns[heading] = "" if name == _LEFT_OUT else name
    found.columns.pop(found.id, None)
    found.fixed = {
        name: _value(fields[name])
        for name in sorted(mapping.verb_of(kind).required - {*found.columns.values()})
    }
    for name, table_of in found.values.items():
        for foreign in table_of:
            table_of[foreign] = _value(fields[name], f"{fields[name].label}“{foreign}”")
    return proposing.text_of(kind, found)


def _say(text: str) -> None:
    sys.stderr.write(line(text) + "\n")
    sys.stderr.flush()


def _ask(text: str) -> str:
    sys.stderr.write(line(text) + " ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    return answer.strip()


def _one_of(what: str, known: Iterable[str], guess: str) -> str:
    listed = list(known)
    while True:
        answer = _ask(f"{what} [{guess}]:") or guess
        if answer in listed:
            return answer
        _say(say(f"没有 {answer}", f"there is no {answer}"))


def _value(declared: Field, what: str = "") -> str:
    """A value of every row, or of one foreign value."""
    codes = " ".join(f"{code}({label})" for code, label in declared.codes.items())
    while True:
        answer = _ask(f"{what or say('每行的', 'every row: ') + declared.label} {codes}:")
        try:
            if answer:
                border.value(declared, answer)
                return answer
        except QiaoError as fault:
            _say(fault.text)
