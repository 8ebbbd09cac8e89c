"""The knowledge base on this machine: taking it in, giving it to a county, and looking up while somebody talks.

Two real nodes on real files, the exchange by hand. `python -m bench.articles`; with `--five` also what the search
gave for five questions as callers ask them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.measure import always, each, head
from bench.node import _exchange, _tell, _tree
from node.matters.article import shipped
from node.reader import Reader
from node.writer import Writer

MATTER = "article"
BOUND_MS = 100
SENTENCE = (
    "我是河南来的，去年三月跟着老乡到黄岛一个工地上干木工，讲好一天三百二，干了一百四十多天，"
    "中间只给过两次生活费，一共六千块钱，剩下的三万多块钱包工头一直拖着不给，打电话也不接，"
)
NARRATIVES = {  # characters → text
    "30 characters": SENTENCE[:30],
    "120 characters": (SENTENCE * 2)[:120],
    "500 characters": (
        SENTENCE + "工地上有总包，总包说工程款早就给他了，让我们自己去要。我们一共十一个人，都没签合同，"
        "手里只有他记的考勤本的照片和微信聊天记录。前天有个工友从脚手架上摔下来，腿断了，现在医院里躺着，"
        "医药费是我们几个凑的，他说不是他的责任，不给报工伤，也没给我们上保险。我还想问一下，"
        "我老婆在旁边服装厂上班，怀孕五个月了，厂里说生意不好要裁员，让她自己写辞职，不写就天天安排夜班，"
        "她在那干了四年，合同签到明年六月，这种情况能不能要补偿，社保厂里只给交了两年，前两年的能不能补。"
        "另外我们宿舍和车间在一栋楼里，晚上大门锁着，出不去，万一着火怎么办，这个向谁反映，会不会报复我们，"
        "我自己的年休假也从来没休过，过年值班也没有三倍工资，工资条从来没见过，每个月发多少全凭老板一句话。"
    )[:500],
}
FIVE = (
    "我跟着老乡在工地绑钢筋，包工头人找不着了，八千块钱工资问谁要去",
    "早上骑电动车去上班让汽车给撞了",
    "我怀孕四个月了老板找茬要开除我",
    "公司不交五险，我自己提的离职能不能要补偿",
    "我想告公司，去哪儿仲裁啊花不花钱",
)


def main(five: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        parent, child = _tree(Path(folder))
        _exchange(parent, child)
        _take_in(parent)
        begun = time.perf_counter()
        up, down, moved = _exchange(parent, child)
        _tell("given to a county", time.perf_counter() - begun, "s")
        _tell("  commits", moved, "")
        _tell("  bytes on the wire", up + down, "")
        reader = Reader(child.directory, "zh")
        _look_up(reader)
        if five:
            _show(reader)
        reader.close()
        parent.close()
        child.close()


def _take_in(writer: Writer) -> None:
    rows = list(shipped())
    count, begun = len(rows), time.perf_counter()
    while rows:
        rows = rows[writer.do("import", {"matter": MATTER, "rows": rows[:300]}, "a")["taken"] :]
    seconds = time.perf_counter() - begun
    _tell(f"{count} articles taken in, durable", seconds, "s")
    _tell("  articles a second", count / seconds, "")


def _look_up(reader: Reader) -> None:
    head("looking up")
    for name, text in NARRATIVES.items():
        each(f"suggest, {name}", BOUND_MS, always(reader.suggest, MATTER, text))
    for text in ("工资", "工钱", "拖欠 工伤"):
        each(f"search {text}", BOUND_MS, always(reader.search, text, [MATTER]))


def _show(reader: Reader) -> None:
    for text in FIVE:
        print(f"\n{text}")
        for place, one in enumerate(reader.suggest(MATTER, text, 3).items, 1):
            print(f"  {place}. {one['title']} [{one['number']}] {one['law']}{one['article']}")
            print(f"     {one['answer']}")


if __name__ == "__main__":
    main("--five" in sys.argv)
