"""The catalogue: courses, and what each version of one asks for."""

from __future__ import annotations

import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from training.choices import CERTIFICATE_OF, CourseKind, Skill


class Course(models.Model):
    """A course of the catalogue, the same for all branches; what it asks for stands in its versions."""

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    kind = models.CharField(_("类别"), max_length=24, choices=CourseKind)
    name = models.CharField(_("名称"), max_length=60)

    class Meta:
        verbose_name = _("课程")
        verbose_name_plural = _("课程")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=CourseKind.values), name="course_kind_known")]

    def __str__(self) -> str:
        return self.name

    @property
    def certificate_kind(self) -> str:
        """What passing it certifies."""
        return CERTIFICATE_OF[self.kind]


class CourseVersionQuerySet(models.QuerySet["CourseVersion"]):
    """Chainable filters over versions."""

    def valid_on(self, day: datetime.date) -> Self:
        """The versions in force on a day (half-open)."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class CourseVersion(models.Model):
    """What a course asks for from a day on; never changed once a session has it (trigger), a new version follows.

    `hours` and `practice_hours` are lessons of 45 minutes (学时). `missed_most` is how many lessons one may miss and
    still be examined; `theory_pass` of 100, NULL where there is no theory; `skills` must all be passed. A certificate
    is valid `validity_months`, NULL for ever. Ages are whole years on the first day.
    """

    course = models.ForeignKey(Course, verbose_name=_("课程"), on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True)
    hours = models.PositiveSmallIntegerField(_("学时"))
    practice_hours = models.PositiveSmallIntegerField(_("其中实操学时"))
    syllabus = models.TextField(_("教学大纲"), blank=True)
    seats_most = models.PositiveSmallIntegerField(_("每班最多人数"))
    trainees_per_instructor = models.PositiveSmallIntegerField(_("每名师资最多带教人数"))
    missed_most = models.PositiveSmallIntegerField(_("最多缺课次数"), default=0)
    theory_pass = models.PositiveSmallIntegerField(_("理论及格分"), null=True)
    skills = ArrayField(models.CharField(max_length=12, choices=Skill), verbose_name=_("实操项目"), default=list)
    resits_most = models.PositiveSmallIntegerField(_("最多补考次数"), default=1)
    validity_months = models.PositiveSmallIntegerField(_("证书有效月数"), null=True)
    age_from = models.PositiveSmallIntegerField(_("最小年龄"))
    age_to = models.PositiveSmallIntegerField(_("最大年龄"), null=True)

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("课程版本")
        verbose_name_plural = _("课程版本")
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="courseversion_number_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="courseversion_valid_to_after_from",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, practice_hours__lte=F("hours")), name="courseversion_hours_make_sense"
            ),
            models.CheckConstraint(
                condition=Q(seats_most__gt=0, trainees_per_instructor__gt=0), name="courseversion_sizes_positive"
            ),
            models.CheckConstraint(
                condition=Q(theory_pass__isnull=True) | Q(theory_pass__gt=0, theory_pass__lte=100),
                name="courseversion_theory_of_hundred",
            ),
            # An exam of nothing would pass everybody.
            models.CheckConstraint(
                condition=Q(theory_pass__isnull=False) | Q(skills__len__gt=0), name="courseversion_examines_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} v{self.number}"

    @property
    def skill_labels(self) -> list[str]:
        """The practical checklist in words."""
        return [str(Skill(one).label) for one in self.skills]

    def is_valid_on(self, day: datetime.date) -> bool:
        """Whether it is in force on a day (half-open)."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def instructors_for(self, seats: int) -> int:
        """How many instructors so many seats need in each lesson."""
        return -(-seats // self.trainees_per_instructor)
