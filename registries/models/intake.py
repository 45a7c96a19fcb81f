"""Files of donors who joined on paper before the portal, and what became of each of their lines."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import SealedModel, SealedTextField
from organizations.choices import Right
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.exchange import Outcome
from registries.choices.intake import INTAKE_COUNTS_ONCE, IntakeStatus
from registries.models.donor import Donor


class DonorIntakeRows(BranchRowsQuerySet):
    """Files, opened for those who keep the registries and for those who release them."""

    def visible_to_either(self, person: User) -> Self:
        """The files of the branches in which somebody holds KEEP_REGISTRIES or APPROVE_EXPORTS."""
        return self.visible_to(person, Right.KEEP_REGISTRIES) | self.visible_to(person, Right.APPROVE_EXPORTS)


class DonorIntake(BranchLineage):
    """A file of donors who joined a branch on paper (P3): checked by a job, released by a second person, applied.

    No ExchangeFile: that one is with the national library, names donors who are there already, and comes to its end by
    other people and rights. `are_papers_kept` is what whoever brought it said of the signed papers. `known_count` are
    good lines of people whom the branch has written down already, `uncalled_count` those who do not agree to be rung.
    `refusal` is a sentence of ours. The bytes are destroyed once they are checked: the sealed lines are applied.
    """

    number = models.CharField(_("编号"), max_length=40, unique=True)
    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    status = models.CharField(_("状态"), max_length=12, choices=IntakeStatus)
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    file_sha256 = models.CharField("SHA-256", max_length=64)
    are_papers_kept = models.BooleanField(_("原纸质同意书在档"))
    row_count = models.PositiveIntegerField(_("行数"), default=0)
    bad_count = models.PositiveIntegerField(_("有问题"), default=0)
    known_count = models.PositiveIntegerField(_("本会已登记过身份"), default=0)
    uncalled_count = models.PositiveIntegerField(_("不同意电话联系"), default=0)
    refusal = models.CharField(_("不收的原因"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("上传时间"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("批准时间"), null=True)

    objects = DonorIntakeRows.as_manager()

    class Meta:
        verbose_name = _("原有志愿者名单")
        verbose_name_plural = _("原有志愿者名单")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=IntakeStatus.values), name="donorintake_status_known"),
            models.CheckConstraint(condition=Q(are_papers_kept=True), name="donorintake_papers_kept"),
            models.UniqueConstraint(
                fields=["branch", "file_sha256"], condition=Q(status__in=INTAKE_COUNTS_ONCE), name="donorintake_once"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[IntakeStatus.APPLYING, IntakeStatus.APPLIED])
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="donorintake_applied_once_released",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("made_by")),
                name="donorintake_maker_is_not_checker",
            ),
            models.CheckConstraint(condition=Q(bad_count__lte=F("row_count")), name="donorintake_counts_fit"),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="donorintake_by_branch")]

    def __str__(self) -> str:
        return self.number

    @property
    def good_count(self) -> int:
        """Lines that can be brought in, or were."""
        return self.row_count - self.bad_count


class DonorIntakeEvent(models.Model):
    """One step of a file: who, when, of how many lines. Append-only by trigger."""

    intake = models.ForeignKey(
        DonorIntake, verbose_name=_("原有志愿者名单"), on_delete=models.PROTECT, related_name="events"
    )
    to_status = models.CharField(_("状态"), max_length=12, choices=IntakeStatus)
    verb = models.CharField(_("事项"), max_length=24)
    count = models.PositiveIntegerField(_("行数"), default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("原有志愿者名单经过")
        verbose_name_plural = _("原有志愿者名单经过")

    def __str__(self) -> str:
        return f"{self.intake_id} {self.verb}"


class DonorIntakeRow(SealedModel):
    """A line of a file: what stands in it, sealed until it is settled, and what became of it.

    `content` is JSON as services/intake/lines.py writes it, under the keys of identity; emptied in the transaction in
    which the line is settled, and never kept of a line with a fault. `faults` are pairs of a column's name and a
    sentence of ours, which repeat nothing of the line. A line is settled once (trigger).
    """

    intake = models.ForeignKey(
        DonorIntake, verbose_name=_("原有志愿者名单"), on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    line = models.PositiveIntegerField(_("行号"))
    content = SealedTextField(_("内容"), logical="registries.donorintakerow.content", purpose="identity", null=True)
    outcome = models.CharField(_("处理"), max_length=8, choices=Outcome)
    faults = models.JSONField(_("问题"), default=list)
    donor = models.OneToOneField(
        Donor, verbose_name=_("志愿者"), null=True, on_delete=models.PROTECT, related_name="intake_row"
    )
    done_at = models.DateTimeField(_("办理时间"), null=True)

    class Meta:
        verbose_name = _("原有志愿者名单的行")
        verbose_name_plural = _("原有志愿者名单的行")
        constraints = [
            models.UniqueConstraint(fields=["intake", "line"], name="donorintakerow_line_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="donorintakerow_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GOOD, content__isnull=False)
                | (~Q(outcome=Outcome.GOOD) & Q(content__isnull=True)),
                name="donorintakerow_sealed_until_settled",
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.DONE, donor__isnull=False, done_at__isnull=False)
                | (~Q(outcome=Outcome.DONE) & Q(donor__isnull=True, done_at__isnull=True)),
                name="donorintakerow_done_has_its_donor",
            ),
            models.CheckConstraint(
                condition=(Q(outcome__in=[Outcome.BAD, Outcome.LATE]) & ~Q(faults=[]))
                | Q(outcome__in=[Outcome.GOOD, Outcome.DONE, Outcome.DROPPED], faults=[]),
                name="donorintakerow_says_what_is_wrong",
            ),
        ]
        indexes = [
            models.Index(fields=["intake", "line"], name="donorintakerow_to_apply", condition=Q(outcome=Outcome.GOOD)),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id}:{self.line}"
