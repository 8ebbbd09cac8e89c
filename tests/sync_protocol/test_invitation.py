"""One line of text that survives a courier, and nothing else does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import cbor, invitation, names
from sync_protocol.errors import InvitationExpired, LocalError, RemoteError, UnknownVersion
from sync_protocol.invitation import Invitation

from .scene import Office, seal_public, seed

ROOT, CITY = Office("province", "370000"), Office("city", "370000/370200")
INVITATION = Invitation(
    address="http://127.0.0.1:7370",
    sign=CITY.key,
    seal=seal_public(CITY.seal_private),
    root=invitation.root_hash(ROOT.key),
    unit="370000/370200/370211",
    name="黄岛区总工会",
    secret=seed("secret", 16),
    expires_ms=1_767_225_600_000,
)
LINE = INVITATION.to_text()


def test_an_invitation_is_one_line_of_plain_text() -> None:
    assert LINE.startswith("qiao1:") and LINE.isascii() and not set(LINE) & set("\n =+/")
    assert invitation.read(LINE) == INVITATION


def test_blanks_and_line_breaks_of_a_letter_dont_count() -> None:
    assert invitation.read(f"  {LINE[:40]}\r\n {LINE[40:]}\n") == INVITATION


def test_an_invitation_names_parent_and_root() -> None:
    assert INVITATION.parent == CITY.id and INVITATION.root_node == ROOT.id
    assert names.same_fingerprint(INVITATION.fingerprint, names.fingerprint(ROOT.key))


def test_the_secret_is_neither_in_the_id_nor_in_what_is_printed() -> None:
    assert INVITATION.secret not in INVITATION.id and "secret" not in repr(INVITATION)


def test_an_invitation_expires_by_the_parents_clock() -> None:
    INVITATION.check_time(INVITATION.expires_ms)
    with pytest.raises(InvitationExpired) as caught:
        INVITATION.check_time(INVITATION.expires_ms + 1)
    assert caught.value.code == "invitation_expired"


def test_an_invitation_that_couldnt_be_read_isnt_made() -> None:
    for change in ({"secret": b"short"}, {"unit": ""}, {"sign": bytes(32)}):
        with pytest.raises(LocalError):
            replace(INVITATION, **change).to_text()


def test_an_invitation_of_a_newer_version_is_named_as_such() -> None:
    raw = cbor.encode([2, "whatever"])
    with pytest.raises(UnknownVersion):
        invitation.read("qiao1:" + invitation.encode_line(raw))


@given(st.integers(0, len(LINE) - 1), st.characters(min_codepoint=33, max_codepoint=0x4E10))
def test_a_mistyped_character_is_found(at: int, typed: str) -> None:
    line = LINE[:at] + typed + LINE[at + 1 :]
    if line != LINE and not typed.isspace():
        with pytest.raises(RemoteError) as caught:
            invitation.read(line)
        assert caught.value.code == "bad_invitation"


@given(st.text(max_size=80), st.integers(0, len(LINE) - 1))
def test_any_other_text_is_no_invitation(text: str, end: int) -> None:
    for line in (text, "qiao1:" + text, LINE[:end], LINE + "A"):
        with pytest.raises(RemoteError):
            invitation.read(line)
