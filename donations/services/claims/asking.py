"""The claimant's side: to claim, to send a better photo, to take it back. None of it ever looks into the pool."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.crypto import lookup_digest
from core.errors import Conflict, DomainError, NotFound
from core.identifiers import account_tail, normalise_payer
from core.models import StoredFile
from core.phone_codes import checked_mobile
from core.random_codes import random_code
from core.sealed import matching, seal_into
from core.uploads import keep_paper
from core.workdays import add_workdays
from donations.choices import OPEN_CLAIM, ClaimState, NameChoice
from donations.models import ClaimEvent, GiftClaim
from donations.services.claims.moving import lock_claim, move_claim
from donations.services.claims.telling import tell_received
from organizations.choices import ASSOCIATION_KINDS

if TYPE_CHECKING:
    from organizations.models import Branch

# The text that the claimant agrees to stands in templates/public/claims/form.html; a change of it is a new version.
CONSENT_VERSION = "claim-1"
LONGEST_NAME = 100
# A photo that was sent with a form that was never finished goes with the second night.
UNUSED_SLIP_DAYS = 1
# Advisory lock, with a digest of the telephone: one claim of a person at a time.
CLAIMING = 7_301_042


@dataclass(frozen=True)
class ClaimSaid:
    """What a claimant says of their gift: to whom, who paid, how much (yuan), when, from which account (last four)."""

    branch: Branch
    payer_name: str
    amount: Decimal
    paid_on: datetime.date
    account: str
    name_choice: str


@dataclass(frozen=True)
class Filed:
    """The claim, and whether it is new; a claim said twice is the first one."""

    claim: GiftClaim
    is_new: bool


def keep_slip(*, upload: BinaryIO) -> StoredFile:
    """Keep the photo of a slip sealed (P3), to be destroyed soon where no claim follows.

    Raises DomainError with the field `slip`, as `core.uploads.keep_paper` does.
    """
    kept = keep_paper(upload=upload, field="slip", data_class=StoredFile.DataClass.SENSITIVE, actor=None)
    kept.purge_on = today() + datetime.timedelta(days=UNUSED_SLIP_DAYS)
    kept.save(update_fields=["purge_on"])
    return kept


def file_claim(*, said: ClaimSaid, phone: str, slip: StoredFile) -> Filed:
    """Take a claim of somebody who has shown the code sent to `phone` and agreed to the text CONSENT_VERSION.

    Does the same whether or not there is such a gift. Answered within settings.CLAIM_DUE_WORKDAYS. Locks the
    telephone. Raises DomainError with fields, Conflict beyond settings.CLAIMS_OPEN_PER_PHONE open claims.
    """
    number = checked_mobile(phone)
    _check(said)
    with transaction.atomic():
        _lock_phone(number)
        own = GiftClaim.objects.unscoped("of one telephone").filter(matching(GiftClaim, "phone", number))
        first = own.filter(_same(said), state__in=[*OPEN_CLAIM, ClaimState.CONFIRMED]).order_by("pk").first()
        if first is not None:
            return Filed(first, is_new=False)
        if own.filter(state__in=OPEN_CLAIM).count() >= settings.CLAIMS_OPEN_PER_PHONE:
            text = _("您已有 %(n)d 件认领正在办理，请等答复后再提出新的认领。")
            raise Conflict("claims_open", text % {"n": settings.CLAIMS_OPEN_PER_PHONE})
        claim = _created(said, number, slip)
    return Filed(claim, is_new=True)


def replace_slip(*, claim_id: int, slip: StoredFile) -> GiftClaim:
    """Take the better photo that was asked for; the claim is answered within the full term from now.

    The caller has seen the code. Locks the claim. Raises WrongState where none is asked for.
    """
    with transaction.atomic():
        claim = lock_claim(claim_id)
        old = claim.slip
        move_claim(
            claim,
            ClaimState.SUBMITTED,
            actor=None,
            reason=_("认领人补充了照片"),
            slip=slip,
            photo_problem="",
            due_on=_due_on(),
        )
        _keep_for_claim(slip)
        old.purge_on = today()
        old.save(update_fields=["purge_on"])
    return claim


def withdraw_claim(*, claim_id: int) -> GiftClaim:
    """Take one's own claim back; the caller has seen the code. Locks the claim. Raises WrongState where it is over."""
    with transaction.atomic():
        claim = lock_claim(claim_id)
        move_claim(claim, ClaimState.WITHDRAWN, actor=None, reason=_("认领人撤回"))
    return claim


def kept_slip(key: str) -> StoredFile:
    """A photo that was kept for a claim and is still there. Raises NotFound."""
    found = StoredFile.objects.filter(pk=key, destroyed_at__isnull=True, purge_on__isnull=False).first()
    if found is None:
        raise NotFound("slip_gone", _("照片已过期，请重新选择。"))
    return found


def _check(said: ClaimSaid) -> None:
    fields = {}
    if said.branch.kind not in ASSOCIATION_KINDS or not said.branch.is_open:
        fields["branch"] = _("请选择省、市、县级红十字会。")
    if not 2 <= len(normalise_payer(said.payer_name)) <= LONGEST_NAME:
        fields["payer_name"] = _("请照凭证填写付款人姓名或单位全称，至少两个字。")
    if said.account and not (len(said.account) == 4 and len(account_tail(said.account)) == 4):
        fields["account"] = _("请只填付款卡号或账号的最后四位，例如 1234；用现金缴款的不填。")
    if said.amount <= 0:
        fields["amount"] = _("金额须大于零。")
    if said.paid_on > today():
        fields["paid_on"] = _("付款日期不能晚于今天。")
    if said.name_choice not in NameChoice.values:
        fields["name_choice"] = _("请从列表中选择。")
    if fields:
        raise DomainError("claim_incomplete", _("还不完整，请按提示填写。"), fields)


def _same(said: ClaimSaid) -> Q:
    account = matching(GiftClaim, "account", said.account) if said.account else Q(account__isnull=True)
    return matching(GiftClaim, "payer_name", said.payer_name) & account & Q(amount=said.amount, paid_on=said.paid_on)


def _created(said: ClaimSaid, number: str, slip: StoredFile) -> GiftClaim:
    claim = GiftClaim(
        **GiftClaim.lineage_of(said.branch),
        code=random_code(),
        state=ClaimState.SUBMITTED,
        amount=said.amount,
        paid_on=said.paid_on,
        slip=slip,
        name_choice=said.name_choice,
        consent_version=CONSENT_VERSION,
        asked_at=now(),
        due_on=_due_on(),
    )
    seal_into(claim, payer_name=said.payer_name.strip(), account=said.account, phone=number)
    claim.save()
    _keep_for_claim(slip)
    ClaimEvent.objects.create(claim=claim, to_state=claim.state, actor=None, at=claim.asked_at)
    record_audit("donations.claim.filed", actor=None, obj=claim, branch_code=said.branch.code)
    tell_received(claim)
    return claim


def _keep_for_claim(slip: StoredFile) -> None:
    slip.purge_on = None
    slip.save(update_fields=["purge_on"])


def _due_on() -> datetime.date:
    return add_workdays(today(), settings.CLAIM_DUE_WORKDAYS).on


def _lock_phone(number: str) -> None:
    with connection.cursor() as cursor:
        digest = lookup_digest(number, "donations.giftclaim.lock")[:32]
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [CLAIMING, digest])
