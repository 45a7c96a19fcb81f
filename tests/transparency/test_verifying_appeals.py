"""What was changed in a campaign, a way to give or a notice since its record was written is found and named."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models

from core.clock import SHANGHAI, frozen_at
from core.models import PublicRecord
from donations.models import Campaign, ChangeOfUse, GivingChannel
from donations.services.appeals import changes, closing
from tests import databases
from tests.donations.appeals import make_campaign
from tests.donations.ground import make_ground
from tests.transparency.ground import place_all
from tests.transparency.other_hands import REPLICA, columns_of, drop_checks, other_value
from transparency.services.verifying_rows import verify_rows

# Steps that come after the record, each in the trail of its own: a filing is shown as the office gives it.
LATER = {"id", "status", "edit_count", "approved_by"}
FREE_OF_CAMPAIGN = LATER | {"opened_at", "settled_by", "filing_number", "filed_on"}
FREE_OF_CHANNEL = LATER | {"valid_from", "valid_to", "ended_at"}
FREE_OF_CHANGE = LATER | {"entry"}


@pytest.fixture(scope="module")
def announced(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A way to give, a campaign that was settled, and a change of use under notice, all in the log."""
    with django_db_blocker.unblock(), databases.copy_of_template(f"{databases.PREFIX}_appeals") as name:
        with frozen_at(datetime.datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)):
            _announce()
        place_all()
        drop_checks(name, Campaign, GivingChannel, ChangeOfUse)
        yield name


def _announce() -> None:
    ground = make_ground()
    usual = ground.fund
    campaign = make_campaign(ground.jiande, ground.clerk, ground.approver)
    source = campaign.campaign_funds.select_related("fund__branch").get().fund
    ground.fund = source
    ground.posted(("示例甲乙", "100"))
    terms = changes.ChangeTerms(source, usual, Decimal(40), "notice", "示例理由", "原项目已完成，拟用于日常人道救助。")
    change = changes.draft_change(terms=terms, actor=ground.clerk)
    changes.submit_change(change_id=change.pk, actor=ground.clerk)
    changes.publish_notice(change_id=change.pk, actor=ground.approver)
    known = {"campaign_id": campaign.pk}
    closing.close_campaign(successor=usual, reason="提前结束", actor=ground.approver, **known)
    closing.propose_settlement(rest_account="余款转入日常捐赠，用于同类救助。", actor=ground.clerk, **known)
    closing.approve_settlement(actor=ground.approver, **known)


CASES = [
    *((Campaign, column) for column in columns_of(Campaign, FREE_OF_CAMPAIGN)),
    *((GivingChannel, column) for column in columns_of(GivingChannel, FREE_OF_CHANNEL)),
    *((ChangeOfUse, column) for column in columns_of(ChangeOfUse, FREE_OF_CHANGE)),
]
# A record says the day that a campaign was settled on, and the second from which an account is in force.
OTHERS = {
    "settled_at": "settled_at + interval '1 day'",
    "in_force_at": "in_force_at + interval '1 second'",
    "fee_rate": "fee_rate + 0.01",
    "consent_file_id": "gen_random_uuid()",
}
KINDS = {
    Campaign: {"campaign", "campaign_settled"},
    GivingChannel: {"giving_channel", "campaign"},
    ChangeOfUse: {"change_notice"},
}


@pytest.mark.parametrize(("model", "column"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_each_column_that_was_announced_and_then_changed_by_other_hands_is_found_and_named(
    model: type[models.Model], column: str, announced: str, django_db_blocker: Any
) -> None:
    table = model._meta.db_table
    field = next(one for one in model._meta.local_concrete_fields if one.column == column)
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, {column}::text, pg_typeof({column})::text FROM {table}")  # noqa: S608
            [(row, old, cast)] = cursor.fetchall()
        value = OTHERS.get(column) or other_value(field, column)
        update = f"UPDATE {table} SET {column} = {{}} WHERE id = {row}"  # noqa: S608
        databases.as_superuser(REPLICA, update.format(value), database=announced)
        try:
            problems = verify_rows().problems
        finally:
            back = "NULL" if old is None else "'" + old.replace("'", "''") + "'::" + cast
            databases.as_superuser(REPLICA, update.format(back), database=announced)
        checks = ("row_public_differs", "row_private_differs", "row_missing")
        found = [one for one in problems if one["check"] in checks]
        assert found, f"{table}.{column} was changed and nobody saw it"
        assert {one["kind"] for one in found} <= KINDS[model]
        subjects = set(
            PublicRecord.objects.filter(object_id=row, kind__in=KINDS[model]).values_list("subject", flat=True)
        )
        assert {one["subject"] for one in found} <= subjects


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_wrong_before_and_after(announced: str, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        assert {"campaign", "campaign_settled", "giving_channel", "change_notice"} <= set(
            PublicRecord.objects.filter(leaf__isnull=False).values_list("kind", flat=True)
        )
        assert verify_rows().problems == []
    yield
    with django_db_blocker.unblock():
        assert verify_rows().problems == []
