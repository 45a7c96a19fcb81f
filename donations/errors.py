"""What can be wrong with a batch or a gift."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


class SameFile(Conflict):
    """The same bytes were imported before; the message points to the first batch."""


class NotReady(DomainError):
    """A batch cannot be submitted yet; the message says what is left to do."""


class WrongState(Conflict):
    """The batch or correction is not in the state that this step needs."""


class OwnWork(DomainError):
    """Somebody tried to approve what passed through their own hands."""

    http_status = 403

    def __init__(self) -> None:
        super().__init__("own_work", _("您录入、修改或提交过这批捐赠，不能再由您审核，请由另一位审核人办理。"))
