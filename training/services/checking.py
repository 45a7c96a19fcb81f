"""Comparing what somebody holds against a certificate: the holder's name, and the last places of their document."""

from __future__ import annotations

from django.db import transaction

from core.audit import record_audit
from core.clock import today
from core.identifiers import normalise_identifier
from core.sealed import open_for_work
from core.throttling import Limit, count_once
from training.models import Certificate
from training.selectors.public_certificates import certificates_of, plain_number

TAIL_LENGTH = 4
# Of one place: whoever checks a whole staff by QR gets through, whoever tries codes does not.
LOOKS = Limit("certificate_look", 300, 600)
SEARCHES = Limit("certificate_search", 20, 600)
# Ten thousand tails are too many to be tried at this pace; counted for the certificate, wherever the asking comes from.
TAILS_OF_ONE = Limit("certificate_tail", 6, 3600)
TAILS_OF_NUMBER = Limit("certificate_number_tail", 6, 3600)
SEARCHES_OF_NUMBER = Limit("certificate_number", 12, 3600)


def tail_matches(certificate: Certificate, tail: str) -> bool:
    """Whether the holder's document ends so; the number is opened for this alone, logged and shown to nobody.

    Counted for each certificate. Raises TooOften.
    """
    count_once(TAILS_OF_ONE, certificate.code)
    return _ends_so(certificate, tail)


def find_certificate(*, number: str, name: str, tail: str = "") -> Certificate | None:
    """The certificate with this number, holder and, where given, end of the document; None for every miss alike.

    Counted for each number, whether there is one or not, so that also being refused tells nothing. Raises TooOften.
    """
    count_once(TAILS_OF_NUMBER if tail.strip() else SEARCHES_OF_NUMBER, plain_number(number))
    for one in certificates_of(number, name):
        if not tail.strip() or _ends_so(one, tail):
            return one
    return None


def _ends_so(certificate: Certificate, tail: str) -> bool:
    with transaction.atomic():
        document = open_for_work(certificate.learner, "document", work=f"training.check:{today().isoformat()}")
        record_audit(
            "training.certificate.document_compared",
            actor=None,
            obj=certificate,
            branch_code=certificate.branch.code,
        )
    plain = normalise_identifier(tail)
    return bool(document) and len(plain) == TAIL_LENGTH and normalise_identifier(document or "").endswith(plain)
