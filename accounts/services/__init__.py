"""Changing accounts. Whether the actor may is asked by the caller's floor (organizations.permissions)."""

from accounts.services.passwords import issue_password_link, send_password_mail, set_own_password
from accounts.services.people import (
    change_person,
    create_person,
    disable_person,
    enable_person,
    end_sessions,
    reset_second_factor,
    unlock_person,
)
from accounts.services.signing_in import record_sign_in_act

__all__ = [
    "change_person",
    "create_person",
    "disable_person",
    "enable_person",
    "end_sessions",
    "issue_password_link",
    "record_sign_in_act",
    "reset_second_factor",
    "send_password_mail",
    "set_own_password",
    "unlock_person",
]
