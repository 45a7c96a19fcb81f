"""Give the application's role its rights: `manage.py apply_grants`, run by the owner after each migrate."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

# Tables whose rows the application adds and never changes carry a trigger of this name.
APPEND_ONLY_TABLES = """
    SELECT DISTINCT format('%I.%I', n.nspname, c.relname)
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE t.tgname = 'append_only_row'
"""
# Guarded tables whose triggers let one kind of update through.
NEVER_DELETED = (
    "core_publicrecord",
    "core_storedfile",
    "donations_donation",
    "donations_giverrequest",
    "donations_receipt",
    "reconciliation_depositaccount",
    "reconciliation_monthsheet",
    "reconciliation_statement",
    "registries_exchangesent",
    "spending_payment",
    "spending_paymentdocument",
    "spending_transfer",
    "transparency_reportrun",
)


class Command(BaseCommand):
    """Grant what the application needs, and take from it the right to change what stands."""

    help = "把应用角色所需的权限授予它，并收回它修改只增表的权限（由数据库所有者在迁移后运行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--role`: the application's role, APPLICATION_DB_ROLE unless given."""
        parser.add_argument("--role", default=settings.APPLICATION_DB_ROLE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply the grants in one transaction."""
        role = connection.ops.quote_name(options["role"])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user = %s", [options["role"]])
            if cursor.fetchone()[0]:
                self.stderr.write("应用角色与数据库所有者是同一个角色，只增表只由触发器保护。")
                return
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            cursor.execute(APPEND_ONLY_TABLES)
            for (table,) in cursor.fetchall():
                cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
            # Its trigger lets rows go after their time, and nothing else.
            cursor.execute(f"REVOKE UPDATE ON core_readlog FROM {role}")
            for table in NEVER_DELETED:
                cursor.execute(f"REVOKE DELETE ON {table} FROM {role}")
            # Balances and draws are written by triggers alone; one column's right is what FOR UPDATE asks for.
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON ledger_accountbalance, ledger_draw FROM {role}")
            cursor.execute(f"GRANT UPDATE (account_id) ON ledger_accountbalance TO {role}")
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
