"""Grants of roles."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.clock import today
from organizations.choices import Role

if TYPE_CHECKING:
    from accounts.models import User


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Chainable filters over grants."""

    def valid_on(self, day: datetime.date) -> Self:
        """Grants in force on a day: the first day counts, the last does not (half-open)."""
        return self.filter(valid_from__lte=day).filter(models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))


class RoleGrant(models.Model):
    """A role given to a person in one branch from a day on; ended by a date, never deleted.

    `with_below` lets the reading rights of the role reach the branches below. `authority` names the written authority
    where the person's own branch is another one (代录).
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="role_grants"
    )
    role = models.CharField(_("角色"), max_length=24, choices=Role)
    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="role_grants"
    )
    with_below = models.BooleanField(_("含下级（只读）"), default=False)
    authority = models.CharField(_("代录依据"), max_length=200, blank=True)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止"), null=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("授予人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("授予时间"))

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("角色授予")
        verbose_name_plural = _("角色授予")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="rolegrant_role_known"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="rolegrant_valid_to_after_from",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "branch"],
                condition=models.Q(valid_to__isnull=True),
                name="rolegrant_once_open",
            ),
            models.CheckConstraint(condition=~models.Q(granted_by=models.F("person")), name="rolegrant_not_to_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.branch_id}"


def held_grants(person: User) -> list[RoleGrant]:
    """The person's grants in force today with their branches, oldest first; none for somebody who cannot sign in.

    One query, or none within a request that called `remember_grants` for this very object.
    """
    if not person.is_active:
        return []
    remembered: list[RoleGrant] | None = getattr(person, "_remembered_grants", None)
    if remembered is not None:
        return remembered
    return list(
        RoleGrant.objects.valid_on(today())
        .filter(person_id=person.pk)
        .select_related("branch")
        .order_by("valid_from", "pk")
    )


def remember_grants(person: User) -> None:
    """Read the grants once for as long as this object lives: for the person of one request, never longer."""
    person._remembered_grants = held_grants(person)  # type: ignore[attr-defined]
