"""What each kind of report is, as data: its title, periods, scopes, due dates, legal source and template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from transparency.choices import ReportKind, ReportPeriod, ReportScope

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Term:
    """So long after the last day of a period, at an hour of Asia/Shanghai: months, then calendar or working days.

    Working days are those of core/workdays.py; calendar days and months are not moved to a working day.
    """

    months: int = 0
    days: int = 0
    workdays: int = 0
    hour: int = 2


@dataclass(frozen=True)
class ReportDefinition:
    """A kind of report.

    `title` takes `period`, `system` (全省, 全市…), `campaign` and `issue`. `due` is when the calendar makes it,
    `deadline` until when it must be public. A report with a `cut_hour` takes what was written until that hour of its
    day and falls due then. `lists_rows`: its rows are printed in annex or volumes, not only in its tables. `compares`:
    a sum ten times that of the report before asks for an explanation. `min_months`: the calendar makes it for longer
    campaigns only. `begins_with_period`: a new series takes the records of its first period alone, and what was
    written before stands in its opening; another kind's first report takes all that the log holds. `has_amounts`: it
    is about money; one that is not has a summary of its own, and nothing about amounts is shown or compared.
    `takes_all`: it takes what the log holds when it is made, as what a period gives is written after its end.
    """

    kind: ReportKind
    title: StrOrPromise
    periods: tuple[ReportPeriod, ...]
    scopes: tuple[ReportScope, ...]
    template: str
    due: Term
    due_words: StrOrPromise
    deadline: Term
    deadline_words: StrOrPromise
    source: StrOrPromise
    of_campaign: bool = False
    emergency_only: bool = False
    is_numbered: bool = False
    cut_hour: int | None = None
    min_months: int = 0
    lists_rows: bool = True
    compares: bool = True
    begins_with_period: bool = False
    has_amounts: bool = True
    takes_all: bool = False

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(self.kind.label)

    @property
    def body(self) -> str:
        """The template of the report's body, the same in the file and on a page."""
        return f"reports/parts/{self.kind.value}_body.html"


_ALONE = (ReportScope.ALONE,)
_BOTH = (ReportScope.ALONE, ReportScope.BELOW)

