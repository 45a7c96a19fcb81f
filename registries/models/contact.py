"""Who is to be contacted when and why, and what came of each contact."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import BranchLineage, BranchRowsQuerySet
from registries.choices.contacts import (
    ABOUT_FIELDS,
    ContactMeans,
    ContactOutcome,
    ContactReason,
    DueStatus,
    about_one,
)
from registries.models.case import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from organizations.models import RoleGrant


class AboutOne(models.Model):
    """A row about one thing: the field of `ABOUT_FIELDS` that is set. No row leads to a person but through its key."""

    class Meta:
        abstract = True

    @property
    def about_field(self) -> str:
        """The name of the foreign key that is set."""
        return next(one for one in ABOUT_FIELDS if getattr(self, f"{one}_id") is not None)

    @property
    def about(self) -> Any:
        """What it is about; a query where it was not fetched with the row."""
        return getattr(self, self.about_field)


class DueContactQuerySet(BranchRowsQuerySet):
    """Contacts that are due, opened by the branch; of a case, by who is assigned to it."""

    def kept_in_branches(self, person: User, grants: Sequence[RoleGrant]) -> Self:
        """What a person may call about in the branches where they keep registries, but for cases.

        `grants` are those the person holds today.
        """
        places = [one.branch_id for one in grants if Right.KEEP_REGISTRIES in ROLE_RIGHTS[one.role]]
        return self.filter(case=None, branch_id__in=places)._mark(f"kept by {person.pk}")

    def kept_of_cases(self, person: User, grants: Sequence[RoleGrant]) -> Self:
        """What a person may call about in the cases that they accompany.

        Whatever the branch: the association above sends its coordinators (人体器官捐献和移植条例 Art. 19).
        """
        cases = Case.objects.accompanied_by(person, grants).values("pk")
        return self.filter(case__in=cases)._mark(f"kept in cases of {person.pk}")


class DueContact(AboutOne, BranchLineage):
    """That somebody is to be contacted on a day, by whom (None: whoever is free), and why.

    `key` is its address. Closed once, with who closed it (None: by the person's own withdrawal or by the system);
    nothing but the coordinator changes while it is open (trigger).
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    wish = models.ForeignKey(
        "registries.Wish",
        verbose_name=_("志愿登记"),
        null=True,
        on_delete=models.PROTECT,
        related_name="due_contacts",
        db_index=False,
    )
    donor = models.ForeignKey(
        "registries.Donor",
        verbose_name=_("造血干细胞志愿者"),
        null=True,
        on_delete=models.PROTECT,
        related_name="due_contacts",
        db_index=False,
    )
    case = models.ForeignKey(
        "registries.Case",
        verbose_name=_("捐献案例"),
        null=True,
        on_delete=models.PROTECT,
        related_name="due_contacts",
        db_index=False,
    )
    reason = models.CharField(_("事由"), max_length=12, choices=ContactReason)
    due_on = models.DateField(_("联系日期"))
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("协调员"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    status = models.CharField(_("状态"), max_length=12, choices=DueStatus)
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("办结人"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    objects = DueContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("待联系")
        verbose_name_plural = _("待联系")
        constraints = [
            models.CheckConstraint(condition=about_one(), name="duecontact_about_one"),
            models.CheckConstraint(condition=Q(reason__in=ContactReason.values), name="duecontact_reason_known"),
            models.CheckConstraint(
                condition=Q(status=DueStatus.OPEN, closed_at__isnull=True, closed_by__isnull=True)
                | Q(status__in=[DueStatus.DONE, DueStatus.CANCELLED], closed_at__isnull=False),
                name="duecontact_closed_says_when",
            ),
            models.UniqueConstraint(
                fields=["wish", "reason", "due_on"],
                condition=Q(status=DueStatus.OPEN, wish__isnull=False),
                name="duecontact_wish_once_open",
            ),
            models.UniqueConstraint(
                fields=["donor", "reason", "due_on"],
                condition=Q(status=DueStatus.OPEN, donor__isnull=False),
                name="duecontact_donor_once_open",
            ),
            models.UniqueConstraint(
                fields=["case", "reason", "due_on"],
                condition=Q(status=DueStatus.OPEN, case__isnull=False),
                name="duecontact_case_once_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["coordinator", "due_on", "id"], condition=Q(status=DueStatus.OPEN), name="duecontact_mine"
            ),
            models.Index(
                fields=["branch", "due_on", "id"], condition=Q(status=DueStatus.OPEN), name="duecontact_branch"
            ),
            models.Index(fields=["wish", "due_on"], condition=Q(wish__isnull=False), name="duecontact_of_wish"),
            models.Index(fields=["donor", "due_on"], condition=Q(donor__isnull=False), name="duecontact_of_donor"),
            models.Index(fields=["case", "due_on"], condition=Q(case__isnull=False), name="duecontact_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.reason} {self.due_on}"


class DueNote(SealedModel):
    """Why a contact was planned by hand (P3), under the keys of wishes; emptied with what it is about. By trigger."""

    due = models.OneToOneField(DueContact, verbose_name=_("待联系"), on_delete=models.PROTECT, related_name="said")
    note = SealedTextField(_("安排说明"), logical="registries.duenote.note", purpose="wishes", null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("安排人"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("时间"))
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    class Meta:
        verbose_name = _("联系的安排说明")
        verbose_name_plural = _("联系的安排说明")
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, note__isnull=False)
                | Q(destroyed_at__isnull=False, note__isnull=True),
                name="duenote_whole_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_id}"


class Contact(AboutOne, SealedModel, BranchLineage):
    """One contact that took place or was tried: why, how, what came of it. Append-only by trigger.

    `row_key` is also the key of the form that it was sent with. `note` (P3) lies under the keys of wishes and is
    emptied when what it is about is destroyed. A slip is put right by another row that names it (`corrects`).
    """

    wish = models.ForeignKey(
        "registries.Wish",
        verbose_name=_("志愿登记"),
        null=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        db_index=False,
    )
    donor = models.ForeignKey(
        "registries.Donor",
        verbose_name=_("造血干细胞志愿者"),
        null=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        db_index=False,
    )
    case = models.ForeignKey(
        "registries.Case",
        verbose_name=_("捐献案例"),
        null=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        db_index=False,
    )
    due = models.ForeignKey(
        DueContact,
        verbose_name=_("待联系"),
        null=True,
        on_delete=models.PROTECT,
        related_name="contacts",
        db_index=False,
    )
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("更正"),
        null=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        db_index=False,
    )
    reason = models.CharField(_("事由"), max_length=12, choices=ContactReason)
    means = models.CharField(_("方式"), max_length=12, choices=ContactMeans)
    outcome = models.CharField(_("结果"), max_length=12, choices=ContactOutcome)
    note = SealedTextField(_("备注"), logical="registries.contact.note", purpose="wishes", null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("联系人"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    at = models.DateTimeField(_("时间"))
    destroyed_at = models.DateTimeField(_("销毁时间"), null=True)

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("联系记录")
        verbose_name_plural = _("联系记录")
        constraints = [
            models.CheckConstraint(condition=about_one(), name="contact_about_one"),
            models.CheckConstraint(condition=Q(reason__in=ContactReason.values), name="contact_reason_known"),
            models.CheckConstraint(condition=Q(means__in=ContactMeans.values), name="contact_means_known"),
            models.CheckConstraint(condition=Q(outcome__in=ContactOutcome.values), name="contact_outcome_known"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True) | Q(note__isnull=True), name="contact_destroyed_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(corrects=F("id")), name="contact_corrects_another"
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="contact_once_right"
            ),
            models.UniqueConstraint(
                fields=["due"], condition=Q(due__isnull=False, corrects__isnull=True), name="contact_closes_once"
            ),
        ]
        indexes = [
            models.Index(fields=["wish", "-id"], condition=Q(wish__isnull=False), name="contact_of_wish"),
            models.Index(fields=["donor", "-id"], condition=Q(donor__isnull=False), name="contact_of_donor"),
            models.Index(fields=["case", "-id"], condition=Q(case__isnull=False), name="contact_of_case"),
            # Few among millions, and the planner cannot tell how few: by what they are about each costs little.
            models.Index(fields=["wish"], condition=Q(outcome=ContactOutcome.DIED), name="contact_told_died_wish"),
            models.Index(fields=["donor"], condition=Q(outcome=ContactOutcome.DIED), name="contact_told_died_donor"),
            # Rows come in the order of time: a small index is enough to read the outcomes of a year.
            BrinIndex(fields=["at"], name="contact_time"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.reason} {self.outcome}"


class ContactHandOver(BranchLineage):
    """That a coordinator's open contacts and donors in a branch went to another. Append-only by trigger.

    `from_person` is None where the contacts were nobody's yet. `donor_count` is how many donors in force went along:
    without one, at least one contact did.
    """

    key = models.UUIDField(_("幂等键"), unique=True, default=uuid.uuid4, editable=False)
    from_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("移交人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    to_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("接手人"), on_delete=models.PROTECT, related_name="+"
    )
    contact_count = models.PositiveIntegerField(_("待联系件数"))
    donor_count = models.PositiveIntegerField(_("志愿者人数"), default=0, db_default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("操作人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("移交记录")
        verbose_name_plural = _("移交记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(from_person__isnull=True) | ~Q(from_person=F("to_person")), name="handover_to_another"
            ),
            models.CheckConstraint(
                condition=Q(contact_count__gt=0) | Q(donor_count__gt=0), name="handover_of_something"
            ),
            # Nobody's are contacts alone: a donor without a coordinator has none to be handed over from.
            models.CheckConstraint(
                condition=Q(from_person__isnull=False) | Q(donor_count=0), name="handover_of_somebodys_donors"
            ),
        ]
        indexes = [models.Index(fields=["branch", "-id"], name="handover_by_branch")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.contact_count}"
