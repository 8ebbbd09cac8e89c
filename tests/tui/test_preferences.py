from __future__ import annotations

from typing import Any

import pytest

from tui.preferences import Preferences, Unfit, changed, read


def test_what_is_kept_is_read_back_as_it_was() -> None:
    wanted = Preferences(
        language="en", theme="light", bell=True, keys={"register": ("f9", "z")}, columns={"ticket": ("number",)},
        sorts={"ticket": "due"}, toured=True,
    )  # fmt: skip
    assert read(wanted.plain()) == (wanted, [])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("theem", "dark", "theme"),
        ("theme", "darc", "dark"),
        ("language", "fr", "zh, en"),
        ("bell", "loud", "true, false"),
        ("keys", {"regster": ["f9"]}, "register"),
        ("keys", {"register": ["hyper+x"]}, "hyper+x"),
        ("keys", {"register": ["f7"]}, "排序"),
        ("keys", ["f7"], "{}"),
        ("sorts", "due", "{}"),
    ],
)
def test_what_cant_be_is_refused_with_the_key_and_the_nearest(key: str, value: Any, said: str) -> None:
    with pytest.raises(Unfit) as caught:
        changed(Preferences(), key, value)
    assert said in str(caught.value) and (key in str(caught.value) or key == "theem")


def test_one_that_is_wrong_leaves_the_others_as_they_are() -> None:
    found, faults = read({"theme": "light", "language": "fr", "unknown": 1})
    assert found == Preferences(theme="light") and len(faults) == 2
