"""Loading the demo: the network, the people, two years of work, the reports."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import SHANGHAI, frozen_at, now
from core.errors import DomainError
from core.models import AuditEvent, PublicRecord
from core.periods import Period, PeriodKind, parse_period, period_of
from core.progress import NoProgress
from ledger.services import FundTerms, ensure_default_fund, open_fund
from ledger.services.verifying import verify_books
from organizations.choices import BranchKind
from organizations.models import Branch
from organizations.services import create_associations, load_divisions
from registries.demo.cases import leave_cases
from registries.demo.contacts import leave_contacts
from registries.demo.exchange import leave_exchange
from registries.demo.figures import leave_registered_year
from registries.demo.memorial import leave_memorial
from registries.demo.papers import leave_papers
from registries.demo.requests import leave_requests
from registries.demo.wishes import leave_registrations
from registries.services.counting import take_counts
from training.demo import leave_training
from training.demo_year import TrainingYear
from transparency.choices import ReportKind, ReportScope
from transparency.demo.appeals import AppealPlan
from transparency.demo.calendar import MonthPlan, Scale, Step, finished_months
from transparency.demo.claims import leave_claims
from transparency.demo.givers import look_after_givers
from transparency.demo.password import demo_password
from transparency.demo.people import DESKS, Desk, create_people, staff_branch
from transparency.demo.statements import leave_statement
from transparency.demo.unfinished import leave_unfinished
from transparency.demo.using import Users, leave_use_unfinished, using_steps
from transparency.models import ReportRun
from transparency.selectors.anomalies import anomalies_by_rule
from transparency.selectors.calendar import due_at
from transparency.selectors.log import log_size
from transparency.services.anomalies import clear_anomalies
from transparency.services.publishing import approve_run, check_run, sign_run
from transparency.services.runs import make_run, render_run
from transparency.services.schedules import make_due_reports, set_schedule
from transparency.services.sequencing import sequence_records

DIVISIONS = Path(settings.BASE_DIR) / "organizations" / "data" / "zhejiang.csv"
PROVINCE = "33"
# What the trail says was made when the demo is whole.
NOTE = "transparency.demo"
# How long to wait for somebody else's transaction that began before a report's records were written, in seconds.
PATIENCE = 60


@dataclass(frozen=True)
class Loaded:
    """What was made."""

    branch_count: int
    gift_count: int
    run_count: int
    published: str


def demo_is_there() -> bool:
    """Whether the demo was loaded to its end, which it notes itself."""
    return AuditEvent.objects.filter(object_label=NOTE, verb="transparency.demo.loaded").exists()


def is_empty() -> bool:
    """Whether nobody has begun to use this portal."""
    return not (User.objects.exists() or Branch.objects.exists())


def load(*, seed: int, scale: Scale, tell: Callable[[str], Any]) -> Loaded:
    """Fill an empty portal; many transactions, so a load that breaks off leaves a part that must be thrown away.

    Raises DomainError where the checks find something wrong at the end.
    """
    end = now()
    months = finished_months(end, scale.months)
    with connection.cursor() as cursor:
        # Thousands of small commits; what a crash takes away of a demo is loaded again.
        cursor.execute("SET synchronous_commit TO off")
    founded = months[0].start - datetime.timedelta(days=40)
    with frozen_at(founded):
        tell(_("区划和组织网络"))
        people, desks, funds = _found(founded.date(), scale)
    posted: dict[str, object] = {}
    year = _year_of_training(months)
    training = TrainingYear(year, {code: desks[code].branch for code in DESKS}, people) if year else None
    maker = MonthMaker(seed, scale, desks, funds, posted, Users(desks, people), training)
    runs = _work_months(end, months, maker, people["publisher"], tell)
    tell(_("待办工作"))
    leave_unfinished(desks, posted, seed=seed)
    leave_use_unfinished(Users(desks, people))
    leave_statement(desks["3301"])
    _place_all()
    look_after_givers(desks["3301"])
    leave_claims(desks["3301"], seed=seed)
    leave_training(desks["3301"].branch, people)
    leave_registrations(desks["3301"].branch, desks["3303"].branch, people)
    leave_contacts(desks["3301"].branch, people)
    leave_requests(desks["3301"].branch, desks["3303"].branch, people)
    leave_cases(desks["3301"].branch, desks["33"].branch, people)
    leave_papers(desks["3301"].branch, people)
    leave_memorial(desks["3301"].branch, people)
    if year:
        tell(_("捐献登记统计和年报"))
        leave_registered_year(year, {code: desks[code].branch for code in DESKS}, people)
    leave_exchange(desks["3301"].branch, people)
    take_counts()
    _place_all()
    if year:
        _registries_yearbook(desks[PROVINCE], people["publisher"], year)
    tell(_("核对账目"))
    _verify()
    record_audit("transparency.demo.loaded", actor=None, object_label=NOTE, object_key=str(seed))
    return Loaded(Branch.objects.count(), PublicRecord.objects.filter(kind="gift").count(), len(runs), runs[-1].number)


def _registries_yearbook(province: Desk, publisher: User, year: int) -> None:
    """The yearbook of figures that were published just now: made and published in the minute after."""
    moment = now() + datetime.timedelta(minutes=1)
    with frozen_at(moment):
        run = make_run(
            kind=ReportKind.REGISTRIES_YEARBOOK,
            branch=province.branch,
            scope=ReportScope.BELOW,
            period=parse_period(str(year)),
            actor=None,
            queue=False,
        )
    _publish(run, province.clerk, publisher, moment)


def _year_of_training(months: list[Period]) -> int | None:
    """The last whole year among the finished months whose yearbook has fallen due within them; None without one."""
    last = due_at(months[-1])
    for year in (period_of(PeriodKind.YEAR, one.first_day) for one in reversed(months)):
        if year.first_day >= months[0].first_day and due_at(year, ReportKind.TRAINING_YEARBOOK) <= last:
            return year.first_day.year
    return None


def _found(day: datetime.date, scale: Scale) -> tuple[dict[str, User], dict[str, Desk], dict[str, str]]:
    load_divisions(path=DIVISIONS, actor=None)
    with transaction.atomic():
        create_associations(actor=None, on=day, province_code=PROVINCE)
        branches = {branch.code: branch for branch in Branch.objects.all()}
        for branch in branches.values():
            ensure_default_fund(branch=branch, on=day, actor=None)
    people = create_people(branches, demo_password(), since=day)
    desks = {code: staff_branch(branches[code], people, since=day) for code in _codes(branches, scale)}
    funds = {
        code: open_fund(
            branch=branches[code], terms=FundTerms(name=name, purpose=purpose, fee_rate=rate), on=day, actor=None
        ).code
        for code, name, purpose, rate in (
            (PROVINCE, _("示例山洪救灾专项"), _("示例山洪灾害的救灾和重建"), Decimal("0.05")),
            ("3301", _("示例应急救护专项"), _("示例应急救护培训和设备"), Decimal(0)),
        )
    }
    return people, desks, funds


def _codes(branches: dict[str, Branch], scale: Scale) -> list[str]:
    others = [branch for code, branch in sorted(branches.items()) if code not in DESKS]
    cities = [branch.code for branch in others if branch.kind == BranchKind.CITY]
    counties = [branch.code for branch in others if branch.kind == BranchKind.COUNTY]
    # Counties from all over the province, not those of the first city.
    stride = max(1, len(counties) // scale.counties)
    return [*DESKS, *cities[: scale.cities], *counties[::stride][: scale.counties]]


@dataclass(frozen=True)
class MonthMaker:
    """What the steps of every month are made of; `posted` is kept up as they are carried out."""

    seed: int
    scale: Scale
    desks: dict[str, Desk]
    funds: dict[str, str]
    posted: dict[str, object]
    users: Users
    training: TrainingYear | None

    def steps(self, month: Period, index: int) -> list[Step]:
        """The steps of a month in the order of time."""
        plan = MonthPlan(month, seed=self.seed, scale=self.scale, index=index)
        using = using_steps(month, index, self.users, self.funds)
        appeals = AppealPlan(
            month,
            seed=self.seed,
            left=self.scale.months - 1 - index,
            months=self.scale.months,
            province=self.desks[PROVINCE],
            city=self.desks["3301"],
            successor=self.funds[PROVINCE],
        )
        steps = [Step(one.at, number, one.run) for number, one in enumerate(appeals.moments(), start=20_000)]
        taught = self.training.moments(month.first_day) if self.training else ()
        steps += [Step(one.at, number, one.run) for number, one in enumerate(taught, start=30_000)]
        return sorted([*plan.steps(self.desks, self.funds, self.posted), *using, *steps])


def _work_months(
    end: datetime.datetime, months: list[Period], maker: MonthMaker, publisher: User, tell: Callable[[str], Any]
) -> list[ReportRun]:
    """Carry out the finished months with their reports, publish the last one, and then begin the present month."""
    province = maker.desks[PROVINCE]
    # Few and short: what the worker has to set beside the monthly reports keeps it busy for less than a minute.
    quarter, year = (period_of(kind, months[0].first_day) for kind in (PeriodKind.QUARTER, PeriodKind.YEAR))
    series = [
        (ReportKind.MONTHLY_RECEIPTS, ReportScope.BELOW, months[0]),
        (ReportKind.QUARTERLY_RECEIPTS, ReportScope.ALONE, quarter),
        (ReportKind.SYSTEM_TABLE, ReportScope.BELOW, year),
    ]
    if maker.training is not None:
        series.append((ReportKind.TRAINING_YEARBOOK, ReportScope.BELOW, parse_period(str(maker.training.year))))
    with frozen_at(months[0].start):
        for kind, scope, first in series:
            set_schedule(
                kind=kind,
                branch=province.branch,
                scope=scope,
                first_period=first.code,
                is_active=True,
                actor=province.clerk,
            )
    made: list[ReportRun] = []
    for index, month in enumerate(months):
        tell(month.label)
        _carry_out(maker.steps(month, index), before=end)
        with frozen_at(due_at(month) + datetime.timedelta(minutes=5)):
            _place_all()
            made += make_due_reports()
    runs = [run for run in made if run.kind == ReportKind.MONTHLY_RECEIPTS]
    if len(runs) != len(months):
        raise DomainError("demo_reports", _("演示报告没有按期做齐，请清空数据库后重新装入。"))
    # Those of the calendar at nine o'clock on the day on which they were made.
    tell(_("公开最近一期的报告"))
    for newest in {run.kind: run for run in made}.values():
        morning = newest.requested_at.astimezone(SHANGHAI).replace(hour=9, minute=0)
        _publish(newest, province.clerk, publisher, min(morning, end))
    tell(_("本月"))
    _carry_out(maker.steps(months[-1].next(), len(months)), before=end)
    return runs


def _carry_out(steps: list[Step], *, before: datetime.datetime) -> None:
    for step in steps:
        if step.at < before - datetime.timedelta(hours=1):
            with frozen_at(step.at):
                step.run()


def _place_all() -> None:
    """Give every record its place; another session's old transaction may hold them back for a while."""
    deadline = time.monotonic() + PATIENCE
    sequence_records()
    while log_size() < PublicRecord.objects.count():
        if time.monotonic() > deadline:
            raise DomainError("log_held_back", _("数据库里有长时间没有结束的事务，请结束它，清空数据库后重新装入。"))
        time.sleep(0.1)
        sequence_records()


def _publish(run: ReportRun, checker: User, publisher: User, at: datetime.datetime) -> None:
    """Set a report here and let two people publish it at a moment."""
    with frozen_at(at):
        render_run(run_id=run.pk, job=NoProgress())
        for line in anomalies_by_rule(run):
            reason = _("示例：已逐笔核对原始单据，情况属实。")
            clear_anomalies(run_id=run.pk, rule=line.rule, reason=reason, actor=publisher)
        check_run(run_id=run.pk, actor=checker)
        approve_run(run_id=run.pk, actor=publisher)
        sign_run(run_id=run.pk, job=NoProgress())
        sequence_records()


def _verify() -> None:
    failed = [name for name, rows in verify_books().items() if rows]
    if failed:
        raise DomainError("demo_checks_failed", _("演示数据核对未通过：%(names)s") % {"names": "、".join(failed)})
