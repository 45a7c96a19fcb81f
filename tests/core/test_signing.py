"""Signatures of PDF files: they hold, any change shows, and the unsigned file is the beginning of the signed one."""

from __future__ import annotations

import asyncio
import datetime
import io
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from asn1crypto import keys, tsp, x509
from cryptography import x509 as made
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from core.printing.document import write_pdf
from core.printing.signing import SigningFailed, read_signature, sign_file

AT = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)


def make_signer(name: str, *, stamps: bool = False) -> SimpleSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = made.Name([made.NameAttribute(made.NameOID.COMMON_NAME, name)])
    builder = (
        made.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(made.random_serial_number())
        .not_valid_before(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1))
        .not_valid_after(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365))
    )
    if stamps:
        usage = made.ExtendedKeyUsage([made.ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    certificate = x509.Certificate.load(builder.sign(key, SHA256()).public_bytes(Encoding.DER))
    private = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return SimpleSigner(certificate, private, cert_registry=SimpleCertificateStore.from_certs([certificate]))


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("signing") / "one.pdf"
    write_pdf(
        "<html lang='zh-CN'><title>示例</title><p>示例文件</p></html>", path, identifier=b"example-document", at=AT
    )
    return path.read_bytes()


def signed(unsigned: bytes, signer: SimpleSigner, **over: str) -> bytes:
    target = io.BytesIO()
    sign_file(io.BytesIO(unsigned), target, signer=signer, reason="示例报告", **over)
    return target.getvalue()


@pytest.fixture(scope="module")
def whole(unsigned: bytes) -> bytes:
    return signed(unsigned, make_signer("示例红十字会"))


def test_a_signature_names_its_certificate_and_holds(unsigned: bytes) -> None:
    signer = make_signer("示例红十字会")
    found = read_signature(io.BytesIO(signed(unsigned, signer)))
    assert found is not None
    assert found.holds
    assert not found.is_stamped
    assert found.subject == "示例红十字会"
    assert signer.signing_cert is not None
    assert found.certificate_sha256 == signer.signing_cert.sha256.hex()


def test_a_file_is_signed_and_read_where_an_event_loop_runs(unsigned: bytes) -> None:
    async def inside() -> bool:
        found = read_signature(io.BytesIO(signed(unsigned, make_signer("示例红十字会"))))
        return found is not None and found.holds

    assert asyncio.run(inside())


def test_the_unsigned_file_is_the_beginning_of_the_signed_one(unsigned: bytes, whole: bytes) -> None:
    assert whole.startswith(unsigned)


def test_a_file_without_signature_and_what_is_no_pdf_have_none(unsigned: bytes) -> None:
    for content in (unsigned, b"", b"%PDF-1.7\n", b"PK\x03\x04" * 100, unsigned[: len(unsigned) // 2]):
        assert read_signature(io.BytesIO(content)) is None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_changed_byte_before_the_signature_holds(whole: bytes, unsigned: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(unsigned) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = bytearray(whole)
    changed[at] ^= 1 << bit
    found = read_signature(io.BytesIO(bytes(changed)))
    assert found is None or not found.holds


def test_nothing_may_be_added_behind_a_signature(whole: bytes) -> None:
    found = read_signature(io.BytesIO(whole + b"\n% more\n"))
    assert found is None or not found.holds


class _Stamps(BaseHTTPRequestHandler):
    """A time stamp authority (RFC 3161) on loopback."""

    authority = None

    def do_POST(self) -> None:
        request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        answer = _Stamps.authority.request_tsa_response(request) if _Stamps.authority else None
        self.send_response(200 if answer else 503)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        if answer:
            self.wfile.write(answer.dump())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def stamps() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Stamps)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_time_stamp_of_an_authority_counts_before_the_signers_own_word(unsigned: bytes, stamps: str) -> None:
    authority = make_signer("示例时间戳", stamps=True)
    moment = datetime.datetime(2026, 11, 1, 2, tzinfo=datetime.UTC)
    _Stamps.authority = DummyTimeStamper(authority.signing_cert, authority.signing_key, fixed_dt=moment)
    found = read_signature(io.BytesIO(signed(unsigned, make_signer("示例红十字会"), timestamp_url=stamps)))
    assert found is not None
    assert found.holds
    assert (found.is_stamped, found.signed_at) == (True, moment)


def test_without_the_time_stamp_that_was_asked_for_nothing_is_signed(unsigned: bytes, stamps: str) -> None:
    _Stamps.authority = None
    with pytest.raises(SigningFailed, match="时间戳"):
        signed(unsigned, make_signer("示例红十字会"), timestamp_url=stamps)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_poppler_calls_the_signature_valid_and_a_changed_file_not(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(whole)
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    path.write_bytes(whole.replace(b"/Producer", b"/Producex", 1))
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" not in said
