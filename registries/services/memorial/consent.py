"""The consent of a page while the page stays: made less at a family's word, the telephone of who signed put right."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.identifiers import normalise_phone
from core.sealed import seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.memorial import NARROWING, DeclineReason, MessageStatus, PageStatus
from registries.errors import RegistryError, WrongState
from registries.models import MemorialConsent, MemorialMessage, MemorialPage
from registries.services.memorial.moving import move, note
from registries.services.memorial.pages import LEAST_DIGITS, lock_page

if TYPE_CHECKING:
    from accounts.models import User


def may_narrow(consent: MemorialConsent) -> list[str]:
    """What the consent still lets be done, in the order of the table."""
    return [name for name in NARROWING if getattr(consent, name)]


def narrow_consent(*, page_id: int, fewer: Collection[str], actor: User) -> MemorialPage:
    """Take some of what was consented to back, by columns of NARROWING; the page shows it no more at once.

    Each is a step of its own. Without messages those that are there are declined at the family's word, for they were
    shown by the same consent. Locks the page, then its messages. Raises RegistryError with fields, WrongState. Legal
    source: 个人信息保护法 Art. 15.
    """
    with transaction.atomic():
        page = _locked(page_id)
        require(actor, Right.KEEP_MEMORIAL, page.branch)
        wanted = [name for name in may_narrow(page.consent) if name in fewer]
        if not wanted or len(wanted) != len(set(fewer)):
            sentence = _("请勾选家属不再同意的事项；已经不同意的不用再勾。")
            raise RegistryError("nothing_narrowed", sentence, {"fewer": sentence})
        for name in wanted:
            setattr(page.consent, name, False)
            note(page, page.status, verb="narrowed", actor=actor, reason=name)
        page.consent.save(update_fields=wanted)
        if "takes_messages" in wanted:
            _decline_messages(page, actor)
    return page


def correct_kin_phone(*, page_id: int, phone: str, actor: User) -> MemorialPage:
    """Put the telephone of who signed right, by somebody who may see who it is. Locks the page.

    Raises RegistryError with fields, WrongState, NotAllowed.
    """
    number = normalise_phone(phone)
    if len(number) < LEAST_DIGITS:
        sentence = _("请填写签字人的电话，以后撤回或联系时核对。")
        raise RegistryError("phone_missing", sentence, {"phone": sentence})
    with transaction.atomic():
        page = _locked(page_id)
        require(actor, Right.KEEP_MEMORIAL, page.branch)
        require(actor, Right.READ_REGISTRANTS, page.branch)
        page.consent.save(update_fields=seal_into(page.consent, kin_phone=number))
        note(page, page.status, verb="kin_phone_corrected", actor=actor)
    return page


def _locked(page_id: int) -> MemorialPage:
    page = lock_page(page_id)
    if page.status == PageStatus.WITHDRAWN:
        raise WrongState("page_withdrawn", _("这一页已经撤下，同意书已随之终止。"))
    return page


def _decline_messages(page: MemorialPage, actor: User) -> None:
    rows = MemorialMessage.objects.unscoped("of a locked page").filter(page=page, ended_at=None)
    for message in rows.select_for_update(of=("self",)).select_related("branch").order_by("pk"):
        move(
            message,
            MessageStatus.DECLINED,
            verb="declined",
            actor=actor,
            reason=DeclineReason.FAMILY,
            decided_by=actor,
            ended_at=now(),
        )
