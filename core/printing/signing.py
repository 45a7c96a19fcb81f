"""Signing PDF files (PAdES, ETSI EN 319 142-1), and asking whether a signature holds; with pyHanko.

A signature is an update behind the file: the bytes that were signed stay as they were, so the unsigned file is the
beginning of the signed one.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, Signer, sign_pdf
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from core.errors import DomainError

FIELD = "Signature"
TIMESTAMP_SECONDS = 20


class SigningFailed(DomainError):
    """The file was not signed; the sentence says what was in the way."""

    http_status = 500


@dataclass(frozen=True)
class FileSignature:
    """A signature as it stands in a file.

    `holds`: the signed bytes are unchanged, the signature belongs to the certificate, and nothing was added behind it.
    Whether the certificate is to be trusted is another question, which its SHA-256 (hex, over DER) answers.
    `signed_at` is the time stamp authority's where there is one (`is_stamped`), else the signer's own word.
    """

    subject: str
    certificate_sha256: str
    signed_at: datetime | None
    is_stamped: bool
    holds: bool


def sign_file(
    source: BinaryIO, target: BinaryIO, *, signer: Signer, reason: str, timestamp_url: str = ""
) -> FileSignature:
    """Write the PDF in `source` to `target` with an invisible certifying signature that allows no change behind it.

    With `timestamp_url` a time stamp (RFC 3161) is asked for. The signature is read back from what was written: one
    that does not hold raises SigningFailed, as do a time stamp that is not given and a key that does not sign.
    """
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    stamper = HTTPTimeStamper(timestamp_url, timeout=TIMESTAMP_SECONDS) if timestamp_url else None
    try:
        _apart(sign_pdf, IncrementalPdfFileWriter(source), meta, signer, timestamper=stamper, output=target)
    except TimestampRequestError as error:
        raise SigningFailed(
            "timestamp_failed", _("时间戳服务没有给出时间戳（%(reason)s），请稍后重试。") % {"reason": str(error)[:200]}
        ) from error
    except (SigningError, PdfError) as error:
        raise SigningFailed("signing_failed", _("签名没有成功：%(reason)s") % {"reason": str(error)[:200]}) from error
    made = read_signature(target)
    if made is None or not made.holds:
        raise SigningFailed("signature_broken", _("签好的文件核对不通过，没有保存，请检查签名证书与私钥是否配对。"))
    return made


def _apart(function: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Call in a thread of its own: pyHanko runs an event loop, which must not meet one of the caller's thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(function, *args, **more).result()


def read_signature(file: BinaryIO) -> FileSignature | None:
    """The first signature in a PDF; None where there is none, or the file is no PDF that can be read."""
    file.seek(0)
    try:
        found = PdfFileReader(file, strict=False).embedded_regular_signatures
        if not found:
            return None
        certificate = found[0].signer_cert
        trusted = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        status = _apart(validate_pdf_signature, found[0], trusted, skip_diff=True)
    except (PdfError, SignatureValidationError, ValueError, KeyError, IndexError, AttributeError, TypeError):
        # Any of these comes of bytes that somebody made up.
        return None
    stamp = status.timestamp_validity
    stamped_at = stamp.timestamp if stamp is not None and stamp.valid and stamp.intact else None
    return FileSignature(
        subject=certificate.subject.native.get("common_name") or certificate.subject.human_friendly,
        certificate_sha256=certificate.sha256.hex(),
        signed_at=stamped_at or status.signer_reported_dt,
        is_stamped=stamped_at is not None,
        holds=status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
    )
