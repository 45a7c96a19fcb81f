"""Exact look-up of sealed texts, also while the look-up key is being rotated.

Each text has two digests: `…_digest` under the key that `LookupKeys.current` names, `…_digest_next` under
`LookupKeys.following`. In quiet times these are one key and both columns are equal. A rotation from a to b goes

    (a, a)  →  (a, b): every writer writes both, older rows are filled; the first column is complete under a
            →  (b, b): older rows' first column is filled from the second, which is complete under b

so one column is complete under one key at each moment and its unique constraint holds for all rows. Between the steps
the rotation takes `LOCK` alone, which every writer holds shared until its transaction ends: no writer of one
step is left in the next.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Model, Q

from core.clock import now
from core.crypto import keyring, lookup_digest
from core.fields import DIGEST, NEXT_DIGEST, SealedTextField
from core.models import LookupKeys

# Advisory lock; the number is arbitrary and this subject's own.
LOCK = 7_301_001


def writing_keys() -> tuple[str, str]:
    """Return the ids of the keys for the two digest columns, fixed until the caller's transaction ends.

    Takes the advisory lock `LOCK` shared. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("sealed values with a look-up are written in a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        # By hand, since every row with a look-up asks: the mapper would take longer than the answer.
        cursor.execute("SELECT current, following FROM core_lookupkeys")
        found: tuple[str, str] | None = cursor.fetchone()
    return found or lookup_keys()


def lookup_keys() -> tuple[str, str]:
    """Return the two keys in use; in a new database the active one of the keyring becomes both."""
    found = LookupKeys.objects.values_list("current", "following").first()
    if found is None:
        active = keyring().lookup.active
        row = LookupKeys(current=active, following=active, changed_at=now())
        LookupKeys.objects.bulk_create([row], ignore_conflicts=True)
        found = LookupKeys.objects.values_list("current", "following").get()
    return found


def digests_of(field: SealedTextField, text: str | None, keys: tuple[str, str]) -> tuple[bytes | None, bytes | None]:
    """Return the two digests of a text; none of an empty one."""
    normal = _normal(field, text)
    if not normal:
        return None, None
    first = _digest(field, normal, keys[0])
    return first, first if keys[0] == keys[1] else _digest(field, normal, keys[1])


def matching(model: type[Model], field_name: str, *texts: str) -> Q:
    """Return the condition that a sealed field holds one of these texts, as written by hand; nothing matches no text.

    Asks for the digests under every key of the keyring in both columns, so it finds rows at each step of a rotation.
    """
    digests = look_up_digests(model, field_name, *texts)
    first, second = f"{field_name}{DIGEST}", f"{field_name}{NEXT_DIGEST}"
    return Q(**{f"{first}__in": digests}) | Q(**{f"{second}__in": digests})


def holds(obj: Model, field_name: str, text: str) -> bool:
    """Whether a sealed field of a row that was read holds this text, as `matching` finds it; opens nothing."""
    names = (f"{field_name}{DIGEST}", f"{field_name}{NEXT_DIGEST}")
    digests = {bytes(digest) for name in names if (digest := getattr(obj, name)) is not None}
    return not digests.isdisjoint(look_up_digests(type(obj), field_name, text))


def look_up_digests(model: type[Model], field_name: str, *texts: str) -> list[bytes]:
    """Return what `matching` looks for in both columns, for a statement written by hand; none for no text."""
    field = model._meta.get_field(field_name)
    if not isinstance(field, SealedTextField) or field.digest_names is None:
        raise TypeError(f"{model._meta.label}.{field_name} cannot be looked up")
    return _all_digests(field, texts)


def _all_digests(field: SealedTextField, texts: Iterable[str]) -> list[bytes]:
    normals = {_normal(field, text) for text in texts} - {""}
    keys = keyring().lookup.by_id
    return [_digest(field, normal, key_id) for normal in sorted(normals) for key_id in sorted(keys)]


def _digest(field: SealedTextField, normal: str, key_id: str) -> bytes:
    return bytes.fromhex(lookup_digest(normal, field.logical, key_id=key_id))


def _normal(field: SealedTextField, text: str | None) -> str:
    return field.lookup(text) if text and field.lookup else ""
