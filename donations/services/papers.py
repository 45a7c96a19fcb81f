"""Our own papers for a giver: 捐赠回执 and 捐赠证书 as PDF, each print counted."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, DomainError
from core.printing.document import write_pdf
from core.printing.glyphs import printable
from donations.choices import CorrectionStatus, DonorKind, PaperKind, Purpose
from donations.models import Correction, Donation, PaperPrint
from donations.selectors.identities import Giver, giver_of
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


# From so many characters on a giver's name is set smaller, so that the paper stays one page.
LONG_NAME = 40


@dataclass(frozen=True)
class Paper:
    """A paper ready to be handed out: its bytes, what to call the file, and which print it is."""

    content: bytes
    name: str
    copy_number: int


def print_paper(*, donation: Donation, kind: str, address: str, actor: User) -> Paper:
    """Set a paper for the giver of a gift, and count the print; from the second on it says that it is a reprint.

    `address` is the full address of the gift's public page, for the QR code. The giver's recorded name stands on the
    paper (an anonymous giver's does not), so printing is a recorded look at it (privacy: P2); the file is not kept.
    Locks the gift. Raises Conflict for a reversed gift.
    """
    require(actor, Right.MANAGE_RECEIPTS, donation.branch)
    if kind not in PaperKind.values:
        raise DomainError("paper_kind", _("没有这种回执，请选择捐赠回执或捐赠证书。"))
    with transaction.atomic():
        Donation.objects.unscoped("lock of one known gift").select_for_update(of=("self",)).get(pk=donation.pk)
        _require_standing(donation)
        printed = PaperPrint.objects.create(
            **PaperPrint.lineage_of(donation.branch),
            donation=donation,
            kind=kind,
            copy_number=_prints(donation, kind) + 1,
            printed_by=actor,
            printed_at=now(),
        )
        record_audit("donations.gift.paper_printed", actor=actor, obj=donation, branch_code=donation.branch.code)
        content = _set(donation, printed, address)
    name = f"{PaperKind(kind).label}_{donation.number}.pdf"
    return Paper(content, name, printed.copy_number)


def _require_standing(donation: Donation) -> None:
    corrections = Correction.objects.unscoped("of one known gift").filter(donation=donation)
    if corrections.filter(status=CorrectionStatus.APPROVED).exists():
        raise Conflict("gift_reversed", _("这笔捐赠已冲销，不能再打印回执或证书。"))


def _prints(donation: Donation, kind: str) -> int:
    return PaperPrint.objects.unscoped("of one known gift").filter(donation=donation, kind=kind).count()


def _set(donation: Donation, printed: PaperPrint, address: str) -> bytes:
    target = io.BytesIO()
    # Chinese whoever prints it.
    with translation.override("zh-hans"):
        html = render_to_string(
            f"donations/papers/{printed.kind}.html", {"paper": _context(donation, printed, address)}
        )
    identifier = hashlib.sha256(f"{donation.number} {printed.kind} {printed.copy_number}".encode()).digest()[:16]
    write_pdf(html, target, identifier=identifier, at=printed.printed_at)
    return target.getvalue()


def _context(donation: Donation, printed: PaperPrint, address: str) -> dict[str, Any]:
    printed_at: datetime = printed.printed_at
    giver = giver_of(donation, work=f"donations.papers:{printed.pk}")
    return {
        "number": donation.number,
        "giver": printable(_on_paper(giver, donation)),
        "is_long": len(giver.name) > LONG_NAME,
        "is_person": giver.kind == DonorKind.PERSON,
        "amount": donation.amount,
        "received_on": donation.received_on,
        "posted_at": donation.posted_at,
        "purpose": donation.get_purpose_display(),
        "is_general": donation.purpose == Purpose.GENERAL,
        "fund": printable(donation.fund.name),
        "branch": donation.branch.name,
        "phone": donation.branch.phone,
        "credit_code": donation.branch.credit_code,
        "address": address,
        "printed_at": printed_at,
        "copy_number": printed.copy_number,
        "is_reprint": printed.copy_number > 1,
    }


def giver_on_paper(donation: Donation) -> str:
    """How the giver is named on a paper that is handed to them: as recorded, but for an anonymous giver."""
    return _on_paper(giver_of(donation, work=f"donations.papers:name:{donation.pk}"), donation)


def _on_paper(giver: Giver, donation: Donation) -> str:
    if giver.kind == DonorKind.ANONYMOUS or donation.name_choice == "anonymous":
        return _("爱心人士")
    return giver.name
