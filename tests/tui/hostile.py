"""Texts that someone may put into a ticket to harm who reads it, or that break terminals by accident."""

from __future__ import annotations

MARKUP = [
    "[/工伤]", "[@click=app.close()]按我[/]", "[@click=app.exit]", "[bold red]粗[/]", "[link=http://x]链[/link]",
    "[", "]", "[[", "[/]", "\\[/工伤]", "[$primary]变量[/]", "[red", "{0}{name}", "%s %d", "$(reboot)", "`id`",
    ":warning:", "[@focus=app.quit][/]", "&lt;b&gt;", "<script>alert(1)</script>", "'; DROP TABLE x; --",
]  # fmt: skip
ESCAPES = [
    "\x1b]52;c;ZXZpbA==\x07", "\x1b]0;标题\x07", "\x1b[2J\x1b[H", "\x1b[31m红\x1b[0m", "\x1b[?1049l", "\x1bc",
    "\x1bP+q544e\x1b\\", "\x1b_Gf=100;AAAA\x1b\\", "\x1b^私信\x1b\\", "\x1b]8;;http://evil\x1b\\点\x1b]8;;\x1b\\",
    "\x1b]1337;File=:AA\x07", "\x1b[6n", "\x1b[c", "\x1b[5i", "\x1b[>0q", "\x1b", "\x07", "\x08\x08\x08", "\x0b",
    "\x0c", "\x0e\x0f", "\x00", "\x7f", "行1\r覆盖", "a\r\nb", "\x9b31m", "\x9d0;标题\x9c", "\x85", "\x90q\x9c",
]  # fmt: skip
UNSEEN = [
    "\u202e倒着写\u202c", "\u2066隔离\u2069", "\u200f右", "\u061c阿", "零\u200b宽\u200c度\u200d", "\ufeff头",
    "\u2060连", "\u00ad软", "\u2028行\u2029段", "\U000e0041\U000e007f标", "\ufff9注\ufffa释\ufffb", "\u180e",
    "变\ufe0f体", "\ue000私用", "\ud800孤", "\U0010ffff非字", "\u115f\u3164填",
]  # fmt: skip
WIDE = [
    "👨‍👩‍👧‍👦一家", "🇨🇳旗", "👍🏽肤色", "e\u0301é", "Z\u0351\u036b\u0343a\u0352\u0364l\u036f\u0308g\u0310o", "각",
    "①②③…→★“”", "αβγж", "ｆｕｌｌ", "ﷺ", "༽ཀ྆", "नमस्ते", "สวัสดี", "مرحبا", "\t制表\t符", "多\n行\n文\n字",
    "𠀀𪚥扩展", "⚠️警", "☎", "㍿",
]  # fmt: skip
LONG = ["长" * 100_000, "a" * 100_000, "\x1b[31m" * 20_000, "\u0301" * 5_000, "\n" * 3_000]

HOSTILE = MARKUP + ESCAPES + UNSEEN + WIDE + LONG
FORBIDDEN = [
    *map(chr, (*range(0x20), *range(0x7F, 0xA0))), "\u061c", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
    "\u2028", "\u2029", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2060, 0x2070)), "\ufeff", "\u00ad",
    "\ufe0f", "\ufff9", "\u0301", "\ud800",
]  # fmt: skip
