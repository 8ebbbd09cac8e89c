"""docs/keys.md, made from the registry of actions: `python -m tui.keysheet > docs/keys.md`. A test compares them."""

from __future__ import annotations

from collections.abc import Iterator

from node import language

from .actions import ACTIONS, WORK, Action, display
from .texts import t

HEAD = """# Keys

Made from the registry of actions by `python -m tui.keysheet`; don't edit it. F1 shows the keys of the screen in front.

With a Chinese input method on, letters go to the method: use the F or Ctrl key. `:` `/` `?` work full-width too, and so
does `、` for `/`. Each key can be changed in 设置, 按键 (settings, keys). Each action can be said as a command behind
`:` or Ctrl+P, by its name, its Chinese label, or the label's pinyin initials. What follows a command in brackets may be
typed behind it: `:筛选 工资`, `:filter 工资`.
"""


def lines() -> Iterator[str]:
    """Lines of Markdown; one table an area of screens."""
    yield HEAD
    yield "| 操作 | action | keys | command | where |"
    yield "| --- | --- | --- | --- | --- |"
    for action in ACTIONS:
        keys = " ".join(f"`{display(key)}`" for key in action.keys)
        yield f"| {_said(action, 'zh')} | {_said(action, 'en')} | {keys} | {_command(action)} | {_where(action)} |"


def _said(action: Action, spoken: str) -> str:
    language.use(spoken)
    return action.label


def _command(action: Action) -> str:
    language.use("en")
    return f"`:{action.name.replace('_', '-')}`" + (f" [{t(action.argument)}]" if action.argument else "")


def _where(action: Action) -> str:
    """The kinds of screen; what is nearly everywhere is told so."""
    return "everywhere" if len(action.screens) >= len(WORK) - 1 else ", ".join(sorted(action.screens))


if __name__ == "__main__":
    print("\n".join(lines()))
