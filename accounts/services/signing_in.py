"""The audit trail of signing in and out."""

from accounts.models import User
from core.audit import record_audit


def record_sign_in_act(verb: str, *, person: User | None) -> None:
    """Write one act of signing in or out: `signed_in`, `sign_in_failed`, `locked_out`, `signed_out`, `session_ended` …

    Without a person nothing is named: what was typed as a login may be a password.
    """
    record_audit(
        f"accounts.user.{verb}",
        actor=person,
        obj=person,
        object_label="accounts.user",
        object_key=person.login if person is not None else "",
    )
