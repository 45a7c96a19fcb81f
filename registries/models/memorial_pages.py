"""Pages in memory of people, the consent they stand on, what visitors leave there, and every step of it."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import normalise_payer
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.memorial import (
    NEVER_SHOWN,
    STEP_REASONS,
    STEP_WORDS,
    Flag,
    MessageStatus,
    NameShown,
    PageKind,
    PageStatus,
    Relation,
)


class MemorialPageQuerySet(BranchRowsQuerySet):
    """Pages, for a person or for everybody."""

    def for_public_display(self) -> Self:
        """Those that are published."""
        return self.filter(status=PageStatus.PUBLISHED)._mark("public")


class MemorialPage(SealedModel, BranchLineage):
    """A page of one person, sealed although it is public: what is taken down must be nowhere, in no dump either.

    `content` is JSON (services/memorial/page_content.py): pseudonym, born_on, died_on, text. What of it is shown the
    consent says. Nothing changes once it was submitted; who wrote does not approve (CHECK). `candle_on` is the last
    day on which somebody lit a candle; how many did is kept nowhere. Legal source: 个人信息保护法 Arts. 25, 49.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    code = models.CharField(_("网页代码"), max_length=16, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("类别"), max_length=12, choices=PageKind)
    status = models.CharField(_("状态"), max_length=12, choices=PageStatus)
    name = SealedTextField(
        _("姓名"), logical="registries.memorialpage.name", purpose="identity", lookup=normalise_payer, null=True
    )
    name_digest = LookupDigestField()
    name_digest_next = LookupDigestField()
    content = SealedTextField(_("内容"), logical="registries.memorialpage.content", purpose="identity", null=True)
    portrait = models.ForeignKey(
        "core.StoredFile", verbose_name=_("照片"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    is_minor = models.BooleanField(_("未成年人"), default=False)
    candle_on = models.DateField(_("最近点烛光的日子"), null=True)
    maker_ids = ArrayField(models.BigIntegerField(), verbose_name=_("经手人编号"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("起草人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("起草时间"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_on = models.DateField(_("公开日期"), null=True)
    withdrawn_at = models.DateTimeField(_("撤下时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = MemorialPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("纪念页")
        verbose_name_plural = _("纪念页")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PageStatus.values), name="memorialpage_status_known"),
            models.CheckConstraint(condition=Q(kind__in=PageKind.values), name="memorialpage_kind_known"),
            models.CheckConstraint(
                condition=~Q(status=PageStatus.PUBLISHED) | Q(approved_by__isnull=False, published_on__isnull=False),
                name="memorialpage_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status=PageStatus.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(status=PageStatus.WITHDRAWN) & Q(withdrawn_at__isnull=True)),
                name="memorialpage_withdrawn_says_when",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, name__isnull=False, content__isnull=False)
                | Q(
                    destroyed_at__isnull=False,
                    status=PageStatus.WITHDRAWN,
                    name__isnull=True,
                    content__isnull=True,
                    portrait__isnull=True,
                ),
                name="memorialpage_whole_or_destroyed",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "-id"], name="memorialpage_by_branch"),
            models.Index(
                fields=["kind", "-published_on", "-id"],
                name="memorialpage_on_the_wall",
                condition=Q(status=PageStatus.PUBLISHED),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class MemorialConsent(SealedModel):
    """The written consent of kin that one page stands on: who signed (sealed), when, what may be shown, the paper.

    What it lets be shown becomes less, never more (trigger); the telephone may be put right; it is taken back once.
    `guardians_agree`: all guardians of a minor signed for the name and the portrait. `invites`: whoever signed wishes
    to be asked to gatherings. Legal source: 个人信息保护法 Arts. 14-15, 25, 31, 49.
    """

    page = models.OneToOneField(
        MemorialPage, verbose_name=_("纪念页"), on_delete=models.PROTECT, related_name="consent"
    )
    kin_name = SealedTextField(
        _("签字人"), logical="registries.memorialconsent.kin_name", purpose="identity", null=True
    )
    kin_phone = SealedTextField(
        _("签字人电话"), logical="registries.memorialconsent.kin_phone", purpose="identity", null=True
    )
    relation = models.CharField(_("与当事人的关系"), max_length=12, choices=Relation)
    signed_on = models.DateField(_("签字日期"))
    paper = models.ForeignKey("core.StoredFile", verbose_name=_("同意书"), on_delete=models.PROTECT, related_name="+")
    text_version = models.CharField(_("文本版本"), max_length=24)
    name_shown = models.CharField(_("姓名"), max_length=12, choices=NameShown)
    shows_dates = models.BooleanField(_("显示生卒日期"))
    shows_portrait = models.BooleanField(_("显示照片"))
    shows_text = models.BooleanField(_("显示生平文字"))
    takes_messages = models.BooleanField(_("接受烛光和留言"))
    guardians_agree = models.BooleanField(_("全体监护人同意显示未成年人的姓名和照片"))
    invites = models.BooleanField(_("愿意收到缅怀活动邀请"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人员"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("登记时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    class Meta:
        verbose_name = _("缅怀公开同意")
        verbose_name_plural = _("缅怀公开同意")
        constraints = [
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="memorialconsent_relation_known"),
            models.CheckConstraint(condition=Q(name_shown__in=NameShown.values), name="memorialconsent_name_known"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, kin_name__isnull=False, kin_phone__isnull=False)
                | Q(
                    destroyed_at__isnull=False,
                    withdrawn_at__isnull=False,
                    kin_name__isnull=True,
                    kin_phone__isnull=True,
                ),
                name="memorialconsent_whole_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.relation}"


class MemorialMessage(SealedModel, BranchLineage):
    """What a visitor left on a page, sealed; nobody but who moderates sees it before it is shown.

    Nothing of who sent it is kept but the name they may have written. One that speaks of a recipient is never shown
    (CHECK; 人体器官捐献和移植条例 Art. 45).
    """

    code = models.CharField(_("代码"), max_length=16, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, editable=False)
    page = models.ForeignKey(MemorialPage, verbose_name=_("纪念页"), on_delete=models.PROTECT, related_name="messages")
    status = models.CharField(_("状态"), max_length=12, choices=MessageStatus)
    text = SealedTextField(_("留言"), logical="registries.memorialmessage.text", purpose="identity", null=True)
    name = SealedTextField(_("署名"), logical="registries.memorialmessage.name", purpose="identity", null=True)
    flags = ArrayField(models.CharField(max_length=12, choices=Flag), verbose_name=_("规则提示"), default=list)
    is_reported = models.BooleanField(_("被举报"), default=False)
    sent_at = models.DateTimeField(_("留言时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(_("终止时间"), null=True)
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("缅怀留言")
        verbose_name_plural = _("缅怀留言")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=MessageStatus.values), name="memorialmessage_status_known"),
            models.CheckConstraint(
                condition=~Q(status=MessageStatus.SHOWN)
                | (Q(decided_by__isnull=False) & ~Q(flags__overlap=sorted(NEVER_SHOWN))),
                name="memorialmessage_shown_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[MessageStatus.WAITING, MessageStatus.SHOWN], ended_at__isnull=True)
                | Q(status__in=[MessageStatus.DECLINED, MessageStatus.GONE], ended_at__isnull=False),
                name="memorialmessage_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, text__isnull=False)
                | Q(destroyed_at__isnull=False, ended_at__isnull=False, text__isnull=True, name__isnull=True),
                name="memorialmessage_whole_or_destroyed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["branch", "id"], name="memorialmessage_queue", condition=Q(status=MessageStatus.WAITING)
            ),
            models.Index(fields=["page", "-id"], name="memorialmessage_of_page"),
        ]

    def __str__(self) -> str:
        return self.code


class MemorialStep(models.Model):
    """One step of an occasion, booking, page or message: who moved it, from where to where, why. Append-only.

    `reason` is a literal value or empty, `actor` None where a visitor or the booker did it.
    """

    occasion = models.ForeignKey(
        "registries.MemorialOccasion", verbose_name=_("缅怀活动"), null=True, on_delete=models.PROTECT,
        related_name="steps",
    )  # fmt: skip
    booking = models.ForeignKey(
        "registries.MemorialBooking", verbose_name=_("预约"), null=True, on_delete=models.PROTECT, related_name="steps"
    )
    page = models.ForeignKey(
        MemorialPage, verbose_name=_("纪念页"), null=True, on_delete=models.PROTECT, related_name="steps"
    )
    message = models.ForeignKey(
        MemorialMessage, verbose_name=_("留言"), null=True, on_delete=models.PROTECT, related_name="steps"
    )
    from_status = models.CharField(_("原状态"), max_length=12, blank=True)
    to_status = models.CharField(_("新状态"), max_length=12)
    verb = models.CharField(_("事项"), max_length=24)
    reason = models.CharField(_("原因"), max_length=24, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("缅怀办理经过")
        verbose_name_plural = _("缅怀办理经过")

    def __str__(self) -> str:
        return f"{self.verb} → {self.to_status}"

    @property
    def said(self) -> str:
        """What was done, and why, in words."""
        verb = str(STEP_WORDS.get(self.verb, self.verb))
        return f"{verb}（{STEP_REASONS[self.reason]}）" if self.reason in STEP_REASONS else verb
