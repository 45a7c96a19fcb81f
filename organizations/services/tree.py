"""The lock under which the branch tree changes its shape."""

from django.db import connection

# One number for the tree: paths of whole subtrees are rewritten from what was read, so readers-then-writers must queue.
TREE_LOCK = 0x62_72_61_6E


def lock_tree() -> None:
    """Wait until nobody else changes the tree; held until the end of the transaction (pg_advisory_xact_lock)."""
    if not connection.in_atomic_block:
        raise RuntimeError("lock_tree() needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TREE_LOCK])
