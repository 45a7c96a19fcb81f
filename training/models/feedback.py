"""What participants say of a session."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField

BEST = 5


class Feedback(SealedModel):
    """One participant's marks of a session, 1 to 5 each, said once; shown to nobody with who said it.

    A comment is sealed (P2): people name each other in it.
    """

    enrolment = models.OneToOneField(
        "training.Enrolment", verbose_name=_("报名"), on_delete=models.PROTECT, related_name="feedback"
    )
    teaching = models.PositiveSmallIntegerField(_("老师讲解"))
    practice = models.PositiveSmallIntegerField(_("动手练习"))
    venue = models.PositiveSmallIntegerField(_("场地和组织"))
    comment = SealedTextField(_("意见"), logical="training.feedback.comment", null=True)
    said_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("课程评价")
        verbose_name_plural = _("课程评价")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{name}__gte": 1, f"{name}__lte": BEST}), name=f"feedback_{name}_of_five"
            )
            for name in ("teaching", "practice", "venue")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}"
