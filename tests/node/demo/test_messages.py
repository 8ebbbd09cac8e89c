import gzip
import json
from pathlib import Path

import pytest

from node.demo import messages

ONE = {
    "id": "m1",
    "title": "公司拖欠工资怎么办？",
    "time": "2019/1/31 8:46:59",
    "content": "三个月没发。\n求助",
}


def _packed(tmp_path: Path, *items: object) -> Path:
    path = tmp_path / messages.NAME
    path.parent.mkdir()
    path.write_bytes(gzip.compress("".join(json.dumps(item) + "\n" for item in items).encode()))
    return path


def test_both_ways_of_writing_the_time_are_read() -> None:
    assert messages.time_of("2019/1/31 8:46:59") == messages.time_of("2019-01-31 08:46:59")
    with pytest.raises(ValueError):
        messages.time_of("昨天")


def test_a_message_becomes_a_matter_with_its_title_time_and_words(tmp_path: Path) -> None:
    found = messages.read(_packed(tmp_path, ONE), "370000")
    fields = found.cases[0].fields
    assert not found.wrong and found.cases[0].owner == "370000"
    assert fields["class"] == "enquiry" and fields["topic"] == "legal/labour/wages/arrears"
    assert fields["narrative"] == "公司拖欠工资怎么办？\n（2019-01-31 08:46 网上留言）\n三个月没发。\n求助"


def test_what_isnt_a_message_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    path = _packed(tmp_path, {"id": "m0"}, {**ONE, "time": "?"}, ONE)
    found = messages.read(path, "370000")
    assert len(found.cases) == 1 and found.wrong == {"KeyError": 1, "ValueError": 1}
    assert found.odd == {"no_region": 1, "time_with_slashes": 1}


def test_without_the_folder_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("QIAO_DATA", raising=False)
    assert messages.file() is None
    monkeypatch.setenv("QIAO_DATA", str(tmp_path))
    assert messages.file() is None
    _packed(tmp_path, ONE)
    assert messages.file() == tmp_path / messages.NAME
