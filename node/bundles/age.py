"""How a bundle stands to what was taken of its sender before, and how that is said."""

from __future__ import annotations

from enum import StrEnum

from node.language import say


class Age(StrEnum):
    NEW = "new"
    REPEATED = "repeated"  # this very one
    OLDER = "older"
    PAST_LIFE = "past_life"  # made before its sender was restored


_NAMED = {
    Age.REPEATED: ("这个数据包以前导入过", "this bundle was taken before"),
    Age.OLDER: ("这个数据包比已收到的旧", "this bundle is older than what was taken already"),
    Age.PAST_LIFE: (
        "这个数据包是对方恢复（改用新日志）之前做的",
        "this bundle was made before its sender was restored",
    ),
}


def sentence(age: Age, commits: int, fits: bool) -> str:
    """One sentence for a person. `fits`: False where something between is missing."""
    if age is Age.NEW:
        first = say(f"已导入 {commits} 条提交", f"took {commits} commits")
    elif commits:
        named = say(*_NAMED[age])
        first = named + say(f"；其中 {commits} 条提交是新的，已收下", f"; {commits} of its commits are new")
    else:
        first = say(*_NAMED[age]) + say("，没有新内容", "; nothing in it is new")
    if fits:
        return first
    return first + say(
        "；此前的内容缺一段，请导出一个数据包带给对方，对方会补发",
        "; something before it is missing: take a bundle of ours to its sender, and it will be sent anew",
    )
