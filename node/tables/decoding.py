"""Which letters a file's bytes are: UTF-8, with or without its mark, or GB18030, which holds GBK. Never a guess
that turns a damaged file into other words."""

from __future__ import annotations

import codecs
from pathlib import Path

from node.errors import Usage
from node.language import say

PIECE = 1 << 16
PEEK = 4096
UTF8, GB18030 = "utf-8-sig", "gb18030"
_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


def encoding_of(path: Path) -> str:
    """Reads the whole file once, in pieces. Raises Usage (`bad_encoding`), OSError."""
    with path.open("rb") as file:
        head = file.read(PEEK)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            raise _refused(
                path, say(f"是 {name} 编码", f"is {name}"), "iconv -f UTF-16 -t UTF-8 FILE > NEW.csv"
            )
    if 4 * head.count(0) > len(head):
        raise _refused(
            path, say("像是 UTF-16 编码", "looks like UTF-16"), "iconv -f UTF-16LE -t UTF-8 FILE > NEW.csv"
        )
    valid, bad = _letters(path)
    if not bad:
        return UTF8
    # Chinese in GB18030 reads as hardly any UTF-8; a damaged UTF-8 file has a few bad bytes among good letters.
    if valid > bad:
        zh, en = "像是 UTF-8，但有损坏或被截断的字", "looks like UTF-8 with damaged or cut characters"
        raise _refused(path, say(zh, en), "iconv -c -f UTF-8 -t UTF-8 FILE > NEW.csv")
    if not _reads(path, GB18030):
        zh, en = "既不是 UTF-8 也不是 GB18030", "is neither UTF-8 nor GB18030"
        raise _refused(path, say(zh, en), "file FILE")
    return GB18030


def _letters(path: Path) -> tuple[int, int]:
    """(letters beyond ASCII that are sound UTF-8, bytes that are none)."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    valid = bad = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            if not text.isascii():
                here = sum(1 for letter in text if "\udc80" <= letter <= "\udcff")
                bad += here
                valid += sum(1 for letter in text if letter > "\x7f") - here
    return valid, bad + len(decoder.decode(b"", True))


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _refused(path: Path, what: str, hint: str) -> Usage:
    text = say(f"{path.name} {what}；请另存为 CSV UTF-8", f"{path.name} {what}; save it as CSV UTF-8")
    return Usage(text, code="bad_encoding", hint=hint)
