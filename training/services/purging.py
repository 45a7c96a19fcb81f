"""What is emptied of participants once it serves no purpose (docs/personal-data.md)."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from core.retention.terms import Asked, Outcome, Term
from core.sealed import seal_into
from training.models import Certificate, Enrolment, Feedback, Learner

KEPT_DAYS = 2 * 365
_BATCH_ROWS = 500


def purge_enrolments(asked: Asked) -> Outcome:
    """Empty names, telephones and units of places whose session ended two years ago; order and state stay."""
    rows = Enrolment.objects.unscoped("retention").filter(name__isnull=False, session__ends_on__lt=_before(asked))
    return _emptied(rows, asked, ("name", "phone"), unit="", earlier_number="")


def purge_comments(asked: Asked) -> Outcome:
    """Empty the comments of feedback two years after their session ended; the marks stay."""
    return _emptied(
        Feedback.objects.filter(comment__isnull=False, enrolment__session__ends_on__lt=_before(asked)),
        asked,
        ("comment",),
    )


def purge_learners(asked: Asked) -> Outcome:
    """Empty the documents of learners without any certificate, two years after the last session they had a place in."""
    certificates = Certificate.objects.unscoped("retention").filter(learner=OuterRef("pk"))
    still = Enrolment.objects.unscoped("retention").filter(learner=OuterRef("pk"), session__ends_on__gte=_before(asked))
    rows = Learner.objects.filter(~Exists(certificates), ~Exists(still), document__isnull=False)
    rows = rows.filter(created_at__date__lt=_before(asked))
    return _emptied(rows, asked, ("document",))


def _before(asked: Asked) -> datetime.date:
    return asked.today - datetime.timedelta(days=KEPT_DAYS)


def _emptied(rows: QuerySet[Any], asked: Asked, names: tuple[str, ...], **others: Any) -> Outcome:
    """Empty sealed columns, some rows a transaction; only count them where one looks."""
    due = rows.count()
    if asked.is_dry:
        return Outcome(due=due)
    destroyed = 0
    while True:
        with transaction.atomic():
            found = list(rows.select_for_update(of=("self",)).order_by("pk")[:_BATCH_ROWS])
            for row in found:
                changed = seal_into(row, **dict.fromkeys(names))
                for name, value in others.items():
                    setattr(row, name, value)
                row.save(update_fields=[*changed, *others])
        destroyed += len(found)
        if not found:
            return Outcome(due=due, destroyed=destroyed)


TERMS: tuple[Term, ...] = (
    Term(
        "training.enrolments",
        "P2",
        _("急救培训报名人的姓名、手机号和单位"),
        _("安排培训、通知、点名"),
        _("班次结束满两年清除；报名顺序和状态保留"),
        "个人信息保护法 第十九条、第四十七条",
        purge_enrolments,
    ),
    Term(
        "training.learners",
        "P3",
        _("急救培训学员的证件号码"),
        _("分清同名学员、核对年龄、保证同类证书只有一张有效"),
        _("取得证书的随证书档案保存；没有取得的，班次结束满两年清除"),
        "个人信息保护法 第十九条、第二十八条、第四十七条",
        purge_learners,
    ),
    Term(
        "training.comments",
        "P2",
        _("急救培训学员的评价意见"),
        _("改进教学"),
        _("班次结束满两年清除；分数保留"),
        "个人信息保护法 第十九条",
        purge_comments,
    ),
)
