"""A branch closes only when nothing is left in it: no money, no batch in hand."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.clock import today
from core.errors import DomainError
from core.progress import NoProgress
from donations.choices import BatchStatus
from donations.services.batches import approve_batch, cancel_batch
from donations.services.posting import post_batch
from organizations.choices import Role
from organizations.models import Branch
from organizations.services import close_branch, merge_branch
from tests.donations.ground import Ground, make_fund
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def close(branch: Branch) -> None:
    close_branch(branch=branch, on=today(), reason="示例文号", actor=None)


@pytest.fixture
def alone(ground: Ground) -> Ground:
    """The county without branches below it."""
    for level in (4, 3):
        for code in [
            one.code for one in Branch.objects.below(ground.jiande) if one.depth == ground.jiande.depth + level - 2
        ]:
            close(Branch.objects.get(code=code))
    return ground


def test_a_branch_with_money_is_not_closed_and_the_sums_are_named(alone: Ground) -> None:
    alone.posted(("示例甲乙", "1200.50"), ("示例丙丁", "300"))
    make_fund(alone.jiande, code=f"{alone.jiande.code}-F2", name="示例空池", is_default=False)
    with pytest.raises(DomainError) as refused:
        close(alone.jiande)
    assert refused.value.code == "branch_holds"
    assert "示例日常捐赠 ¥1,500.50" in refused.value.message
    assert "合计 ¥1,500.50" in refused.value.message
    assert "示例空池" not in refused.value.message
    assert Branch.objects.get(pk=alone.jiande.pk).is_open


def test_a_merger_does_not_leave_money_behind_either(ground: Ground) -> None:
    ground.posted(("示例甲乙", "5"))
    with pytest.raises(DomainError, match=r"合计 ¥5\.00"):
        merge_branch(
            branch=ground.jiande, successor=ground.branches["330106"], on=today(), reason="示例文号", actor=None
        )
    assert Branch.objects.get(pk=ground.jiande.pk).is_open


def test_a_branch_with_a_batch_in_hand_is_not_closed_until_it_is_cancelled(alone: Ground) -> None:
    batch = alone.counter(("示例甲乙", "5"))
    with pytest.raises(DomainError, match=batch.number):
        close(alone.jiande)
    cancel_batch(batch_id=batch.pk, actor=alone.clerk, reason="示例理由")
    close(alone.jiande)
    assert not Branch.objects.get(pk=alone.jiande.pk).is_open


def test_an_empty_branch_closes(alone: Ground) -> None:
    close(alone.jiande)
    assert not Branch.objects.get(pk=alone.jiande.pk).is_open


def test_the_balances_are_locked_before_they_are_read(alone: Ground) -> None:
    alone.posted(("示例甲乙", "5"))
    with CaptureQueriesContext(connection) as asked, pytest.raises(DomainError):
        close(alone.jiande)
    of_balances = [one["sql"] for one in asked if "ledger_accountbalance" in one["sql"]]
    assert "FOR UPDATE" in of_balances[0]


def test_a_batch_approved_before_the_closing_is_not_posted_after_it(alone: Ground) -> None:
    batch = alone.submit(alone.counter(("示例甲乙", "5")))
    approve_batch(batch_id=batch.pk, actor=alone.approver, queue=False)
    # As where the approval and the closing ran at one moment and neither saw the other.
    Branch.objects.filter(pk=alone.jiande.pk).update(valid_to=today())
    with pytest.raises(DomainError, match="已停用"):
        post_batch(batch_id=batch.pk, job=NoProgress())
    assert alone.fresh(batch).status == BatchStatus.SUBMITTED


def test_the_sentence_stands_on_the_page(alone: Ground) -> None:
    alone.posted(("示例甲乙", "5"))
    admin = make_person("ren.admin", Role.BRANCH_ADMIN, alone.branches["3301"])
    sent = {"on": today().isoformat(), "reason": "示例文号", "step": "do"}
    answer = alone.client(admin).post(reverse("desk_branch_close", args=[alone.jiande.code]), sent)
    assert "还有款物没有转出" in answer.content.decode()
    assert "¥5.00" in answer.content.decode()


def test_each_check_that_the_settings_name_is_there() -> None:
    assert settings.CLOSING_CHECKS == [
        "ledger.services.closing.funds_still_held",
        "donations.selectors.closing.batches_in_hand",
        "donations.selectors.closing.claims_in_hand",
    ]
