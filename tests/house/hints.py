"""What a hint asks to be run, held against the command line as it is: its subjects, commands and options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from node.commands.hoist import hoist

_CALL = re.compile(r"\bqiao\b([^;|&\n（）]*)")
# What a system has anyway
_ELSE = re.compile(
    r"(ls|df|du|rm|chmod|chown|date|iconv|pip|python3|split|export|unset|timedatectl|systemctl)\b|\$\{EDITOR:-vi\} "
)
_REST = "…"  # the call that was refused, once more


def calls(hint: str) -> Iterator[list[str]]:
    """The words behind each `qiao` of a hint, as a shell would have them, near enough."""
    for call in _CALL.findall(hint):
        yield call.split()


def fault(hint: str) -> str:
    """What can't be run in it; empty where all of it can, or it names what a system has anyway."""
    found = list(calls(hint))
    if not found and not _ELSE.match(hint):
        return f"names no command: {hint}"
    return next((told for words in found if words and (told := fault_of(words))), "")


def fault_of(words: list[str]) -> str:
    """Global options stand before or behind (`hoist`); then a command that there is, and options of its own."""
    command, name = _root(), "qiao"
    rest = iter(hoist(words).rest)
    for word in rest:
        if word in ("--help", _REST):
            return ""
        if word.startswith("--"):
            option = _options(command).get(word.partition("=")[0])
            if option is None:
                return f"{name} has no option {word}"
            if not option.is_flag and "=" not in word:
                next(rest, None)
        elif hasattr(command, "list_commands"):
            below = command.get_command(None, word)
            if below is None:
                return f"{name} has no command {word}"
            command, name = below, f"{name} {word}"
    group = hasattr(command, "list_commands") and not command.invoke_without_command
    return f"{name} is no command by itself" if group else ""


@cache
def _root() -> Any:
    import typer

    import cli

    return typer.main.get_command(cli.app)


def _options(command: Any) -> dict[str, Any]:
    return {name: one for one in command.params if one.param_type_name == "option" for name in one.opts}
