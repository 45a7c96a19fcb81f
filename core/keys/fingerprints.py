"""Whether the keys are those that the database was used with."""

from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.crypto import KeyringError, keyring
from core.models import KeyFingerprint


@dataclass(frozen=True)
class KeyProblem:
    """A key that is missing or another one than it was; `name` is `purpose/id`."""

    name: str
    is_replaced: bool

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in one line."""
        text = (
            _("密钥 %(name)s 与数据库用过的不是同一把：请恢复原来的 PORTAL_KEYS；新密钥要用新的编号。")
            if self.is_replaced
            else _("缺少密钥 %(name)s，有数据是用它加密的：请恢复 PORTAL_KEYS；停用密钥请用 rotate_keys --retire。")
        )
        return text % {"name": self.name}


def key_problems() -> list[KeyProblem]:
    """Return the keys that the database knows and the keyring has not, or has otherwise.

    Nothing is wrong with a database that has no tables yet. Raises KeyringError for a malformed keyring, DatabaseError.
    """
    have = keyring().fingerprints()
    if KeyFingerprint._meta.db_table not in connection.introspection.table_names():
        return []
    known = KeyFingerprint.objects.filter(retired_at__isnull=True).order_by("name").values_list("name", "fingerprint")
    return [KeyProblem(name, is_replaced=name in have) for name, fingerprint in known if have.get(name) != fingerprint]


def refuse_wrong_keys() -> None:
    """Raise KeyringError with one line where a key is missing or replaced; a database that is away is no reason."""
    try:
        problems = key_problems()
    except DatabaseError:
        return
    if problems:
        raise KeyringError("keys_wrong", problems[0].sentence)


def record_keys() -> None:
    """Remember the keys that are seen for the first time. Raises what `refuse_wrong_keys` does."""
    with transaction.atomic():
        refuse_wrong_keys()
        moment = now()
        rows = [
            KeyFingerprint(name=name, fingerprint=fingerprint, first_seen_at=moment)
            for name, fingerprint in keyring().fingerprints().items()
        ]
        KeyFingerprint.objects.bulk_create(rows, ignore_conflicts=True)
