"""What accounts refuse."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


class LoginTaken(Conflict):
    """Another person has this login."""

    def __init__(self) -> None:
        super().__init__(
            "login_taken", _("已有这个登录名，请换一个，例如在后面加数字。"), {"login": _("已有这个登录名。")}
        )


class EmailTaken(Conflict):
    """Another person has this address; a shared one would let them set each other's password."""

    def __init__(self) -> None:
        super().__init__(
            "email_taken",
            _("这个邮箱已由另一个账号使用。各人要用各自的邮箱，否则会收到彼此的重设密码链接；没有邮箱可以留空。"),
            {"email": _("已由另一个账号使用。")},
        )


class NotOnOneself(DomainError):
    """Somebody else must do this to one's account."""

    def __init__(self) -> None:
        super().__init__("not_on_oneself", _("不能对自己的账号做这件事，请由另一位系统管理员办理。"))


class NothingToDo(Conflict):
    """The account is already as asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__("nothing_to_do", sentence)
