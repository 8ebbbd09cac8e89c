"""Files that a person hands in: UTF-8 or an error that names the line, and what helps."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from node.errors import NotFound, Stale, Usage
from node.language import say

_CUT = "unexpected end of data"  # the decoder's word for a character that isn't whole at the end
_NO_FILE = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG}
MAX_BYTES = 64 << 20  # a batch of a hundred thousand acts; past it, cut the file


def whole(path: Path) -> bytes:
    """The file's bytes. Raises NotFound (`no_file`), Usage (`too_large`)."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Usage(
                say(f"{path} 超过 64 MiB", f"{path} is over 64 MiB"), code="too_large", hint="split -l 1000"
            )
        return path.read_bytes()
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        raise no_file(path) from error


def no_file(path: Path) -> NotFound:
    text = say(f"没有文件 {path}", f"there is no file {path}")
    return NotFound(text, code="no_file", hint=f"ls -l {path.parent}")


def save(path: Path, text: str) -> None:
    """Whole or not at all. Raises Stale (`file_exists`): nothing is written over."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise Stale(say(f"{path} 已存在", f"{path} exists"), code="file_exists") from error


def decoded(path: Path) -> str:
    """The file's text. Raises NotFound (`no_file`), Usage (`not_utf8`, `too_large`)."""
    return _text(whole(path), path)


def document(path: Path) -> dict[str, Any]:
    """One JSON object (`--data FILE.json`). Raises Usage (`bad_json`, `not_utf8`)."""
    return parse(whole(path), path)


def split(path: Path) -> Iterator[tuple[int, bytes]]:
    """The file's lines that aren't blank, with their numbers from 1."""
    for number, raw in enumerate(whole(path).split(b"\n"), 1):
        if raw.strip():
            yield number, raw.strip()


def parse(raw: bytes, path: Path, number: int | None = None) -> dict[str, Any]:
    """One JSON object. Raises Usage (`bad_json`, `not_utf8`), which names file and line."""
    return _parsed(_text(raw, path, number), path, number)


def _text(raw: bytes, path: Path, number: int | None = None) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, error, path, number) from error


def _not_utf8(raw: bytes, error: UnicodeDecodeError, path: Path, number: int | None) -> Usage:
    where = _where(path, number)
    if error.reason != _CUT and _is_gb18030(raw):
        text = say(f"{where} 不是 UTF-8，像是 GBK", f"{where} isn't UTF-8; it looks like GBK")
        return Usage(text, code="not_utf8", hint=f"iconv -f GB18030 -t UTF-8 {path} > {path}.utf8")
    text = say(
        f"{where} 不是 UTF-8（第 {error.start + 1} 字节），可能被截断",
        f"{where} isn't UTF-8 (byte {error.start + 1}); it may have been cut off",
    )
    return Usage(text, code="not_utf8", hint=_look_at(path, number))


def _is_gb18030(raw: bytes) -> bool:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str, path: Path, number: int | None) -> dict[str, Any]:
    where = _where(path, number)
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        cut = number is not None and not text.endswith("}")
        sentence = say(f"{where} 不是完整的 JSON", f"{where} isn't whole JSON")
        if cut:
            sentence += say("，像是被截断", "; it looks cut off")
        raise Usage(f"{sentence}: {error}", code="bad_json", hint=_look_at(path, number)) from error
    if not isinstance(found, dict):
        text = say(f"{where} 应为 JSON 对象 {{…}}", f"{where} must be a JSON object {{…}}")
        raise Usage(text, code="bad_json", hint=_look_at(path, number))
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _where(path: Path, number: int | None) -> str:
    return str(path) if number is None else say(f"{path} 第 {number} 行", f"{path} line {number}")


def _look_at(path: Path, number: int | None) -> str:
    return f"sed -n '{number}p' {path}" if number is not None else f"python3 -m json.tool {path}"
