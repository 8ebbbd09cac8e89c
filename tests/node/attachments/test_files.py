from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from node.attachments.files import Files, TooLarge

PEER, OTHER = b"p" * 16, b"q" * 16


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def left(files: Files) -> list[str]:
    return [path.name for path, _ in files.asides()]


def test_a_file_lies_under_the_name_of_its_content(files: Files) -> None:
    content, size = files.add(io.BytesIO(b"abc" * 1000), 10_000)
    assert (content, size) == (digest(b"abc" * 1000), 3000)
    name = content.hex()
    assert files.path(content) == files.root / name[:2] / name and files.size(content) == 3000
    assert files.is_sound(content) and files.read(content, 3, 4) == b"abca" and left(files) == []
    assert [one for one, _ in files.every()] == [content]
    assert files.path(content).stat().st_mode & 0o077 == 0


def test_the_same_file_twice_is_one(files: Files) -> None:
    assert files.add(io.BytesIO(b"x"), 10) == files.add(io.BytesIO(b"x"), 10)
    assert len(list(files.every())) == 1


def test_one_past_its_bound_leaves_nothing(files: Files) -> None:
    with pytest.raises(TooLarge):
        files.add(io.BytesIO(b"x" * 11), 10)
    assert left(files) == [] and list(files.every()) == []


def test_a_source_that_fails_leaves_nothing(files: Files) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("pulled out")

    with pytest.raises(OSError, match="pulled"):
        files.add(Torn(), 10)
    assert left(files) == []


def test_what_isnt_here_has_no_size_and_isnt_sound(files: Files) -> None:
    assert files.size(bytes(32)) is None and not files.is_sound(bytes(32))
    assert list(files.every()) == [] == list(files.asides())
    files.remove(bytes(32))


def test_parts_make_the_whole(files: Files) -> None:
    data = bytes(range(200))
    files.write(digest(data), PEER, 0, data[:90])
    assert files.part_size(digest(data), PEER) == 90 and files.size(digest(data)) is None
    files.write(digest(data), PEER, 90, data[90:])
    assert files.finish(digest(data), PEER) and files.is_sound(digest(data)) and left(files) == []


def test_what_a_killed_attempt_left_behind_the_durable_offset_goes(files: Files) -> None:
    data = b"right and whole"
    files.write(digest(data), PEER, 0, b"right" + b"junk of a chunk whose row was never written")
    files.write(digest(data), PEER, 5, data[5:])
    assert files.finish(digest(data), PEER)


def test_a_whole_that_is_something_else_is_thrown_away(files: Files) -> None:
    files.write(digest(b"good"), PEER, 0, b"evil")
    assert not files.finish(digest(b"good"), PEER)
    assert left(files) == [] and files.size(digest(b"good")) is None


def test_each_peer_has_a_part_of_its_own(files: Files) -> None:
    files.write(digest(b"good"), PEER, 0, b"evil")
    files.write(digest(b"good"), OTHER, 0, b"good")
    assert not files.finish(digest(b"good"), PEER) and files.finish(digest(b"good"), OTHER)


def test_a_rotten_file_is_told_from_a_sound_one(files: Files) -> None:
    content, _ = files.add(io.BytesIO(b"abcd"), 10)
    files.path(content).write_bytes(b"abce")
    assert not files.is_sound(content)


def test_removing_takes_the_parts_as_well(files: Files) -> None:
    content, _ = files.add(io.BytesIO(b"abcd"), 10)
    files.write(content, PEER, 0, b"ab")
    files.remove(content)
    assert files.size(content) is None and left(files) == []
