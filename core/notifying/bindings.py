"""Which WeChat account a telephone's owner wants to be written to: bound with consent, unbound at once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import SHANGHAI, now
from core.errors import Conflict
from core.models import WechatBinding
from core.sealed import matching, open_for_work, seal_into


@dataclass(frozen=True)
class Bound:
    """That a telephone's owner bound their WeChat, and to which words they agreed."""

    bound_on: datetime.date
    consent_version: str


def bound_wechat(phone: str) -> Bound | None:
    """Return the binding of a telephone as its owner sees it; one query."""
    row = _open_of(phone).first()
    return Bound(row.bound_at.astimezone(SHANGHAI).date(), row.consent_version) if row else None


def bind_wechat(*, phone: str, openid: str, consent_version: str) -> WechatBinding:
    """Bind a telephone to a WeChat account, in place of the one before; the caller has seen a code and the consent.

    Locks the binding. Number and account lie sealed (privacy: P2). Raises Conflict where two come at once.
    """
    try:
        with transaction.atomic():
            _end(phone)
            binding = WechatBinding(consent_version=consent_version, bound_at=now())
            seal_into(binding, phone=phone, openid=openid)
            binding.save()
            record_audit(
                "core.wechatbinding.bound", actor=None, obj=binding, reason=consent_version, changed_fields=["openid"]
            )
    except IntegrityError:
        raise Conflict("binding_twice", _("刚才已绑定过一次，请刷新页面查看。")) from None
    return binding


def unbind_wechat(*, phone: str) -> bool:
    """Withdraw the consent: number and account are emptied, and nothing goes there any more once this returns.

    Locks the binding, as sending does. Returns whether there was one. Legal source: 个人信息保护法 Arts. 15, 47.
    """
    with transaction.atomic():
        return _end(phone)


def openid_to_write_to(phone: str, *, work: str) -> str:
    """Return the account that a telephone is bound to, empty where there is none; locked until the transaction ends."""
    row = _open_of(phone).select_for_update().first()
    return (open_for_work(row, "openid", work=work) or "") if row else ""


def _open_of(phone: str) -> QuerySet[WechatBinding]:
    return WechatBinding.objects.filter(matching(WechatBinding, "phone", phone), ended_at=None)


def _end(phone: str) -> bool:
    row = _open_of(phone).select_for_update().first()
    if row is None:
        return False
    row.ended_at = now()
    names = seal_into(row, phone=None, openid=None)
    row.save(update_fields=["ended_at", *names])
    record_audit("core.wechatbinding.ended", actor=None, obj=row, changed_fields=["openid"])
    return True
