"""Pinyin initials (拼音首字母) for type-ahead: `qd` finds 青岛.

GB 2312 keeps its 3,755 common characters in the order of their readings, so the code tells the initial. The
rarer ones that stand in names of places, and second readings, are listed here. A character that is in
neither answers to itself alone.
"""

from __future__ import annotations

from bisect import bisect_right

_FIRST = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9
_RARER = """
a 庵鳌
b 亳坂濞灞璧碚陂鲅趵费
c 重岑瀍禅茌埕徂漕褚坻枞长朝
d 儋宕岱棣砀磴硐黛坻峒单
e 阿
f 妃孚罘芙邡凫沣
g 仡珙崮杲莞藁卦垓堌堽洸
h 晖桦湟潢濠珲祜邗鄠骅璜堠隍
j 伽旌峤暨泾犍稷绛缙莒蛟迦郏鄄鸠矶碣筠
k 岢崆叩夼阚会
l 岚珑崂崃栾泸浏涞渌溧漯澧濂耒蒗蔺蠡赉醴阆麟俚徕泺蓼雒乐
m 仫勐岷汨沐渑湄谟闵
n 讷埝廿
o 瓯区
p 濮邳郫鄱陂丕番
q 岐朐杞淇犍硚箐綦耆蕲衢覃谯邛阡麒苘
r 榕芮
s 嵊嵩歙沭泗浉淞濉畲睢莘鄯佘单
t 峒洮滕漯潼郯坨疃砣鄌
w 佤婺汶仵辋郚圩
x 圩岫浔浠淅溆猇盱芗荥陉隰岘鑫莘歙解
y 偃兖埇峄弋攸晏沅猗琊眙禺筠荥蓥邕邺郓郾鄞鄢颍驿黟嵛怡毓筵闫
z 圳枞柘梓沚浈涿秭芷诏陟俎冢枳洙砦臧陬长
"""


def _listed() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in _RARER.split("\n"):
        letter, _, chars = row.partition(" ")
        for char in chars:
            found[char] = found.get(char, "") + letter
    return found


_LISTED = _listed()


def letters(char: str) -> str:
    """What one character answers to, lower case: its initials, then itself."""
    try:
        code = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        code = 0
    common = _LETTERS[bisect_right(_FIRST, code) - 1] if _FIRST[0] <= code <= _LAST else ""
    return common + _LISTED.get(char, "") + char.lower()


def matches(typed: str, name: str) -> bool:
    """Whether `typed` (initials, characters or both) runs through `name` without a gap."""
    wanted = "".join(typed.lower().split())
    known = [letters(char) for char in name]
    return any(
        all(char in known[start + at] for at, char in enumerate(wanted))
        for start in range(len(known) - len(wanted) + 1)
    )
