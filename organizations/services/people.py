"""Accounts of people as the administrators keep them: the rights are asked here, the change is made in accounts.

Two hands are needed to take over an account that has a second factor: who keeps accounts (MANAGE_PEOPLE) gives the link
to set a password, who grants roles (GRANT_ROLES) resets the second factor.
"""

from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from core.errors import NotAllowed
from organizations.choices import Right
from organizations.models import held_grants
from organizations.permissions import branches_with, require_anywhere


def open_account(*, login: str, name: str, email: str, actor: User) -> User:
    """Make a person without a password; raises NotAllowed without MANAGE_PEOPLE, and what `create_person` raises."""
    require_anywhere(actor, Right.MANAGE_PEOPLE)
    return accounts.create_person(login=login, name=name, email=email, actor=actor)


def change_account(*, person: User, name: str, email: str, actor: User) -> User:
    """Change name and e-mail address; raises NotAllowed as `require_keeper`."""
    require_keeper(actor, person, Right.MANAGE_PEOPLE)
    return accounts.change_person(person=person, name=name, email=email, actor=actor)


def close_account(*, person: User, reason: str, actor: User) -> User:
    """Disable; raises NotAllowed as `require_keeper`."""
    require_keeper(actor, person, Right.MANAGE_PEOPLE)
    return accounts.disable_person(person=person, reason=reason, actor=actor)


def reopen_account(*, person: User, actor: User) -> User:
    """Enable again; raises NotAllowed as `require_keeper`."""
    require_keeper(actor, person, Right.MANAGE_PEOPLE)
    return accounts.enable_person(person=person, actor=actor)


def unlock_account(*, person: User, actor: User) -> int:
    """Forget failed attempts; raises NotAllowed as `require_keeper`."""
    require_keeper(actor, person, Right.MANAGE_PEOPLE)
    return accounts.unlock_person(person=person, actor=actor)


def give_password_link(*, person: User, actor: User) -> str:
    """Make the one-time path to set a password; raises NotAllowed as `require_keeper`."""
    require_keeper(actor, person, Right.MANAGE_PEOPLE)
    if person.pk == actor.pk:
        raise NotAllowed("not_on_oneself", _("修改自己的密码请用“修改密码”。"))
    return accounts.issue_password_link(person=person, actor=actor)


def reset_account_factor(*, person: User, reason: str, actor: User) -> User:
    """Remove the second factor; raises NotAllowed as `require_keeper`, asked for GRANT_ROLES."""
    require_keeper(actor, person, Right.GRANT_ROLES)
    return accounts.reset_second_factor(person=person, reason=reason, actor=actor)


def may_keep(actor: User, person: User, right: str) -> bool:
    """Whether the actor may keep this person's account.

    With the right at the top of the tree, everybody's; lower, only of people all of whose roles lie where the actor
    holds it: else a county could set the province's passwords.
    """
    places = list(branches_with(actor, right))
    if not places:
        return False
    if any(branch.depth == 1 for branch in places):
        return True
    grants = held_grants(person)
    return not person.is_staff and {grant.branch_id for grant in grants} <= {branch.pk for branch in places}


def require_keeper(actor: User, person: User, right: str) -> None:
    """Refuse (403) who may not keep this person's account (`may_keep`)."""
    if not may_keep(actor, person, right):
        raise NotAllowed(
            "may_not_keep_account",
            _("您不能办理此人的账号：需要在此人任职的各红十字会都有“%(right)s”的权限。请联系省级管理员。")
            % {"right": Right(right).label},
        )