REPORT_DEFINITIONS: dict[ReportKind, ReportDefinition] = {
    definition.kind: definition
    for definition in (
        ReportDefinition(
            kind=ReportKind.MONTHLY_RECEIPTS,
            title=_("%(period)s捐赠收支公示"),
            periods=(ReportPeriod.MONTH,),
            scopes=_BOTH,
            template="reports/monthly_receipts.html",
            due=Term(days=1),
            due_words=_("次月 1 日 02:00"),
            deadline=Term(workdays=15, hour=24),
            deadline_words=_("期满后 15 个工作日内"),
            source=_("红十字会法第二十三条；公益慈善捐助信息公开指引（民政部 2011）"),
        ),
        ReportDefinition(
            kind=ReportKind.QUARTERLY_RECEIPTS,
            title=_("%(period)s捐赠收支公示"),
            periods=(ReportPeriod.QUARTER,),
            scopes=_BOTH,
            template="reports/quarterly_receipts.html",
            due=Term(workdays=5),
            due_words=_("季后第 5 个工作日 02:00"),
            deadline=Term(workdays=15, hour=24),
            deadline_words=_("期满后 15 个工作日内"),
            source=_("红十字会法第二十三条；公益慈善捐助信息公开指引（民政部 2011）"),
        ),
        ReportDefinition(
            kind=ReportKind.ANNUAL_FINANCE,
            title=_("%(period)s度捐赠资金财务收支报告"),
            periods=(ReportPeriod.YEAR,),
            scopes=_BOTH,
            template="reports/annual_finance.html",
            due=Term(workdays=10),
            due_words=_("次年第 10 个工作日 02:00"),
            deadline=Term(months=5, hour=24),
            deadline_words=_("次年 5 月 31 日前"),
            source=_("红十字会法第二十二条；慈善法第十三条、第七十九条；慈善组织信息公开办法（民政部令第81号）"),
            lists_rows=False,
            begins_with_period=True,
        ),
        ReportDefinition(
            kind=ReportKind.SYSTEM_TABLE,
            title=_("%(period)s%(system)s红十字会系统捐赠资金收支汇总表"),
            periods=(ReportPeriod.MONTH, ReportPeriod.QUARTER, ReportPeriod.YEAR),
            scopes=(ReportScope.BELOW,),
            template="reports/system_table.html",
            due=Term(workdays=5),
            due_words=_("期满后第 5 个工作日 02:00"),
            deadline=Term(workdays=15, hour=24),
            deadline_words=_("期满后 15 个工作日内"),
            source=_("红十字会法第七条、第二十三条"),
            lists_rows=False,
        ),
        ReportDefinition(
            kind=ReportKind.CAMPAIGN_PROGRESS,
            title=_("“%(campaign)s”募捐情况公示（%(period)s）"),
            periods=(ReportPeriod.QUARTER,),
            scopes=_ALONE,
            template="reports/campaign_progress.html",
            due=Term(days=1),
            due_words=_("季后次日 02:00，活动进行期间每三个月一次"),
            deadline=Term(workdays=15, hour=24),
            deadline_words=_("季后 15 个工作日内"),
            source=_("慈善法第七十九条：公开募捐周期超过六个月的，至少每三个月公开一次募捐情况"),
            of_campaign=True,
            min_months=6,
        ),
        ReportDefinition(
            kind=ReportKind.CAMPAIGN_FINAL,
            title=_("“%(campaign)s”募捐和使用情况总结公示"),
            periods=(ReportPeriod.WHOLE,),
            scopes=_ALONE,
            template="reports/campaign_final.html",
            due=Term(months=2),
            due_words=_("募捐结束满两个月的当日 02:00"),
            deadline=Term(months=3, hour=24),
            deadline_words=_("募捐结束后三个月内"),
            source=_("慈善法第七十九条：公开募捐活动结束后三个月内全面、详细公开募捐情况"),
            of_campaign=True,
            compares=False,
        ),
        ReportDefinition(
            kind=ReportKind.EMERGENCY_BULLETIN,
            title=_("“%(campaign)s”捐赠接收使用情况通报（第 %(issue)s 期）"),
            periods=(ReportPeriod.DAY,),
            scopes=_ALONE,
            template="reports/emergency_bulletin.html",
            due=Term(hour=17),
            due_words=_("募捐期间每日 17:00"),
            deadline=Term(hour=24),
            deadline_words=_("当日 24 时前"),
            source=_("慈善法第七十二条：应对重大突发事件募捐，至少每五日公开一次接收情况；本会每日 17 时公开"),
            of_campaign=True,
            emergency_only=True,
            is_numbered=True,
            cut_hour=17,
            lists_rows=False,
            compares=False,
        ),
        ReportDefinition(
            kind=ReportKind.ANNUAL_WORK,
            title=_("%(period)s度工作报告"),
            periods=(ReportPeriod.YEAR,),
            scopes=_BOTH,
            template="reports/annual.html",
            due=Term(workdays=10),
            due_words=_("次年第 10 个工作日 02:00"),
            deadline=Term(months=5, hour=24),
            deadline_words=_("次年 5 月 31 日前"),
            source=_("慈善法第十三条、第七十九条；慈善组织信息公开办法（民政部令第81号）"),
            lists_rows=False,
            begins_with_period=True,
        ),
        ReportDefinition(
            kind=ReportKind.TRAINING_YEARBOOK,
            title=_("%(period)s度应急救护培训年报"),
            periods=(ReportPeriod.YEAR,),
            scopes=_BOTH,
            template="reports/training_yearbook.html",
            due=Term(workdays=10),
            due_words=_("次年第 10 个工作日 02:00"),
            deadline=Term(months=5, hour=24),
            deadline_words=_("次年 5 月 31 日前"),
            source=_("红十字会法第十一条第二项：开展应急救护培训，普及应急救护、防灾避险和卫生健康知识"),
            lists_rows=False,
            compares=False,
            begins_with_period=True,
            has_amounts=False,
        ),
        ReportDefinition(
            kind=ReportKind.REGISTRIES_YEARBOOK,
            title=_("%(period)s度捐献工作年报"),
            periods=(ReportPeriod.YEAR,),
            scopes=(ReportScope.BELOW,),
            template="reports/registries_yearbook.html",
            due=Term(workdays=10),
            due_words=_("次年第 10 个工作日 02:00"),
            deadline=Term(months=5, hour=24),
            deadline_words=_("次年 5 月 31 日前"),
            source=_("红十字会法第十一条第三项：参与、推动遗体和人体器官捐献工作，参与开展造血干细胞捐献的相关工作"),
            lists_rows=False,
            compares=False,
            begins_with_period=True,
            has_amounts=False,
            takes_all=True,
        ),
    )
}


def definition_of(kind: str) -> ReportDefinition:
    """The definition of a stored kind; ValueError for an unknown one."""
    return REPORT_DEFINITIONS[ReportKind(kind)]
