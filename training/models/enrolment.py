"""Who takes part: places in a session, presence in its lessons, results of its exam."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField
from core.identifiers import normalise_payer, normalise_phone
from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import Channel, CheckIn, EnrolmentStatus, ExamOutcome, Presence, Skill
from training.models.course import CourseVersion


class Enrolment(SealedModel, BranchLineage):
    """One person's place in a session, or in its queue (name and telephone P2, sealed).

    `place` is the order of signing up, without gap in a session; who waits longest moves up first. `code` is random (80
    bits) and stands in the link by which one looks at or cancels it. `learner` is named only with the separate consent
    that a certificate needs; its text's version is `document_consent`. `reminded_at` is when the message of the day
    before was left, or when it was seen that there is no way to leave one.
    """

    session = models.ForeignKey(
        "training.Session", verbose_name=_("培训班"), on_delete=models.PROTECT, related_name="enrolments"
    )
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("报名编号"), max_length=16, unique=True, db_collation="C")
    place = models.PositiveIntegerField(_("报名顺序"))
    status = models.CharField(_("状态"), max_length=12, choices=EnrolmentStatus)
    channel = models.CharField(_("方式"), max_length=12, choices=Channel)
    name = SealedTextField(_("姓名"), logical="training.enrolment.name", lookup=normalise_payer, null=True)
    name_digest = LookupDigestField(db_index=False)
    name_digest_next = LookupDigestField(db_index=False)
    phone = SealedTextField(_("手机号"), logical="training.enrolment.phone", lookup=normalise_phone, null=True)
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    unit = models.CharField(_("学校或单位"), max_length=120, blank=True)
    earlier_number = models.CharField(_("原证书编号"), max_length=40, blank=True)
    learner = models.ForeignKey(
        "training.Learner", verbose_name=_("学员"), null=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    consent = models.CharField(_("同意文本版本"), max_length=20)
    document_consent = models.CharField(_("证件号码单独同意版本"), max_length=20, blank=True)
    asked_at = models.DateTimeField(_("报名时间"))
    seated_at = models.DateTimeField(_("取得名额时间"), null=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True)
    reminded_at = models.DateTimeField(_("提醒时间"), null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("报名")
        verbose_name_plural = _("报名")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{16}$"), name="enrolment_code_form"),
            models.CheckConstraint(condition=Q(status__in=EnrolmentStatus.values), name="enrolment_status_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="enrolment_channel_known"),
            models.CheckConstraint(condition=Q(place__gt=0), name="enrolment_place_positive"),
            models.UniqueConstraint(fields=["session", "place"], name="enrolment_place_once"),
            # One person has one place, whoever wrote them down.
            models.UniqueConstraint(
                fields=["session", "learner"],
                condition=Q(learner__isnull=False, status__in=[EnrolmentStatus.WAITING, EnrolmentStatus.SEATED]),
                name="enrolment_learner_once",
            ),
            models.CheckConstraint(
                condition=Q(learner__isnull=True) | ~Q(document_consent=""), name="enrolment_learner_with_consent"
            ),
            models.CheckConstraint(
                condition=~Q(status=EnrolmentStatus.SEATED) | Q(seated_at__isnull=False), name="enrolment_seated_since"
            ),
            models.CheckConstraint(
                condition=~Q(status=EnrolmentStatus.CANCELLED) | Q(cancelled_at__isnull=False),
                name="enrolment_cancelled_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["session", "place"], name="enrolment_waiting", condition=Q(status=EnrolmentStatus.WAITING)
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def number(self) -> str:
        """What the audit trail and the read log call it."""
        return self.code


class Attendance(models.Model):
    """What was seen of one person in one lesson.

    `at` is when it was seen, also on a telephone without a network; `received_at` when the portal learned of it. A roll
    call stands over a scan; among scans the earliest `at` does (docs/training.md).
    """

    enrolment = models.ForeignKey(
        Enrolment, verbose_name=_("报名"), on_delete=models.PROTECT, related_name="attendance", db_index=False
    )
    lesson = models.ForeignKey(
        "training.Lesson", verbose_name=_("课次"), on_delete=models.PROTECT, related_name="attendance"
    )
    presence = models.CharField(_("到课"), max_length=8, choices=Presence)
    method = models.CharField(_("方式"), max_length=8, choices=CheckIn)
    at = models.DateTimeField(_("时间"))
    received_at = models.DateTimeField(_("收到时间"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("记录人"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("到课记录")
        verbose_name_plural = _("到课记录")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="attendance_once_a_lesson"),
            models.CheckConstraint(condition=Q(presence__in=Presence.values), name="attendance_presence_known"),
            models.CheckConstraint(condition=Q(method__in=CheckIn.values), name="attendance_method_known"),
            models.CheckConstraint(
                condition=Q(method=CheckIn.SCAN, presence=Presence.PRESENT)
                | Q(method=CheckIn.ROLL, recorded_by__isnull=False),
                name="attendance_roll_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.lesson_id}"


class ExamResult(models.Model):
    """One attempt of one person at a session's exam: `theory` of 100, and the skills passed and failed.

    Whether it is passed follows from the course's version and is never typed (services/examining.py, trigger).
    """

    enrolment = models.ForeignKey(Enrolment, verbose_name=_("报名"), on_delete=models.PROTECT, related_name="results")
    attempt = models.PositiveSmallIntegerField(_("第几次"), default=1)
    theory = models.DecimalField(_("理论成绩"), max_digits=4, decimal_places=1, null=True)
    skills_passed = ArrayField(models.CharField(max_length=12, choices=Skill), verbose_name=_("通过项目"), default=list)
    skills_failed = ArrayField(
        models.CharField(max_length=12, choices=Skill), verbose_name=_("未通过项目"), default=list
    )
    is_passed = models.BooleanField(_("合格"), default=False)
    examiner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("考官"), on_delete=models.PROTECT, related_name="+"
    )
    # Everybody who wrote or changed these marks; kept by trigger.
    examiner_ids = ArrayField(models.BigIntegerField(), verbose_name=_("全部考官编号"), default=list, editable=False)
    examined_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("考核成绩")
        verbose_name_plural = _("考核成绩")
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "attempt"], name="examresult_attempt_once"),
            models.CheckConstraint(condition=Q(attempt__gt=0), name="examresult_attempt_positive"),
            models.CheckConstraint(
                condition=Q(theory__isnull=True) | Q(theory__gte=0, theory__lte=100), name="examresult_of_hundred"
            ),
            models.CheckConstraint(
                condition=~Q(skills_passed__overlap=F("skills_failed")), name="examresult_skill_either_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} #{self.attempt}"

    def outcome(self, version: CourseVersion) -> str:
        """Passed; failed, where nothing that is still open could mend it; open, while something was not examined."""
        if self.is_passed:
            return ExamOutcome.PASSED
        is_below = self.theory is not None and version.theory_pass is not None and self.theory < version.theory_pass
        return ExamOutcome.FAILED if is_below or self.skills_failed else ExamOutcome.OPEN
