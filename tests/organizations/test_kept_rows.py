"""What the database itself refuses, whoever asks."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from core.clock import today
from organizations.choices import Role
from organizations.models import RoleGrant
from tests.factories.people import branch_at, make_person, make_province

pytestmark = pytest.mark.django_db

REFUSED = [
    "DELETE FROM organizations_rolegrant",
    "DELETE FROM organizations_branch WHERE code = '330182'",
    "DELETE FROM organizations_division WHERE code = '330182001001'",
    "UPDATE organizations_branch SET code = '330183' WHERE code = '330182'",
    "UPDATE organizations_rolegrant SET role = 'approver'",
    "UPDATE organizations_rolegrant SET with_below = TRUE",
    "UPDATE organizations_rolegrant SET valid_from = valid_from - 1",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_keeps_branches_and_grants_as_they_were(statement: str) -> None:
    make_province()
    make_person("one", Role.CLERK, branch_at("330182"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_end_of_a_grant_is_set_once() -> None:
    make_province()
    make_person("one", Role.CLERK, branch_at("330182"))
    assert RoleGrant.objects.update(valid_to=today()) == 1
    for later in (None, today() + datetime.timedelta(1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.update(valid_to=later)


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "organizations", "--check", "--dry-run", stdout=StringIO())
