"""Data sets of training for everybody: what each holds, field by field, and its rows as streams (docs/open-data.md)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, When
from django.db.models.functions import ExtractYear, Left
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.clock import today
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch
from training.choices import CERTIFICATE_OF, COUNTED_RESCUE, OrganisationKind, RescueStatus
from training.models import Certificate, CourseVersion, FirstAidPlace, RescueCase, ServiceContract
from training.selectors.contracts import lines_of
from training.selectors.public.coverage import CoverageRow, GroupRow, known_years, newest_day, rows_of
from training.selectors.public.lessons import stream_lessons
from training.selectors.public.schools import SCHOOL_FIELDS, stream_schools

CHUNK = 500
_AREA = ("area", "string", _("所在县（市、区）的区划代码"))
_BRANCH = ("branch", "string", _("红十字会的代码"))
_BRANCH_NAME = ("branch_name", "string", _("红十字会的名称"))
_GROUP = ("key_group", "string", _("重点人群的英文代码，如 teacher 教师、student 学生、police 公安民警和交警"))
Field = tuple[str, str, str | Promise]


@dataclass(frozen=True)
class DataSet:
    """A table: its name in the address, title, what it is, its fields (name, Table Schema type, meaning), its rows."""

    name: str
    title: str | Promise
    description: str | Promise
    fields: tuple[Field, ...]
    rows: Callable[[], Iterator[dict[str, Any]]]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the fields in order."""
        return tuple(name for name, _type, _meaning in self.fields)

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """The rows as lines of a file; memory flat."""
        return (tuple(row[name] for name in self.header) for row in self.rows())


def _certificates() -> Iterator[dict[str, Any]]:
    names = (
        "number",
        "kind",
        "branch__code",
        "branch__name",
        "issued_on",
        "expires_on",
        "status",
        "ended_on",
        "source",
    )
    # Never with the group: beside a number it would tell who somebody is, and count the few that pages hide.
    rows = Certificate.objects.for_public_check().order_by("pk").values_list(*names)
    heads = ("number", "kind", "branch", "branch_name", "issued_on", "expires_on", "status", "ended_on", "source")
    for row in rows.iterator(chunk_size=2000):
        yield dict(zip(heads, row, strict=True))


def _lessons() -> Iterator[dict[str, Any]]:
    top = Branch.objects.filter(depth=1).first()
    return stream_lessons(top) if top else iter(())


def _coverage() -> Iterator[dict[str, Any]]:
    """What the pages of associations show, few people hidden as there; two queries for each year."""
    branches = list(Branch.objects.valid().filter(kind__in=ASSOCIATION_KINDS).order_by("path"))
    as_of = newest_day()
    for year in known_years():
        for whole, groups in rows_of(branches, as_of=as_of, year=year):
            yield from _coverage_rows(whole, groups, as_of=as_of, year=year)


def _coverage_rows(
    whole: CoverageRow, groups: list[GroupRow], *, as_of: datetime.date | None, year: int
) -> Iterator[dict[str, Any]]:
    residents, branch = whole.residents, whole.branch
    facts = {
        "as_of": as_of,
        "branch": branch.code,
        "branch_name": branch.name,
        "area": branch.division_id,
        "year": year,
        "population": residents.count if residents else None,
        "population_year": residents.year if residents else None,
        "population_basis": residents.basis if residents else "",
        "population_source": residents.source if residents else "",
    }
    held = year == today().year
    rows: list[CoverageRow | GroupRow] = [whole, *groups]
    for one in rows:
        yield facts | {
            "key_group": one.code if isinstance(one, GroupRow) else "",
            "audience": one.audience,
            "issued": one.issued,
            "holders": one.holders if held else None,
            "holder_rate": whole.holder_rate if held and one is whole else None,
        }


def _schools() -> Iterator[dict[str, Any]]:
    for kind in OrganisationKind.values:
        yield from stream_schools("", kind=kind, year=today().year)


def _courses() -> Iterator[dict[str, Any]]:
    for one in (
        CourseVersion.objects.select_related("course").order_by("course_id", "number").iterator(chunk_size=CHUNK)
    ):
        yield {
            "code": one.course.code,
            "name": one.course.name,
            "kind": one.course.kind,
            "certificate": CERTIFICATE_OF[one.course.kind],
            "version": one.number,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "hours": one.hours,
            "practice_hours": one.practice_hours,
            "validity_months": one.validity_months,
        }


