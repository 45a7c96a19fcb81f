"""The order of public records after a restore: carried over to the new server, and held until it forks nothing.

`services.resuming` lets it go on.
"""

from __future__ import annotations

from contextlib import suppress

from core.models import RestoreMark
from transparency.models import LogCheckpoint, LogKey
from transparency.notes import Verifier, parse_verifier
from transparency.services.log_keys import LogKeyMissing, read_log_keys
from transparency.services.mirror_files import MirrorDiffers, mirror_of_settings


def statements() -> list[str]:
    """Return the SQL that a restore adds to its transaction (`settings.RESTORE_STATEMENTS`).

    Transaction ids begin anew in another server. Records that have their place are moved below every id, the others to
    the restoring transaction, and so is the head: the sequencer goes on behind it, in the order of the records.
    """
    return [
        "SET CONSTRAINTS ALL IMMEDIATE",
        "ALTER TABLE core_publicrecord DISABLE TRIGGER publicrecord_guard_row",
        "UPDATE core_publicrecord r SET xid = CASE"
        " WHEN EXISTS (SELECT FROM transparency_logleaf l WHERE l.record_id = r.id) THEN '3'::xid8"
        " ELSE pg_current_xact_id() END",
        "ALTER TABLE core_publicrecord ENABLE TRIGGER publicrecord_guard_row",
        "UPDATE transparency_loghead SET seen_xid = pg_current_xact_id()::text::bigint",
    ]


def order_is_held() -> bool:
    """Whether the portal came back from a backup and nobody has said yet how far the log was known outside."""
    return RestoreMark.objects.filter(cleared_at__isnull=True).exists()


def log_is_held() -> bool:
    """Whether nothing may get its place or be signed: after a restore, or where the copy was signed further than this.

    A copy that cannot be read holds nothing: what is known of it stands in the mirror's row.
    """
    return order_is_held() or mirror_is_ahead()


def mirror_is_ahead() -> bool:
    """Whether the copy of `LOG_MIRROR_DIR` has a head of ours that is larger than all that this database knows.

    So it is after a backup was put back by other means than `restore`: whatever was signed here next would fork.
    """
    mirror = mirror_of_settings()
    if mirror is None:
        return False
    last = LogCheckpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    try:
        head = mirror.largest_head(*known_verifiers())
    except (MirrorDiffers, OSError):
        return False
    return head is not None and head.size > last


def known_verifiers() -> list[Verifier]:
    """The keys that have signed this log, and those of the key file, where it can be read here."""
    verifiers = [parse_verifier(text) for text in LogKey.objects.values_list("verifier", flat=True)]
    with suppress(LogKeyMissing):
        verifiers += [key.verifier for key in read_log_keys().keys]
    return list(dict.fromkeys(verifiers))
