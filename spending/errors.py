"""What can be wrong with a transfer or a payment."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


class SpendingError(DomainError):
    """A rule of spending refused what was asked."""


class WrongState(Conflict):
    """It is not in the state that this step needs, most often because somebody else was first."""


class OwnWork(DomainError):
    """Somebody tried to decide on what passed through their own hands."""

    http_status = 403

    def __init__(self, message: object = None) -> None:
        super().__init__("own_work", message or _("您制单、修改或提交过这一笔，须由另一位有权限的同事办理。"))
