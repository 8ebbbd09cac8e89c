"""Which letters a file's bytes are, and when it isn't said at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.errors import Usage
from node.tables.decoding import GB18030, PIECE, UTF8, encoding_of

TEXT = "编号,诉求内容\nx1,拖欠工资三个月，包工头电话不接\n"


def _file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", UTF8), ("utf-8-sig", UTF8), ("gbk", GB18030), ("gb18030", GB18030)]
)
def test_utf_8_and_gb18030_are_told_apart(tmp_path: Path, encoding: str, found: str) -> None:
    path = _file(tmp_path, TEXT.encode(encoding))
    assert encoding_of(path) == found
    assert path.read_text(found) == TEXT


def test_a_letter_cut_by_the_piece_that_is_read_is_one_letter(tmp_path: Path) -> None:
    assert encoding_of(_file(tmp_path, b"a" * (PIECE - 1) + ("工" * 100).encode())) == UTF8


def test_gbk_far_down_in_a_file_of_ascii_is_found(tmp_path: Path) -> None:
    assert encoding_of(_file(tmp_path, b"a,b\n" * PIECE + TEXT.encode("gbk"))) == GB18030


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode()[:-4] + b"\xff\xfe\n",
        (TEXT * 50).encode()[:-2],
        TEXT.encode("utf-16"),
        b"\xff\xff\xff\xff" * 9,
    ],
    ids=["a damaged letter", "cut off within a letter", "UTF-16", "noise"],
)
def test_what_is_neither_is_refused_and_never_read_as_other_words(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Usage) as caught:
        encoding_of(_file(tmp_path, content))
    assert caught.value.code == "bad_encoding"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_called_so(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(Usage, match="UTF-16") as caught:
        encoding_of(_file(tmp_path, "external_id,narrative\r\n1,欠薪\r\n".encode(encoding)))
    assert caught.value.code == "bad_encoding"
