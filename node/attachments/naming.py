"""What an attachment is called and of what type it is: both are shown, neither is ever acted on. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120  # characters of a name, its ending included
UNNAMED = "附件"
UNKNOWN = "application/octet-stream"
HEAD = 512  # bytes that tell a type

_SEPARATORS = re.compile(r"[/\\]")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
)
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OF_ZIP = {
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "ofd": "application/ofd",
}
_OF_OLE = {
    "doc": "application/msword",
    "wps": "application/msword",
    "xls": "application/vnd.ms-excel",
    "et": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "dps": "application/vnd.ms-powerpoint",
}
_OF_TEXT = {"csv": "text/csv", "json": "application/json"}
ZIP, PLAIN, VIDEO, OLE = "application/zip", "text/plain", "video/mp4", "application/x-ole-storage"
TYPES = frozenset(
    {UNKNOWN, ZIP, PLAIN, VIDEO, OLE, *dict(_MAGIC).values(), *_RIFF.values(), *_OF_ZIP.values(),
     *_OF_OLE.values(), *_OF_TEXT.values()}
)  # fmt: skip


def display_name(raw: str) -> str:
    """A name without directories and controls, in NFC, at most `LONGEST` characters with its ending kept.

    Bidi and zero-width characters stay; screens show them as `‹U+202E›`.
    """
    last = _CONTROLS.sub("_", _SEPARATORS.split(raw)[-1]).strip()
    name = unicodedata.normalize("NFC", last)
    return _cut(name) if name.strip(". ") else UNNAMED


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    ending = "." + _ending(name) if 0 < len(_ending(name)) <= 8 else ""
    return name[: LONGEST - len(ending)] + ending


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def media_type(head: bytes, name: str) -> str:
    """One of `TYPES`, from the first bytes; the name's ending only chooses among what they allow."""
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[:4] == b"PK\x03\x04":
        return _OF_ZIP.get(_ending(name), ZIP)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _OF_OLE.get(_ending(name), OLE)
    if head[4:8] == b"ftyp":
        return VIDEO
    return _OF_TEXT.get(_ending(name), PLAIN) if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    """UTF-8 or GB18030 without controls; a character cut off at the end is forgiven."""
    if any(one < 32 and one not in (9, 10, 13) for one in head):
        return False
    return any(_decodes(head[: len(head) - cut], code) for code in ("utf-8", "gb18030") for cut in range(4))


def _decodes(head: bytes, code: str) -> bool:
    try:
        head.decode(code)
    except UnicodeDecodeError:
        return False
    return True
