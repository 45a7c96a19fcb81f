"""The key and certificate that sign reports: a file, or a PKCS#11 token; only workers have to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from django.utils.translation import gettext as _
from pkcs11.exceptions import PKCS11Error
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from core.errors import DomainError

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----\s*", re.DOTALL)


class ReportKeyMissing(DomainError):
    """The key that signs reports is not there, not readable, or not what it must be; the sentence says which."""

    http_status = 500


@contextmanager
def report_signer() -> Iterator[Signer]:
    """The signer of reports for the length of the block: the token of `REPORT_PKCS11_MODULE`, else the key file.

    Raises ReportKeyMissing.
    """
    if not settings.REPORT_PKCS11_MODULE:
        yield signer_from_file(settings.REPORT_KEY_FILE, settings.REPORT_KEY_PASSWORD)
        return
    try:
        session = open_pkcs11_session(
            settings.REPORT_PKCS11_MODULE,
            token_criteria=TokenCriteria(label=settings.REPORT_PKCS11_TOKEN),
            user_pin=settings.REPORT_PKCS11_PIN or None,
        )
    except (PKCS11Error, OSError, RuntimeError) as error:
        raise ReportKeyMissing(
            "report_token_missing",
            _("报告签名用的密码设备打不开（%(reason)s），请检查 REPORT_PKCS11_ 各项设置。")
            % {"reason": str(error) or type(error).__name__},
        ) from None
    with session:
        yield PKCS11Signer(session, cert_label=settings.REPORT_PKCS11_LABEL)


def signer_from_file(path: Path, password: str = "") -> Signer:
    """Read a PEM file (private key, its certificate, the chain) or a PKCS#12 one (`.p12`, `.pfx`).

    Raises ReportKeyMissing, also where no certificate in the file belongs to the key.
    """
    secret = password.encode() or None
    try:
        content = path.read_bytes()
        signer = (
            SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=secret)
            if path.suffix.lower() in (".p12", ".pfx")
            else _from_pem(content, secret)
        )
    except OSError as error:
        message = _("报告签名用的密钥 %(path)s 读不出来（%(reason)s）。")
        raise ReportKeyMissing("report_key_missing", message % {"path": path, "reason": error.strerror}) from None
    except (ValueError, TypeError):
        signer = None
    if signer is None:
        message = _("报告签名用的密钥 %(path)s 内容不对：应有私钥和与它配对的证书（PEM 或 PKCS#12），或者密码不对。")
        raise ReportKeyMissing("report_key_malformed", message % {"path": path})
    return signer


def _from_pem(content: bytes, password: bytes | None) -> SimpleSigner | None:
    blocks = [(found.group(1), found.group(0)) for found in _BLOCK.finditer(content)]
    keys = [block for label, block in blocks if label.endswith(b"PRIVATE KEY")]
    certificates = [block for label, block in blocks if label == b"CERTIFICATE"]
    if len(keys) != 1:
        return None
    public = _public_half(load_pem_private_key(keys[0], password).public_key())
    own = [block for block in certificates if _public_half(load_pem_x509_certificate(block).public_key()) == public]
    if not own:
        return None
    read = [one for block in (*own, *certificates) for one in load_certs_from_pemder_data(block)]
    key = load_private_key_from_pemder_data(keys[0], password)
    return SimpleSigner(read[0], key, cert_registry=_store(read))


def _store(certificates: Iterable[Certificate]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(certificates)
    return store


def _public_half(key: PublicKeyTypes | CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
