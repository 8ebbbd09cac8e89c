"""Keys: which Ed25519 public keys are sound, and what verifies."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from sync_protocol import keys
from sync_protocol.errors import BadSignature
from tests.sync_protocol.scene import public, seal_public, seed
from tests.vectors.make import UNSOUND

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def test_a_signature_verifies_under_its_key_and_for_its_message_alone() -> None:
    signature = keys.sign_with(seed("a"))(b"message")
    keys.verify(public(seed("a")), signature, b"message")
    for key, signed, message in (
        (public(seed("b")), signature, b"message"),
        (public(seed("a")), signature, b"massage"),
        (public(seed("a")), signature[:63], b"message"),
        (public(seed("a")), b"", b"message"),
        (public(seed("a"))[:31], signature, b"message"),
    ):
        with pytest.raises(BadSignature):
            keys.verify(key, signed, message)


def test_no_bit_of_a_signature_can_be_flipped() -> None:
    good = keys.sign_with(seed("a"))(b"message")
    for bit in range(512):
        signature = bytearray(good)
        signature[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadSignature):
            keys.verify(public(seed("a")), bytes(signature), b"message")


def test_a_signature_with_its_scalar_plus_the_order_is_refused() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    signature = keys.sign_with(seed("a"))(b"message")
    scalar = int.from_bytes(signature[32:], "little") + order
    with pytest.raises(BadSignature):
        keys.verify(public(seed("a")), signature[:32] + scalar.to_bytes(32, "little"), b"message")


@pytest.mark.parametrize("number", sorted(UNSOUND))
def test_a_key_of_small_order_or_not_canonical_isnt_sound(number: int) -> None:
    key = number.to_bytes(32, "little")
    assert not keys.is_sound_key(key)
    with pytest.raises(BadSignature):
        keys.verify(key, bytes(64), b"message")


def test_every_point_of_small_order_is_known() -> None:
    """Doubling an order-8 point gives y = 0, so y² = -x² and, on the curve, d·y⁴ + 2·y² - 1 = 0."""
    root = _square_root((1 + D) % P)
    squares = [(sign * root - 1) * pow(D, -1, P) % P for sign in (1, -1)]
    order_8 = {y for square in squares if _is_square(square) for y in _both(_square_root(square))}
    assert len(order_8) == 2
    for y in {0, 1, P - 1} | order_8:
        for sign in (0, 1 << 255):
            assert not keys.is_sound_key((y | sign).to_bytes(32, "little"))


def _is_square(number: int) -> bool:
    return pow(number, (P - 1) // 2, P) == 1


def _square_root(number: int) -> int:
    root = pow(number, (P + 3) // 8, P)
    if root * root % P != number:
        root = root * pow(2, (P - 1) // 4, P) % P
    assert root * root % P == number
    return root


def _both(root: int) -> tuple[int, int]:
    return root, P - root


def test_ordinary_keys_are_sound() -> None:
    assert all(keys.is_sound_key(public(seed(name))) for name in "abcdefgh")
    assert not keys.is_sound_key(bytes(31)) and not keys.is_sound_key(b"")


SMALL_ORDER_U = (
    0,
    1,
    2**255 - 20,
    2**255 - 19,
    2**255 - 18,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)


@pytest.mark.parametrize("u", [*SMALL_ORDER_U, *(2**255 + u for u in SMALL_ORDER_U)])
def test_a_seal_key_of_small_order_is_found_as_the_library_finds_it(u: int) -> None:
    key = u.to_bytes(32, "little")
    assert not keys.is_sound_seal_key(key)
    with pytest.raises(ValueError):
        X25519PrivateKey.from_private_bytes(seed("a seal")).exchange(X25519PublicKey.from_public_bytes(key))


def test_an_ordinary_seal_key_is_sound() -> None:
    assert all(keys.is_sound_seal_key(seal_public(seed(f"seal {at}"))) for at in range(50))
    assert not keys.is_sound_seal_key(bytes([9])) and not keys.is_sound_seal_key(bytes(33))
