"""Instructors (志愿师资): who may teach, and when they teach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField
from organizations.models import BranchLineage, BranchRowsQuerySet
from training.choices import CourseKind, InstructorGrade, TeachingRole

if TYPE_CHECKING:
    from organizations.models import Branch


class Instructor(SealedModel, BranchLineage):
    """Somebody qualified to teach some kinds of courses between two days (half-open); ended by a date, never deleted.

    Instructors work in the association's name, so staff read `name` in full; the public does where `is_name_public`.
    `person` is the account with which an instructor signs. `yearly_hours` is the duty of a year, in lessons.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("账号"), null=True, on_delete=models.PROTECT, related_name="instructor"
    )
    name = models.CharField(_("姓名"), max_length=60)
    is_name_public = models.BooleanField(_("同意公开姓名"), default=False)
    phone = SealedTextField(_("手机号"), logical="training.instructor.phone", null=True)
    grade = models.CharField(_("等级"), max_length=12, choices=InstructorGrade)
    kinds = ArrayField(models.CharField(max_length=24, choices=CourseKind), verbose_name=_("可授课程"), default=list)
    qualified_from = models.DateField(_("资格起"))
    qualified_to = models.DateField(_("资格止"), null=True)
    yearly_hours = models.PositiveSmallIntegerField(_("年度授课学时任务"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("登记人"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("救护师资")
        verbose_name_plural = _("救护师资")
        constraints = [
            models.CheckConstraint(condition=Q(grade__in=InstructorGrade.values), name="instructor_grade_known"),
            models.CheckConstraint(
                condition=Q(qualified_to__isnull=True) | Q(qualified_to__gt=F("qualified_from")),
                name="instructor_qualified_to_after_from",
            ),
        ]
        indexes = [models.Index(fields=["branch", "id"], name="instructor_by_branch")]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def number(self) -> str:
        """What the read log and the audit trail call it: never a name."""
        return str(self.pk)

    def teaches_for(self, branch: Branch) -> bool:
        """Whether a branch may plan with them: their own, one above, or the association next above them; no query."""
        if self.branch_id in {branch.pk, branch.province_id, branch.city_id, branch.county_id}:
            return True
        is_of_province = self.province_id == branch.pk and self.county_id is None
        return branch.pk in {self.city_id, self.county_id} or is_of_province

    def is_qualified(self, kind: str, day: Any) -> bool:
        """Whether they may teach a kind of course on a day."""
        return kind in self.kinds and self.is_valid_on(day)

    def is_valid_on(self, day: Any) -> bool:
        """Whether the qualification counts on a day (half-open)."""
        return bool(self.qualified_from <= day and (not self.qualified_to or day < self.qualified_to))


class Assignment(models.Model):
    """That an instructor teaches in a lesson. Nobody is in two places at once (exclusion constraint in SQL).

    `starts_at` and `ends_at` are the lesson's, copied and kept by trigger; a cancelled session's count no more
    (`is_active`).
    """

    lesson = models.ForeignKey(
        "training.Lesson", verbose_name=_("课次"), on_delete=models.CASCADE, related_name="assignments"
    )
    instructor = models.ForeignKey(
        Instructor, verbose_name=_("师资"), on_delete=models.PROTECT, related_name="assignments"
    )
    role = models.CharField(_("角色"), max_length=12, choices=TeachingRole)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    is_active = models.BooleanField(_("有效"), default=True)

    class Meta:
        verbose_name = _("授课安排")
        verbose_name_plural = _("授课安排")
        constraints = [
            models.UniqueConstraint(fields=["lesson", "instructor"], name="assignment_once_a_lesson"),
            models.CheckConstraint(condition=Q(role__in=TeachingRole.values), name="assignment_role_known"),
            models.UniqueConstraint(
                fields=["lesson"], condition=Q(role=TeachingRole.LEAD), name="assignment_one_lead_a_lesson"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} {self.instructor_id}"


class Absence(models.Model):
    """A time (half-open) in which an instructor cannot teach; why is nobody's business and is not kept.

    No active assignment overlaps one (triggers on both tables), and no two of one instructor overlap (exclusion).
    """

    instructor = models.ForeignKey(
        Instructor, verbose_name=_("师资"), on_delete=models.PROTECT, related_name="absences"
    )
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))

    class Meta:
        verbose_name = _("不能授课时间")
        verbose_name_plural = _("不能授课时间")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_id} {self.starts_at:%Y-%m-%d %H:%M}"
