"""The certificate made here: for its names, kept while it is good, and one that a TLS server can use."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

import pytest
from cryptography import x509

from node import certificate
from node.errors import Usage

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
NAMES = ["qiao.example.org", "127.0.0.1", "::1"]


@pytest.fixture
def node(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path


def test_it_is_for_its_names_and_a_server_can_use_it(node: Path) -> None:
    place, key = certificate.own(node, NAMES, NOW)
    found = x509.load_pem_x509_certificate(place.read_bytes())
    said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert said.get_values_for_type(x509.DNSName) == ["qiao.example.org"]
    assert [str(one) for one in said.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    certificate.context(place, key)
    assert len(certificate.fingerprint(place)) == 32 * 3 - 1


def test_it_is_kept_until_a_month_before_its_end(node: Path) -> None:
    first = certificate.fingerprint(certificate.own(node, NAMES, NOW)[0])
    later = NOW + datetime.timedelta(days=certificate.DAYS - certificate.RENEWED_DAYS - 1)
    assert certificate.fingerprint(certificate.own(node, NAMES[:1], later)[0]) == first
    late = later + datetime.timedelta(days=2)
    assert certificate.fingerprint(certificate.own(node, NAMES, late)[0]) != first


def test_another_name_makes_another(node: Path) -> None:
    first = certificate.fingerprint(certificate.own(node, NAMES, NOW)[0])
    place, _ = certificate.own(node, [*NAMES, "10.1.2.3"], NOW)
    assert certificate.fingerprint(place) != first


def test_a_certificate_that_is_none_is_told(node: Path) -> None:
    place, key = certificate.own(node, NAMES, NOW)
    place.write_text("x")
    for use in (lambda: certificate.context(place, key), lambda: certificate.fingerprint(place)):
        with pytest.raises(Usage) as told:
            use()
        assert told.value.code == "bad_certificate" and told.value.hint