def _places() -> Iterator[dict[str, Any]]:
    rows = FirstAidPlace.objects.for_public_display().select_related("branch", "area").order_by("area_id", "name", "pk")
    for one in rows.iterator(chunk_size=CHUNK):
        yield {
            "area": one.area_id,
            "area_name": one.area.name,
            "kind": one.kind,
            "name": one.name,
            "address": one.address,
            "opening_hours": one.opening_hours,
            "phone": one.phone,
            "capacity": one.capacity,
            "square_metres": one.square_metres,
            "started_on": one.started_on,
            "branch": one.branch.code,
            "branch_name": one.branch.name,
        }


def _rescues() -> Iterator[dict[str, Any]]:
    """Verified cases; day, county and number only of those whose story the rescuer agreed to publish."""
    rows = RescueCase.objects.unscoped("public facts of verified cases").filter(status__in=COUNTED_RESCUE)
    named = ("number", "status", "happened_on", "area_id", "kind", "saved_count", "with_aed")
    # In an order that follows from what is shown: the place of a row must not tell its day.
    published = Case(When(status=RescueStatus.PUBLISHED, then=1), default=0)
    told_on = Case(When(status=RescueStatus.PUBLISHED, then="happened_on"), default=None)
    ordered = rows.order_by(
        ExtractYear("happened_on"), published, Left("area_id", 4), "kind", "saved_count", told_on, "pk"
    ).values_list(*named)
    for number, status, day, area, kind, saved, with_aed in ordered.iterator(chunk_size=CHUNK):
        told = status == RescueStatus.PUBLISHED
        yield {
            "number": number if told else "",
            "year": day.year,
            "happened_on": day if told else None,
            "area": area if told else area[:4],
            "kind": kind,
            "saved": saved,
            "with_aed": with_aed if told else None,
            "has_story": told,
        }


def _contracts() -> Iterator[dict[str, Any]]:
    rows = ServiceContract.objects.unscoped("contracts of services are public (慈善法 Art. 77)").select_related(
        "branch", "held_for"
    )
    after = 0
    while True:
        chunk = list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK])
        for line in lines_of(chunk):
            one = line.contract
            yield {
                "number": one.number,
                "branch": one.branch.code,
                "branch_name": one.branch.name,
                "buyer": one.buyer,
                "held_for": one.held_for.name if one.held_for else "",
                "subject": one.subject,
                "document": one.document,
                "price": one.price,
                "currency": "CNY",
                "quantity": one.quantity,
                "unit": one.unit,
                "delivered": line.delivered,
                "accepted": one.accepted_quantity,
                "accepted_on": one.accepted_on,
                "signed_on": one.signed_on,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
                "status": one.status,
            }
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].pk


