"""How it looks: no box lines but around dialogs, since consoles disagree on their width. Three themes: dark, light,
and high contrast. What a colour says, a word or sign beside it says too.
"""

from __future__ import annotations

import os

from textual.theme import Theme

THEMES = (
    Theme(
        "dark", primary="#2f6fb0", secondary="#3f8f8f", accent="#7fc4ff", warning="#e0a030", error="#ff6b6b",
        success="#7fcf7f", foreground="#e6e6e6", background="#121417", surface="#181b20", panel="#20242b", dark=True,
    ),
    Theme(
        "light", primary="#1c5fa8", secondary="#2b7a7a", accent="#0b4f91", warning="#9a5b00", error="#b00020",
        success="#1f6b2b", foreground="#1a1a1a", background="#f7f7f5", surface="#ffffff", panel="#e9ecef", dark=False,
    ),
    Theme(
        "contrast", primary="#0000d0", secondary="#00ffff", accent="#ffff00", warning="#ffff00", error="#ff8080",
        success="#00ff00", foreground="#ffffff", background="#000000", surface="#000000", panel="#000000", dark=True,
        variables={"text-muted": "#ffffff", "surface-lighten-1": "#202020", "surface-lighten-2": "#303030"},
    ),
)  # fmt: skip

CSS = """
Screen { layout: vertical; }
.bar { height: 1; background: $primary; color: $text; text-style: bold; }
.bar.-pending { background: $warning; color: $text; }
.strip { height: 1; color: $text-muted; padding: 0 1; }
.asked { height: auto; max-height: 3; color: $text-warning; padding: 0 1; }
.fault { height: 2; color: $text-error; padding: 0 1; }
.body { height: 1fr; }
#views { width: 17; height: 1fr; border: none; padding: 0; background: $panel; }
#verbs { width: 18; height: 1fr; border: none; padding: 0; background: $panel; }
#preview { width: 45%; background: $panel; display: none; }
.-wide #preview { display: block; }
#detail { height: 5; background: $panel; }
Input { border: none; height: 1; padding: 0 1; background: $surface-lighten-1; }
Input:focus { border: none; background: $primary-background; }
TextArea { border: none; height: 4; padding: 0 1; background: $surface-lighten-1; }
TextArea:focus { border: none; background: $primary-background; }
OptionList, OptionList:focus { border: none; scrollbar-size-vertical: 1; }
.row { height: auto; }
.name { width: 20; height: 1; padding: 0 1; color: $text-muted; }
.row.-required .name { color: $text; text-style: bold; }
.row Input, .row TextArea, .row Choice { width: 1fr; }
#also { display: none; color: $text-warning; }
#also.-shown { display: block; }
#result { height: 6; background: $panel; }
#evidence { height: 8; background: $panel; }
.about { height: auto; color: $text-muted; padding: 0 1; margin-bottom: 1; }
.check { height: auto; color: $text-muted; margin-left: 21; }
.check.-bad { color: $text-error; text-style: bold; }
#ways { height: auto; margin: 1 0; }
#about { height: auto; }
#filter { display: none; }
#filter.-shown { display: block; }
ModalScreen { align: center middle; }
.dialog { width: 60; max-width: 100%; height: auto; max-height: 100%; border: solid $primary; padding: 0 1;
          background: $surface; }
QiaoApp.-ascii .dialog { border: ascii $primary; }
.dialog .text { height: auto; max-height: 16; }
.dialog OptionList { height: auto; max-height: 14; }
.small { width: 100%; height: 100%; content-align: center middle; text-style: bold; }
#login { width: 44; height: auto; }
LoginScreen .stage { align: center middle; height: 1fr; }
Toast { border: none; padding: 0 1; width: 60; max-width: 100%; }
.-plain .bar { text-style: reverse; }
.-plain Rows > .rows--cursor, .-plain Rows:focus > .rows--cursor { text-style: reverse; }
.-plain OptionList > .option-list--option-highlighted { text-style: reverse; }
.-plain Choice:focus { text-style: reverse; }
"""


def has_no_colours() -> bool:
    """What is chosen stands out by reversed letters then."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM", "") in (
        "vt100",
        "vt102",
        "vt220",
        "linux-m",
    )
