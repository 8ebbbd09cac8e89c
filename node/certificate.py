"""A certificate for TLS in an office without an authority of its own: made here, known by its fingerprint."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from node.errors import DiskTrouble, Usage
from node.keys import DIRECTORY
from node.language import say
from node.private import write as write_private

CERTIFICATE, KEY = "web.crt", "web.key"
DAYS = 820  # browsers refuse what is good for longer than 825
RENEWED_DAYS = 30  # before its end another is made


def own(directory: Path, names: Sequence[str], now: datetime.datetime) -> tuple[Path, Path]:
    """(certificate, key) in DIR/keys for these host names and addresses: those of before, where they are good for
    them for a while yet, else new ones. Raises DiskTrouble."""
    folder = directory / DIRECTORY
    place, key = folder / CERTIFICATE, folder / KEY
    try:
        if not (key.exists() and _is_good(place, names, now)):
            _make(place, key, names, now)
    except OSError as fault:
        raise DiskTrouble(
            say(f"证书写不了：{fault}", f"the certificate can't be written: {fault}"), hint=f"df -h {folder}"
        ) from fault
    return place, key


def fingerprint(place: Path) -> str:
    """SHA-256 as browsers show it, `AB:CD:…`. Raises Usage `bad_certificate`."""
    try:
        found = x509.load_pem_x509_certificate(place.read_bytes())
    except (OSError, ValueError) as fault:
        raise _bad(place, fault) from fault
    return found.fingerprint(SHA256()).hex(":").upper()


def context(place: Path, key: Path) -> ssl.SSLContext:
    """What a server needs, TLS 1.2 at least. Raises Usage `bad_certificate`."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # An encrypted key would be asked for in the terminal.
        made.load_cert_chain(place, key, password=lambda: b"")
    except (OSError, ValueError) as fault:
        raise _bad(place, fault) from fault
    return made


def _bad(place: Path, fault: Exception) -> Usage:
    return Usage(
        say(
            f"证书 {place} 或其密钥不能用：{fault}", f"the certificate {place} or its key is no good: {fault}"
        ),
        code="bad_certificate",
        hint="qiao web --listen 0.0.0.0:8443 --self-signed",
    )


def _is_good(place: Path, names: Sequence[str], now: datetime.datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(place.read_bytes())
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    lasting = found.not_valid_after_utc - now > datetime.timedelta(days=RENEWED_DAYS)
    return lasting and set(map(_general, names)) <= set(said)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make(place: Path, key: Path, names: Sequence[str], now: datetime.datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(list(map(_general, names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    pem = builder.sign(private, SHA256()).public_bytes(Encoding.PEM)
    _put(key, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _put(place, pem)


def _put(place: Path, content: bytes) -> None:
    aside = place.with_name(f".{place.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    write_private(aside, content)
    os.replace(aside, place)
