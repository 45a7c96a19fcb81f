"""What can be wrong in training."""

from __future__ import annotations

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


def constraint_of(error: IntegrityError) -> str:
    """The constraint that refused, declared or named by a trigger; empty where there is none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


class TrainingError(DomainError):
    """A rule of training refused what was asked."""


class WrongState(Conflict):
    """It is not in the state that this step needs, most often because somebody else was first."""


class OwnWork(DomainError):
    """Somebody tried to issue certificates for what they examined or signed themselves."""

    http_status = 403

    def __init__(self, message: object = None) -> None:
        super().__init__("own_work", message or _("您是本班的考官或签字人，须由另一位有发证权限的同事办理。"))