_CERTIFICATE_KIND = _("证书种类：cpr_aed 心肺复苏、first_aider 救护员、instructor 师资、special 专项")
DATA_SETS: tuple[DataSet, ...] = (
    DataSet(
        "training-certificates",
        _("救护证书"),
        _("每张证书一行：编号、种类、发证单位、日期和状态；没有姓名，没有查验码。"),
        (
            ("number", "string", _("证书编号")), ("kind", "string", _CERTIFICATE_KIND), _BRANCH, _BRANCH_NAME,
            ("issued_on", "date", _("发证日期")), ("expires_on", "date", _("从这天起不再有效；空为长期")),
            ("status", "string", _("valid 未撤销未换发、revoked 已撤销、replaced 已换发；是否过期看 expires_on")),
            ("ended_on", "date", _("撤销或换发的日期")),
            ("source", "string", _("course 结业、reissue 换发、legacy 历史证书")),
        ),
        _certificates,
    ),
    DataSet(
        "training-lessons",
        _("普及培训"),
        _("已核对的普及培训每场一行；更正过的也在，注明由哪一条取代。"),
        (
            ("number", "string", _("编号")), ("held_on", "date", _("日期")), _BRANCH, _BRANCH_NAME, _AREA,
            ("topic", "string", _("内容的英文代码")), ("setting", "string", _("场所的英文代码，如 school 进学校")),
            _GROUP,
            ("audience", "integer", _("听课人次")), ("minutes", "integer", _("时长，分钟")),
            ("status", "string", _("confirmed 已核对、corrected 已更正（不再计入）")),
            ("corrected_by", "string", _("取代它的一条")), ("correction_note", "string", _("更正说明")),
        ),
        _lessons,
    ),
    DataSet(
        "training-coverage",
        _("培训覆盖"),
        _("各级红十字会（含下级）各年度各人群的普及人次、发证数、持证人数和人口分母；1 至 4 人的数为空。"),
        (
            ("as_of", "date", _("统计到这天零点")), _BRANCH, _BRANCH_NAME, _AREA,
            ("year", "integer", _("年度")), _GROUP,
            ("audience", "integer", _("当年普及人次")), ("issued", "integer", _("当年发证数；少于 5 或一并隐去的为空")),
            ("holders", "integer", _("现在持证人数，只在今年的行；少于 5 或一并隐去的为空")),
            ("holder_rate", "number", _("持证人占人口的百分比")), ("population", "integer", _("人口数")),
            ("population_year", "integer", _("人口数的年度")),
            ("population_basis", "string", _("resident 常住、registered 户籍")),
            ("population_source", "string", _("人口数的来源")),
        ),
        _coverage,
    ),
    DataSet(
        "training-schools",
        _("学校与重点单位覆盖"),
        _("各级区划和各学校、单位今年是否培训过、重点人群多少人持证、共多少人；1 至 4 人的数为空。"),
        tuple(
            {
                "as_of": ("as_of", "date", _("统计到这天零点")),
                "kind": ("kind", "string", _("单位类别，如 school 学校、company 企业")),
                "level": ("level", "string", _("division 一个区划的合计、body 一个单位")),
                "area": _AREA,
                "name": ("name", "string", _("区划或单位名称")),
                "year": ("year", "integer", _("年度")),
                "known": ("known", "integer", _("登记的单位数")),
                "covered": ("covered", "integer", _("当年培训过的单位数")),
                "sized": ("sized", "integer", _("登记了人数的单位数")),
                "key_group": _GROUP,
                "staff": ("staff", "integer", _("登记了人数的单位里这一人群的总人数")),
                "certified": ("certified", "integer", _("其中持证人数；少于 5 或一并隐去的为空")),
                "rate": ("rate", "number", _("持证人数占总人数的百分比")),
            }[name]
            for name in SCHOOL_FIELDS
        ),
        _schools,
    ),
    DataSet(
        "training-courses",
        _("课程目录"),
        _("每门课程的每个版本一行：学时、证书和有效期。"),
        (
            ("code", "string", _("课程代码")), ("name", "string", _("课程名称")), ("kind", "string", _("课程类别")),
            ("certificate", "string", _CERTIFICATE_KIND), ("version", "integer", _("版本")),
            ("valid_from", "date", _("启用日期")), ("valid_to", "date", _("从这天起停用")),
            ("hours", "integer", _("学时，每学时 45 分钟")), ("practice_hours", "integer", _("其中实操学时")),
            ("validity_months", "integer", _("证书有效的月数；空为长期")),
        ),
        _courses,
    ),
    DataSet(
        "training-places",
        _("救护场所"),
        _("在用的培训基地、培训场地和救护站。"),
        (
            _AREA, ("area_name", "string", _("县（市、区）名称")),
            ("kind", "string", _("base 培训基地、venue 培训场地、station 救护站")), ("name", "string", _("名称")),
            ("address", "string", _("地址")), ("opening_hours", "string", _("开放时间")),
            ("phone", "string", _("公开电话")), ("capacity", "integer", _("可容纳人数")),
            ("square_metres", "integer", _("面积，平方米")), ("started_on", "date", _("启用日期")), _BRANCH,
            _BRANCH_NAME,
        ),
        _places,
    ),
    DataSet(
        "training-rescues",
        _("救人事例"),
        _("已核实的救人事例；只有救护员同意公开经过的才有编号、日期和县，其他只到年度和城市。不含任何个人。"),
        (
            ("number", "string", _("编号")), ("year", "integer", _("年度")), ("happened_on", "date", _("日期")),
            ("area", "string", _("区划代码：县 6 位，未公开经过的为城市 4 位")),
            ("kind", "string", _("情形的英文代码")),
            ("saved", "integer", _("获救人数")), ("with_aed", "boolean", _("是否使用了 AED")),
            ("has_story", "boolean", _("是否公开了经过")),
        ),
        _rescues,
    ),
    DataSet(
        "training-contracts",
        _("购买服务合同"),
        _("政府部门购买的救护培训：合同、已办和验收数量。"),
        (
            ("number", "string", _("编号")), _BRANCH, _BRANCH_NAME, ("buyer", "string", _("购买单位")),
            ("held_for", "string", _("培训对象单位")), ("subject", "string", _("服务内容")),
            ("document", "string", _("合同文号")), ("price", "number", _("合同金额，元")),
            ("currency", "string", _("币种")),
            ("quantity", "integer", _("约定数量")), ("unit", "string", _("person 人、session 班、lesson 场")),
            ("delivered", "integer", _("已办数量")), ("accepted", "integer", _("验收数量")),
            ("accepted_on", "date", _("验收日期")), ("signed_on", "date", _("签订日期")),
            ("starts_on", "date", _("服务开始")), ("ends_on", "date", _("服务结束")),
            ("status", "string", _("running 履行中、accepted 已验收、ended 已终止")),
        ),
        _contracts,
    ),
)  # fmt: skip
