"""A made-up model with sealed fields, whose table tests make where they need it."""

from typing import Any

from django.conf import settings
from django.db import connection, models

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_account, normalise_phone
from tests import databases


class Payer(SealedModel):
    """An account once, a telephone as often as it comes, a note without look-up."""

    number = models.CharField(max_length=20, default="", blank=True)
    branch_code = models.CharField(max_length=20, default="33", blank=True)
    account = SealedTextField("账号", logical="tests.payer.account", lookup=normalise_account, null=True)
    account_digest = LookupDigestField(db_index=False)
    account_digest_next = LookupDigestField(db_index=False)
    phone = SealedTextField("电话", logical="tests.payer.phone", lookup=normalise_phone, null=True)
    phone_digest = LookupDigestField()
    phone_digest_next = LookupDigestField()
    note = SealedTextField("备注", logical="tests.payer.note", null=True)

    class Meta:
        app_label = "tests"
        constraints = [*unique_lookup("account", name="payer_account_once")]

    def __str__(self) -> str:
        return self.number


def make_table() -> None:
    """Make the table in the database in use, as its owner would in a migration, unless it is there."""
    database = str(connection.settings_dict["NAME"])
    if "tests_payer" in connection.introspection.table_names():
        return
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        editor.create_model(Payer)
    role = settings.APPLICATION_DB_ROLE
    databases.as_superuser(
        *map(str, editor.collected_sql),
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON tests_payer TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        database=database,
    )


def new_keys_beside(raw: dict[str, Any], fresh: dict[str, Any], name: str) -> dict[str, Any]:
    """A keyring with further keys of all purposes, which are the active ones."""
    data = {"active": f"k{name}", "keys": {**raw["keys"], f"k{name}": fresh["keys"]["k1"]}}
    others = {
        purpose: {
            "active": f"{letter}{name}",
            "keys": {**raw[purpose]["keys"], f"{letter}{name}": fresh[purpose]["keys"][f"{letter}1"]},
        }
        for purpose, letter in (("lookup", "l"), ("salts", "s"), ("identity", "i"), ("wishes", "w"))
    }
    return {**data, **others}
