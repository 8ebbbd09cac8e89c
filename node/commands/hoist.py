"""What stands before or after every command: --dir, --json, --as. Taken out of argv before it is parsed.

Pure. A `--` ends it: what follows is the command's own, so a note may read `--json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from node.errors import Usage
from node.language import say

VALUED = ("--dir", "--as")
# Decisions about units that stand without their subject as well: `qiao revoke UNIT` is `qiao registry revoke UNIT`.
DECISIONS = ("revoke", "move", "retire", "replace", "replace-root")


@dataclass(frozen=True, slots=True)
class Call:
    """`rest` is what the command itself is to parse."""

    rest: tuple[str, ...]
    directory: str | None = None
    json: bool = False
    staff: str | None = None


def hoist(argv: Sequence[str]) -> Call:
    """Raises Usage (`missing_value`) for a --dir or --as without a value. The last of several counts."""
    found: dict[str, str] = {}
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif name in VALUED:
            found[name] = value if equals else _value(name, words)
        elif word == "--json":
            found[word] = word
        else:
            rest.append(word)
    if rest and rest[0] in DECISIONS:
        rest.insert(0, "registry")
    return Call(tuple(rest), found.get("--dir"), "--json" in found, found.get("--as"))


def wants_json(argv: Sequence[str]) -> bool:
    """Whether an error in `argv` itself is to be told as JSON."""
    own = argv[: list(argv).index("--")] if "--" in argv else argv
    return "--json" in own


def _value(name: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None or value == "--" or value == "":
        text = say(f"{name} 后面缺少值", f"{name} needs a value")
        raise Usage(text, code="missing_value", hint="qiao --help")
    return value
