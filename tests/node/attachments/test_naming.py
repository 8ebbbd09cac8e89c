from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.attachments.naming import LONGEST, TYPES, UNKNOWN, UNNAMED, display_name, media_type


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("工资条.pdf", "工资条.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\li\\证据.jpg", "证据.jpg"),
        ("a\x00b\nc\x1b[2J.txt", "a_b_c_[2J.txt"),
        ("\u202egpj.exe", "\u202egpj.exe"),  # kept; screens show it as what it is
        ("", UNNAMED),
        ("..", UNNAMED),
        ("/", UNNAMED),
        ("e\u0301.pdf", "é.pdf"),
    ],
)
def test_a_name_is_text_and_never_a_path(raw: str, name: str) -> None:
    assert display_name(raw) == name


def test_a_long_name_keeps_its_ending() -> None:
    name = display_name("长" * 500 + ".pdf")
    assert len(name) == LONGEST and name.endswith("长.pdf")


@settings(max_examples=40)
@given(st.text())
def test_no_name_leads_anywhere_or_steers_a_terminal(raw: str) -> None:
    name = display_name(raw)
    assert 0 < len(name) <= LONGEST and not set("/\\\n\r\x1b\x00") & set(name)
    assert display_name(name) == name


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7", "a", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "a.pdf", "image/png"),  # the bytes are believed, not the name
        (b"\xff\xd8\xff\xe0", "a.exe", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a", "audio/wav"),
        (b"PK\x03\x04", "合同.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04", "a.pdf", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "表.xls", "application/vnd.ms-excel"),
        (b"\x00\x00\x00\x20ftypisom", "a.mp4", "video/mp4"),
        ("职工".encode(), "a.txt", "text/plain"),
        ("职工".encode("gb18030"), "a.csv", "text/csv"),
        ("职工".encode()[:-1], "a", "text/plain"),
        (b"\x7fELF\x02\x01\x01\x00", "a.jpg", UNKNOWN),
        (b"", "a.jpg", "text/plain"),
    ],
)  # fmt: skip
def test_a_type_is_guessed_from_the_bytes(head: bytes, name: str, kind: str) -> None:
    assert media_type(head, name) == kind and kind in TYPES


@settings(max_examples=40)
@given(st.binary(max_size=600), st.text(max_size=20))
def test_every_type_is_one_of_the_list(head: bytes, name: str) -> None:
    assert media_type(head, name) in TYPES
