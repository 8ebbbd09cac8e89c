from __future__ import annotations

import contextlib
import datetime
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from node import keys, vouched
from node.transport import tls
from sync_protocol.keys import verify
from tests.node.fakes import SeededEntropy
from tests.node.tree import Tree

NOW = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)


def _shake(server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    """A handshake in memory. Raises what the child raises."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    parent, child = server.wrap_bio(up, down, server_side=True), client.wrap_bio(down, up)
    for _ in range(4):
        for side in (child, parent):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    assert child.version() == "TLSv1.3"


def test_a_certificate_says_by_whom_it_is_vouched_for_and_holds_no_key_of_the_node(tmp_path: Path) -> None:
    own = keys.make(tmp_path / "keys", SeededEntropy())
    made = vouched.make([own], NOW, b"pw")
    (leaf,) = x509.load_pem_x509_certificates(made.pem)
    verify(own.sign_key, leaf.signature, leaf.tbs_certificate_bytes)
    assert own.node.hex() in leaf.issuer.rfc4514_string() and b"ENCRYPTED" in made.pem
    assert leaf.tbs_certificate_bytes[0] == 0x30, "never what COSE signs, nor the blind index"


def test_a_certificate_in_another_nodes_name_is_not_believed(tmp_path: Path) -> None:
    own, enemy = (keys.make(tmp_path / name, SeededEntropy(at)) for at, name in enumerate("ab"))
    forged = replace(own, sign=enemy.sign)
    good = tls.serving([own], 1_700_000_000_000, SeededEntropy())
    bad = tls.serving([forged], 1_700_000_000_000, SeededEntropy())
    also = tls.serving([enemy, replace(own, sign=enemy.sign)], 1_700_000_000_000, SeededEntropy())
    _shake(good, tls.pinned([own.sign_key]))
    for one in (bad, also):
        with pytest.raises(ssl.SSLCertVerificationError):
            _shake(one, tls.pinned([own.sign_key]))


def test_a_newer_pair_is_believed_by_the_older_ones_word_alone(tmp_path: Path) -> None:
    new, old = (keys.make(tmp_path / name, SeededEntropy(at)) for at, name in enumerate("ab"))
    _shake(tls.serving([new, old], 1, SeededEntropy()), tls.pinned([old.sign_key]))
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake(tls.serving([old, new], 1, SeededEntropy()), tls.pinned([bytes(31) + b"\x09"]))


def test_a_child_finds_its_parent_before_and_after_it_hears_of_its_new_keys(tree: Tree) -> None:
    known = tree.at("k").parent_keys
    tree.do("c", "registry.replace")
    served = tls.serving(tree.at("c").pairs, 1_700_000_000_000, SeededEntropy())
    _shake(served, tls.pinned(known))
    tree.quiet()
    heard = tree.at("k").parent_keys
    assert heard != known and heard == (tree.at("c").keys.sign_key,)
    _shake(served, tls.pinned(heard))
