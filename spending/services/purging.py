"""Spending's part of the table of retention: lists of people of payments that came to nothing."""

from __future__ import annotations

import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy

from core.clock import SHANGHAI
from core.retention.rules import delete_in_batches
from core.retention.terms import Asked, HoldKind, Outcome, Term
from spending.choices import PaymentStatus
from spending.models import Beneficiary, Payment

CANCELLED_DAYS = 90
_LABEL = "spending.payment"


def purge_cancelled_lists(asked: Asked) -> Outcome:
    """Delete the people of payments that were cancelled more than 90 days ago; the payment stays with its number."""
    day = asked.today - datetime.timedelta(days=CANCELLED_DAYS)
    before = datetime.datetime.combine(day, datetime.time(), SHANGHAI)
    over = Payment.objects.unscoped("retention").filter(status=PaymentStatus.CANCELLED)
    over = over.alias(last=Max("events__at")).filter(last__lt=before)
    held = asked.holds.of(_LABEL)
    kept = Beneficiary.objects.filter(payment__in=over.filter(number__in=held).values("pk")).count()
    free = Beneficiary.objects.filter(payment__in=over.exclude(number__in=held).values("pk"))
    return delete_in_batches(free, asked, held=kept)


def _is_payment(number: str) -> bool:
    return bool(Payment.objects.unscoped("retention").filter(number=number).exists())


TERMS: tuple[Term, ...] = (
    Term(
        "spending.cancelled_lists",
        "P3",
        gettext_lazy("已作废支出单的受助人名单"),
        gettext_lazy("核对是否误作废"),
        gettext_lazy("作废后 90 天"),
        "个人信息保护法 第四十七条",
        purge_cancelled_lists,
        HoldKind(_LABEL, gettext_lazy("支出单"), _is_payment),
    ),
    Term(
        "spending.payments",
        "P3",
        gettext_lazy("已付款支出的受助人名单、个人收款人和凭证"),
        gettext_lazy("会计凭证、审计"),
        gettext_lazy("会计凭证 30 年"),
        "会计档案管理办法 第十四条；慈善法 第十三条",
    ),
)
