"""Texts that someone may put into a ticket to harm who reads it, or that break terminals by accident.

Each family is a way of doing harm of its own; no two texts are the same. `FORBIDDEN` is what may never reach a
terminal from a text.
"""

from __future__ import annotations

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
C0 = [chr(code) for code in (*range(0x20), 0x7F)]
C1 = [chr(code) for code in range(0x80, 0xA0)]

FAMILIES: dict[str, list[str]] = {
    "markup": [
        "[/工伤]", "[@click=app.close()]按我[/]", "[@click=app.exit]", "[bold red]粗[/]", "[link=http://x]链[/link]",
        "[", "]", "[[", "[/]", "\\[/工伤]", "[$primary]变量[/]", "[red", "[@focus=app.quit][/]",
        "[@click=screen.dismiss]",
        "[on red]底[/on red]", "[not bold]细[/]", "[@click='app.push_screen(\"x\")']引号[/]", "[reverse][blink]闪",
        "[@click=app.go('quit')]走[/]", "[auto on $error 50%]色[/]", "[link=javascript:alert(1)]脚本[/link]",
        ":warning:", "&lt;b&gt;", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "**粗** _斜_ `码`",
        "# 标题\n- 项\n| 表 | 格 |", "[点我](http://evil)", "\\u001b[31m", "\\x1b]0;x\\x07", "^[[2J", "%1B%5B2J",
    ],
    "formats": [
        "{0}{name}", "{", "}", "{{}}", "{0.__class__.__init__.__globals__}", "%s %d %n", "%(name)s", "%", "${HOME}",
        "{name!r:>{width}}", "#{7*7}", "{{7*7}}", "\\N{BELL}", "\\", "\\\\n", "\"", "'", "\"\"\"",
    ],
    "shell": [
        "$(reboot)", "`id`", "; rm -rf ~ #", "| tee /etc/passwd", "&& shutdown", "> /dev/tty", "-rf", "--help",
        "../../../../etc/passwd", "..\\..\\windows", "/dev/null", "~/.ssh/id_ed25519", "C:\\CON", "NUL.txt",
        "file:///etc/passwd",
        "\\\\host\\share", "a/../b", "图片.jpg\x00.exe",
    ],
    "queries": [
        "'; DROP TABLE x; --", "' OR '1'='1", "工资 AND 工伤", "NEAR(工资 工伤, 3)", "title:工资", "工资*", "\"未闭",
        "NOT", "^工资", "a OR", "-工资", "(((", "_%", "工资 -- 注", "/* 注 */", "+工资 +工伤",
    ],
    "formulas": [
        "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1:A9)", "=HYPERLINK(\"http://evil\",\"点\")", "\t=1+1",
        "=\"a\"\r=1",
        "1;2,3\t4\"5", "＝1+1",
    ],
    "osc": [
        "\x1b]0;标题\x07", "\x1b]1;图标\x07", "\x1b]2;窗口\x1b\\", "\x1b]4;1;rgb:ff/00/00\x07",
        "\x1b]7;file://evil/\x07",
        "\x1b]8;;http://evil\x1b\\点\x1b]8;;\x1b\\", "\x1b]9;通知\x07", "\x1b]9;4;1;50\x07", "\x1b]10;?\x07",
        "\x1b]11;#ff0000\x07",
        "\x1b]12;?\x1b\\", "\x1b]22;wait\x07", "\x1b]50;字体\x07", "\x1b]52;c;ZXZpbA==\x07", "\x1b]52;c;?\x07",
        "\x1b]104\x07",
        "\x1b]133;A\x07", "\x1b]633;E;rm -rf ~\x07", "\x1b]777;notify;标;文\x07", "\x1b]1337;File=inline=1:AAAA\x07",
        "\x1b]1337;SetMark\x07", "\x1b]1337;CopyToClipboard=\x07", "\x1b]0;没有结尾", "\x1b]", "\x9d0;标题\x9c",
        "\x9d52;c;eA==\x07",
        "\x9d没有结尾",
    ],
    "csi": [
        "\x1b[31m红\x1b[0m", "\x1b[2J\x1b[H", "\x1b[3J", "\x1b[2K", "\x1b[99;99H", "\x1b[999A", "\x1b[1;1r",
        "\x1b[?25l",
        "\x1b[?1049l", "\x1b[?1049h", "\x1b[?1000h", "\x1b[?1003h\x1b[?1006h", "\x1b[?1004h", "\x1b[?2004h",
        "\x1b[?2026h",
        "\x1b[?2048h", "\x1b[?7l", "\x1b[?3h", "\x1b[?5h", "\x1b[4h", "\x1b[20h", "\x1b[5i", "\x1b[4i", "\x1b[6n",
        "\x1b[5n", "\x1b[c",
        "\x1b[>c", "\x1b[=c", "\x1b[>0q", "\x1b[?u", "\x1b[>31u", "\x1b[8;1;1t", "\x1b[21t", "\x1b[22;0t\x1b[23;0t",
        "\x1b[18t",
        "\x1b[!p", "\x1b[1$r", "\x1b[100000000b", "\x1b[9999999999999999999m", "\x1b[38;2;0;0;0;48;2;0;0;0m",
        "\x1b[38:2::255:0:0m",
        "\x1b[3", "\x1b[", "\x9b31m", "\x9b2J", "\x9b", "\x9b?1049l",
    ],
    "reports": [
        "\x1b[<0;10;10M", "\x1b[<0;10;10m", "\x1b[M !!", "\x1b[200~粘贴\x1b[201~", "\x1b[201~", "\x1b[I\x1b[O",
        "\x1b[10;20R",
        "\x1b[?62;c", "\x1b[?2026;2$y", "\x1b[27;5;113~", "\x1b[113;5u", "\x1bOP\x1bOQ", "\x1b[21~\x11",
    ],
    "strings": [
        "\x1bP+q544e\x1b\\", "\x1bP$qm\x1b\\", "\x1bPq#0;2;0;0;0#0~~@@vv\x1b\\", "\x1bP1;2;3|17/ab\x1b\\",
        "\x1bP没有结尾", "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\",
        "\x90q\x9c", "\x90没有结尾", "\x1b_Gf=100,a=T;AAAA\x1b\\", "\x1b_Gi=1,a=d\x1b\\", "\x1b_没有结尾",
        "\x9fG\x9c", "\x9f",
        "\x1b^私信\x1b\\", "\x1b^没有结尾", "\x9e私信\x9c", "\x1bX串\x1b\\", "\x1bX没有结尾", "\x98串\x9c",
        "\x1b\\", "\x9c",
    ],
    "escapes": [
        "\x1bc", "\x1b7\x1b8", "\x1bD\x1bM\x1bE", "\x1bH\x1b[3g", "\x1b(0lqqk\x1b(B", "\x1b)0\x0e", "\x1b%G\x1b%@",
        "\x1b#8", "\x1b#3大",
        "\x1b=\x1b>", "\x1bN\x1bO", "\x1bn\x1bo", "\x1b l", "\x1bZ", "\x1b", "\x1b\x1b\x1b", "\x1b\n[2J",
        "\x1b\u200b[2J",
        "＼ｘ１ｂ［２Ｊ", "\u241b[2J",
    ],
    "c0": [f"甲{char}乙" for char in C0],
    "c1": [f"甲{char}乙" for char in C1],
    "breaks": [
        "行1\r覆盖", "a\r\nb", "\n\r\n\r", "\r", "\n", "\t", "\t制表\t符", "多\n行\n文\n字", "\u2028行\u2029段",
        "末尾\n", "\n\n开头",
        "\x08\x08\x08退", "abc\x7f\x7f\x7f", " ", "　", "  前后  ", "\u00a0\u2007\u202f不断",
        "\u2003\u2009宽窄\u205f", "",
    ],
    "bidi": [
        *(f"甲{char}乙" for char in BIDI), "\u202e倒着写\u202c", "\u2066隔离\u2069", "\u2067\u202etxt.exe\u2069",
            "\u202a" * 70 + "深",
        "合同\u202egpj.exe", "\u206a\u206b\u206c\u206d\u206e\u206f旧", "工资\u05d0\u05d1 12\u0627",
    ],
    "unseen": [
        "零\u200b宽", "宽\u200c度", "宽\u200d度", "\ufeff头", "\u2060连", "\u00ad软", "\u2061\u2062\u2063\u2064数",
        "\U000e0041\U000e007f标", "\U000e0001", "\ufff9注\ufffa释\ufffb", "\ufffc物", "\u180e", "\u180b\u180c蒙",
        "变\ufe0f体", "\ufe00", "\U000e0100异体",
        "\ue000私用", "\U000f0000\U0010fffd", "\ufdd0\ufdef", "\ufffe\uffff", "\U0001fffe", "\U0010ffff非字",
        "\ud800孤", "\udfff",
        "\udc9b31m", "\ud83d\udc4d", "\ufffd", "\u115f\u3164填", "\uffa0", "\u034f", "\u17b4\u17b5", "\u2800",
        "\U0001d173", "\u0378未定",
    ],
    "wide": [
        "👨‍👩‍👧‍👦一家", "🇨🇳旗", "🇨", "👍🏽肤色", "🏽", "1️⃣键", "#⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🧑‍⚖️法", "❤️‍🔥", "⚠️警",
        "⚠︎文", "☎", "㍿", "😀" * 30, "🀄🃏",
        "①②③…→★“”", "─│┌█▓", "αβγж", "ａｂｃ１２３！？", "ｱｲｳﾞ", "￥￡￩", "𠀀𪚥扩展", "㐀䶿",
        "\U00030000\U000323af", "豈更", "⺀⼀", "ㄅㄆ", "㋿", "々〇〆", "ゐゑ゙",
        "각", "\u1100\u1161\u11a8", "ﷺ", "ﷻ", "𒐫", "꧅", "⸻", "ǆ", "ﬃ", "İı", "ß", "ⅧⅨ", "㎏㎡", "𝓐𝕏", "₿", "﹏",
        "︵", "\ua015", "𓀀",
    ],
    "scripts": [
        "e\u0301é", "Z\u0351\u036b\u0343a\u0352\u0364l\u036f\u0308g\u0310o", "עִבְרִית", "مرحبا", "مُحَمَّد", "نستعلیق",
        "ܫܠܡܐ", "ߒߞߏ", "नमस्ते", "क्षि", "বাংলা", "தமிழ்", "മലയാളം",
        "ස්‍රී", "สวัสดี", "ກຳ", "ཀྵྵ༽ཀ྆", "မြန်မာ", "ខ្មែរ", "ᠮᠣᠩᠭᠣᠯ", "ئۇيغۇرچە", "ꦗꦮ", "አማርኛ", "ქართული", "Հայերեն",
        "𞤀𞤣", "ⵜⵉⴼ", "Việt Nam", "ᚠᛇᚻ", "𐍈", "꣠", "a\u20dd圈", "字\u3099",
    ],
    "long": [
        "长" * 100_000, "a" * 100_000, "拖欠工资 " * 20_000, " " * 100_000, "\x1b[31m" * 20_000,
        "底" + "\u0301" * 10_000, "\u0301" * 5_000,
        "\n" * 3_000, "\r\n" * 2_000 + "尾", "\t" * 5_000, "行\n" * 3_000, "[b]" * 20_000, "👨‍👩‍👧‍👦" * 5_000,
        "\u202e" * 10_000, "字\u200b" * 20_000, "…" * 20_000,
        "\ud800" * 2_000, "　" * 9_000, "{}" * 20_000, ("长" * 39 + "a\n") * 300,
    ],
}  # fmt: skip

HOSTILE = [text for family in FAMILIES.values() for text in family]
SHORT = [text for text in HOSTILE if len(text) <= 400]
FORBIDDEN = [
    *C0, *C1, *BIDI, "\u200b", "\u200c", "\u200d", "\u2028", "\u2029", *map(chr, range(0x2060, 0x2070)), "\ufeff",
    "\u00ad", "\ufe0e", "\ufe0f", "\ufff9", "\u0301", "\ud800", "\udc9b", "\U000e0041", "\u180e", "\u034f",
]  # fmt: skip
