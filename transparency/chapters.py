"""Literal tables of the annual report: its chapters, the figures the portal puts into them, opinions of auditors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The kind of report that is set by `rendering.annual`, as it stands in `ReportRun.kind`.
ANNUAL_WORK = "annual_work"
# The longest text of a chapter, in characters: some ten printed pages.
CHAPTER_MOST = 12_000


class OpinionType(models.TextChoices):
    """Types of auditors' opinions (中国注册会计师审计准则第1501、1502号)."""

    UNQUALIFIED = "unqualified", _("标准无保留意见")
    QUALIFIED = "qualified", _("保留意见")
    ADVERSE = "adverse", _("否定意见")
    DISCLAIMER = "disclaimer", _("无法表示意见")


class Figures(models.TextChoices):
    """What the portal puts into a chapter by itself, from the frozen figures."""

    LEVELS = "levels", _("各级组织数")
    HELPED = "helped", _("受助人次（少于5人的不列人数）")
    USE = "use", _("支出按种类、按用途")
    GIFTS = "gifts", _("接受捐赠：逐月、按捐赠人、按用途、按资金")
    ORGANISATIONS = "organisations", _("捐赠额居前的十二家单位")
    COMPARISON = "comparison", _("与上年比较")
    TRANSFERS = "transfers", _("系统内拨付")
    FEES = "fees", _("管理费及其占支出的比例")
    OPINION = "opinion", _("审计意见")
    CORRECTIONS = "corrections", _("更正与退还")
    BRANCHES = "branches", _("各级组织的捐赠与使用")


@dataclass(frozen=True)
class Chapter:
    """One chapter: what belongs in it, on what legal ground, what the portal adds, whether staff may leave it empty."""

    code: str
    title: StrOrPromise
    guide: tuple[StrOrPromise, ...]
    source: StrOrPromise
    figures: tuple[Figures, ...] = ()
    may_be_empty: bool = True


# Order and titles as associations print them; 慈善法 Art. 13 says what the whole must cover.
CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "governance",
        _("基本情况与治理"),
        (
            _("本会的性质、业务范围、内设机构和人员编制"),
            _("会员代表大会、理事会、执委会的会议和重要决议"),
            _("制度建设、关联方和重大事项"),
        ),
        _("红十字会法第八条、第十条；慈善法第七十七条"),
        (Figures.LEVELS,),
        may_be_empty=False,
    ),
    Chapter(
        "party",
        _("党的建设"),
        (_("理论学习、组织建设、党风廉政建设"), _("巡视巡察整改情况")),
        _("红十字会法第四条；中国红十字会章程"),
    ),
    Chapter(
        "relief",
        _("应急救援"),
        (_("灾害和突发事件的响应、救援队伍和演练"), _("备灾仓库、救灾款物的调拨与发放")),
        _("红十字会法第十一条第一项；慈善法第七十条至第七十四条"),
    ),
    Chapter(
        "first_aid",
        _("应急救护"),
        (_("持证培训和普及培训的人次、基地和师资"), _("自动体外除颤器（AED）的配置和使用")),
        _("红十字会法第十一条第二项"),
    ),
    Chapter(
        "aid",
        _("人道救助"),
        (_("“博爱送万家”、助困、助医、助学等项目的对象、标准、程序和成效"), _("项目实施和评估，不写受助人姓名")),
        _("慈善法第十三条、第五十九条、第八十一条"),
        (Figures.HELPED, Figures.USE),
        may_be_empty=False,
    ),
    Chapter(
        "donation_of_life",
        _("无偿献血、造血干细胞和遗体器官捐献"),
        (
            _("宣传动员、登记和实现捐献的例数（只写汇总数）"),
            _("缅怀纪念、困难家庭救助"),
            _("不写捐献者、受者及其亲属的姓名和情况"),
        ),
        _("红十字会法第十一条第三项；人体器官捐献和移植条例"),
    ),
    Chapter(
        "volunteers",
        _("志愿服务与红十字青少年"),
        (_("志愿者注册、服务时长、团队和保险"), _("学校红十字会、青少年活动和生命教育")),
        _("红十字会法第十一条第四项；志愿服务条例"),
    ),
    Chapter(
        "outreach",
        _("宣传传播与交流合作"),
        (_("人道理念传播、重要活动"), _("国际、境外和省际交流合作")),
        _("红十字会法第十一条第五项、第六项"),
    ),
    Chapter(
        "finance",
        _("筹资与财务"),
        (
            _("募捐活动和捐赠来源的说明、募捐成本"),
            _("捐赠款物使用的说明、结余的安排"),
            _("财政拨款、会费等其他收入和工资福利的说明"),
        ),
        _("红十字会法第十七条、第二十一条；慈善法第十三条、第七十八条"),
        (Figures.GIFTS, Figures.ORGANISATIONS, Figures.COMPARISON, Figures.TRANSFERS, Figures.FEES),
        may_be_empty=False,
    ),
    Chapter(
        "supervision",
        _("监督与信息公开"),
        (_("监事会的监督、审计和专项检查及其整改"), _("信息公开、投诉举报的受理和答复")),
        _("红十字会法第二十二条至第二十四条"),
        (Figures.OPINION, Figures.CORRECTIONS),
        may_be_empty=False,
    ),
    Chapter(
        "network",
        _("基层组织"),
        (_("各级组织、会员、阵地的发展"), _("对下级组织的指导和支持")),
        _("红十字会法第七条"),
        (Figures.BRANCHES,),
    ),
    Chapter(
        "outlook",
        _("存在问题与来年计划"),
        (_("做得不够的地方和原因"), _("来年的主要任务和可以检验的目标")),
        _("慈善法第七十七条"),
        may_be_empty=False,
    ),
)

CHAPTER_BY_CODE: dict[str, Chapter] = {chapter.code: chapter for chapter in CHAPTERS}
CHAPTER_NAMES: list[tuple[str, StrOrPromise]] = [(chapter.code, chapter.title) for chapter in CHAPTERS]
