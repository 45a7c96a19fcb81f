"""A made-up annual report whose figures are right: to print, to look at, and to break."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.transparency.rendering.samples import line
from transparency.chapters import CHAPTERS
from transparency.rendering.annual_figures import listed_organisations
from transparency.rendering.figures import SECTIONS, digest_rows
from transparency.rendering.use_figures import USE_SECTIONS

ZERO = Decimal("0.00")
# Chapters of full length, as an association writes them, to judge the setting by. Nobody in them exists.
WRITTEN = Path(__file__).with_name("annual_texts.txt").read_text(encoding="utf-8")
TEXTS = dict(re.findall(r"^== (\w+)\n(.*?)\n(?=== |\Z)", WRITTEN, re.DOTALL | re.MULTILINE))
PROVINCE = ("33", "浙江省红十字会", "province")
CITIES = ("杭州", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "衢州", "舟山", "台州", "丽水")
BRANCHES = [
    PROVINCE,
    *((f"33{at:02d}", f"{name}市红十字会", "city") for at, name in enumerate(CITIES, start=1)),
    ("330106", "杭州市西湖区红十字会", "county"),
    ("330182", "建德市红十字会", "county"),
    ("330329", "泰顺县红十字会", "county"),
]
FUNDS = ("非定向资金", "示例助学专项", "六月洪灾重建", "大病儿童救助")
PURPOSES = ("非定向", "助学", "救灾救援", "医疗救助")
COMPANIES = (
    "示例海港集团股份有限公司",
    "虚构云栖信息技术有限公司",
    "示例（浙江）新能源有限公司",
    "虚构江南纺织集团有限公司",
    "示例商业银行浙江分行",
    "虚构西子医药有限公司",
    "示例省建设投资集团",
    "虚构湖畔慈善基金会",
    "示例大学校友会",
    "虚构东海水产有限公司",
    "示例餐饮行业协会",
    "虚构瓯江皮革有限公司",
    "示例幼儿教育集团",
    "虚构浙中五金有限公司",
    "示例物流（义乌）有限公司",
    "虚构钱塘律师事务所",
    "示例舟山船舶工程有限公司",
    "虚构天目旅游开发有限公司",
)
USES = (("purchase", "采购"), ("aid_people", "资助个人"), ("aid_units", "资助单位"), ("fee", "管理费"))


def gift_rows(count: int, scope: str) -> list[dict[str, Any]]:
    """Return made-up gifts of 2025, always the same."""
    chance = random.Random(25)  # noqa: S311 - the same rows each time are the point
    rows = []
    for at in range(count):
        section = "late" if at % 97 == 5 else "corrections" if at % 89 == 7 else "current"
        kind = chance.choices(("organisation", "person", "anonymous"), (3, 6, 1))[0]
        day = date(2024, 11, 20) if section == "late" else date(2025, 1, 1) + timedelta(days=chance.randrange(365))
        amount = (
            chance.choice((100, 500, 2000))
            if kind != "organisation"
            else chance.choice((20_000, 88_888, 300_000, 1_260_000))
        )
        branch = chance.choice(BRANCHES) if scope == "below" else PROVINCE
        fund = chance.choices(range(4), (5, 2, 3, 1))[0]
        name = chance.choice(COMPANIES)
        rows.append(
            {
                "section": section,
                "number": f"{branch[0]}-2025-{at:08d}",
                "received_on": day.isoformat(),
                "posted_on": max(day, date(2025, 1, 2)).isoformat(),
                "donor": {"organisation": name, "person": "个人", "anonymous": "爱心人士"}[kind],
                "donor_kind": kind,
                "amount": f"{-amount if section == 'corrections' else amount:.2f}",
                "purpose": PURPOSES[fund],
                "fund": FUNDS[fund],
                "branch_name": branch[1],
                "note": "示例更正说明" if section == "corrections" else "",
            }
        )
    return sorted(rows, key=lambda row: SECTIONS.index(row["section"]))


def use_rows(count: int, scope: str) -> list[dict[str, Any]]:
    """Return made-up rows of use of 2025, always the same."""
    chance = random.Random(26)  # noqa: S311 - the same rows each time are the point
    rows = []
    for at in range(count):
        branch = chance.choice(BRANCHES) if scope == "below" else PROVINCE
        item, label = chance.choices(USES, (4, 5, 2, 1))[0]
        amount = Decimal(chance.choice((600, 50_000, 420_000, 710_000)))
        if item == "fee":
            amount = Decimal(800)
        rows.append(_use_row("payments", item, label, branch, amount, -1, at))
    if scope == "below":
        for at in range(12):
            # From the province to a city: inside, without effect on the whole.
            rows.append(_use_row("transfers", "internal", "拨付", PROVINCE, Decimal(90_000), 0, count + at))
    return rows


def _use_row(
    section: str, item: str, label: str, branch: tuple[str, str, str], amount: Decimal, effect: int, at: int
) -> dict[str, Any]:
    return {
        "section": section,
        "item": item,
        "label": label,
        "number": f"{branch[0]}-2025-P{at:08d}",
        "entry": f"{branch[0]}-2025-E{at:08d}",
        "on": date(2025, 1 + at % 12, 1 + at % 28).isoformat(),
        "posted_on": date(2025, 1 + at % 12, 1 + at % 28).isoformat(),
        "branch_name": branch[1],
        "fund": "非定向资金",
        "purpose": ("救灾救援", "助学", "医疗救助", "困难救助")[at % 4] if section == "payments" else "",
        "area": "建德市",
        "party": "虚构示例救援物资有限公司",
        "helped": "12 人" if item == "aid_people" else "",
        "amount": f"{amount:.2f}",
        "effect": f"{amount * effect:.2f}",
        "state": "",
        "note": "",
    }


def _sum(rows: list[dict[str, Any]], **where: str) -> Decimal:
    return sum(
        (Decimal(row["amount"]) for row in rows if all(row[name] == value for name, value in where.items())), ZERO
    )


def _branch_line(
    branch: tuple[str, str, str],
    at: int,
    rows: list[dict[str, Any]],
    used: list[dict[str, Any]],
    transfers: dict[str, Decimal],
) -> dict[str, Any]:
    code, name, level = branch
    gifts = _sum(rows, branch_name=name)
    spent = _sum(used, branch_name=name, section="payments")
    opening = Decimal(2_000_000 if level == "province" else 150_000 + 10_000 * at)
    sent = sum(transfers.values(), ZERO) if level == "province" else ZERO
    got = transfers.get(code, ZERO)
    figures = {
        "opening": opening,
        "in": gifts + got,
        "out": spent + sent,
        "closing": opening + gifts + got - spent - sent,
        "in_transit": ZERO,
        "gifts": gifts,
        "used": spent,
        "from_system": got,
        "to_system": sent,
    }
    return {"code": code, "name": name, "level": level, **{key: f"{value:.2f}" for key, value in figures.items()}}


def _items(rows: list[dict[str, Any]], used: list[dict[str, Any]], more: dict[str, Decimal]) -> list[dict[str, Any]]:
    taken = _sum(rows, section="corrections")
    sums = {"gift": _sum(rows) - taken, "gift_reversed": taken}
    for item, _label in USES:
        sums[item] = _sum(used, item=item)
    sums |= more
    return [{"item": item, "amount": f"{amount:.2f}", "count": 1} for item, amount in sums.items() if amount]


def _use(rows: list[dict[str, Any]], used: list[dict[str, Any]], branches: list[dict[str, Any]]) -> dict[str, Any]:
    """The part `use`: between the associations and between the funds as much on both sides."""

    def of(name: str) -> Decimal:
        return sum((Decimal(one[name]) for one in branches), ZERO)

    inside = of("from_system")
    items = _items(rows, used, {})
    edges = {
        "opening": of("opening"),
        "in": of("in") - inside,
        "out": of("out") - inside,
        "closing": of("closing"),
        "in_transit": ZERO,
    }
    written = {name: f"{amount:.2f}" for name, amount in edges.items()}
    fund = {
        "code": "",
        "name": "非定向资金",
        "restricted": False,
        **written,
        "in": f"{edges['in'] + inside:.2f}",
        "out": f"{edges['out'] + inside:.2f}",
        "items": [
            *items,
            *({"item": item, "amount": f"{inside:.2f}"} for item in ("from_above", "to_below") if inside),
        ],
    }
    count, sha256 = digest_rows(used)
    purposes = sorted({row["purpose"] for row in used if row["purpose"]})
    return {
        **written,
        "transit_before": "0.00",
        "used": f"{of('used'):.2f}",
        "items": items,
        "eliminated": {"in": f"{inside:.2f}", "out": f"{inside:.2f}"},
        "funds": [fund],
        "branches": branches,
        "sections": {name: line([row for row in used if row["section"] == name]) for name in USE_SECTIONS},
        "by_purpose": [{"purpose": name, **line([row for row in used if row["purpose"] == name])} for name in purposes],
        "helped": {"people": 12_480, "few_rows": 7},
        "previous": None,
        "continues": True,
        "rows": {"count": count, "sha256": sha256},
    }


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    totals = line(rows)
    for kind in ("organisation", "person", "anonymous"):
        made = line([row for row in rows if row["donor_kind"] == kind])
        totals |= {f"{kind}_count": made["count"], f"{kind}_amount": made["amount"]}
    return totals


def _last_year(opening: str) -> dict[str, Any]:
    months = [
        {"month": f"2024-{n:02d}", "count": 40 + n, "amount": f"{(n % 5 + 2) * 1_910_000:.2f}"} for n in range(1, 13)
    ]
    amount = sum((Decimal(one["amount"]) for one in months), ZERO)
    closing, spent = Decimal(opening), Decimal("71250400.00")
    return {
        "source": "report",
        "number": "33-2025-R00000009",
        "label": "2024",
        "count": 558,
        "amount": f"{amount:.2f}",
        "opening": f"{closing - amount + spent:.2f}",
        "in": f"{amount:.2f}",
        "out": f"{spent:.2f}",
        "used": f"{spent:.2f}",
        "closing": opening,
        "in_transit": "0.00",
        "items": [{"item": "gift", "amount": f"{amount:.2f}"}],
        "by_month": months,
    }


def goods(code: str = "G1", received: str = "2000") -> dict[str, str]:
    """Return a line of goods that closes."""
    return {
        "code": code,
        "name": "示例家庭救灾箱",
        "specification": "四人份",
        "batch": "",
        "measure": "箱",
        "opening": "1200",
        "in": received,
        "out": "1850",
        "closing": str(1200 + int(received) - 1850),
    }


def make_annual(
    gifts: int = 900, used: int = 260, scope: str = "below", **over: Any
) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Return the snapshot of an annual report, its gifts and its rows of use; every figure is their sum."""
    rows, spent = gift_rows(gifts, scope), use_rows(used, scope)
    below = scope == "below"
    transfers = {code: Decimal(90_000) for code, _name, level in BRANCHES if level == "city"} if below else {}
    if below:
        transfers["3301"] += Decimal(90_000)
    named = BRANCHES if below else [PROVINCE]
    branches = [_branch_line(branch, at, rows, spent, transfers) for at, branch in enumerate(named)]
    use = _use(rows, spent, branches)
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    current = [row for row in rows if row["section"] == "current"]
    by_day: dict[str, list[dict[str, Any]]] = {}
    for row in current:
        by_day.setdefault(row["received_on"], []).append(row)
    organisations: dict[str, list[Any]] = {}
    for row in rows:
        if row["donor_kind"] == "organisation":
            one = organisations.setdefault(row["donor"], [0, ZERO])
            one[0] += 1
            one[1] += Decimal(row["amount"])
    own = [row for row in rows if row["branch_name"] == PROVINCE[1]]
    own_used = [row for row in spent if row["branch_name"] == PROVINCE[1]]
    count, sha256 = digest_rows(rows)
    snapshot = {
        "schema": "annual/1",
        "kind": "annual_work",
        "title": "2025年年度工作报告",
        "branch": {"code": PROVINCE[0], "name": PROVINCE[1]},
        "scope": scope,
        "period": {
            "label": "2025",
            "kind": "year",
            "start": "2025-01-01T00:00:00+08:00",
            "end": "2026-01-01T00:00:00+08:00",
        },
        "number": "33-2026-R00000012",
        "version": 1,
        "corrects": None,
        "log": {"from": 41_200, "to": 43_550},
        "as_of": "2026-03-12T02:00:00+08:00",
        "totals": _totals(rows),
        "sections": {name: line([row for row in rows if row["section"] == name]) for name in SECTIONS},
        "by_branch": [
            {"code": code, "name": name, "level": level, **line([row for row in rows if row["branch_name"] == name])}
            for code, name, level in named
        ],
        "by_fund": [
            {"code": "", "name": name, "restricted": at > 0, **line([row for row in rows if row["fund"] == name])}
            for at, name in enumerate(FUNDS)
        ],
        "by_day": [{"on": day.isoformat(), **line(by_day.get(day.isoformat(), []))} for day in days],
        "comparison": {"previous": None},
        "year_to_date": line(rows),
        "rows": {"count": count, "sha256": sha256},
        "notes": [],
        "software": {"portal": "0.1.0", "weasyprint": "70.0"},
        "use": use,
        "texts": [
            {
                "chapter": chapter.code,
                "version": 3,
                "written_at": "2026-03-10T10:00:00+08:00",
                "text": TEXTS[chapter.code],
            }
            for chapter in CHAPTERS
        ],
        "opinion": {
            "firm": "虚构之江会计师事务所（特殊普通合伙）",
            "opinion": "unqualified",
            "report_number": "虚江审〔2026〕第0318号",
            "reported_on": "2026-03-01",
            "sha256": "9f" * 32,
            "size": 812_345,
        },
        "alone": _alone(own, own_used, branches[0]) if below else None,
        "last_year": _last_year(use["opening"]),
        "by_purpose": [
            {"purpose": name, **line([row for row in rows if row["purpose"] == name])} for name in sorted(PURPOSES)
        ],
        "organisations": {"count": len(organisations), "listed": listed_organisations(organisations)},
        "goods": {"alone": [], "below": [goods()] if below else None},
        "network": [
            {"kind": "province", "count": 1},
            {"kind": "city", "count": 11},
            {"kind": "county", "count": 90},
            {"kind": "town", "count": 1364},
            {"kind": "school", "count": 4102},
        ],
        "directory": [
            {
                "code": code,
                "name": name,
                "level": level,
                "address": f"示例市人道路{at + 1}号",
                "phone": f"0571-8888{at:04d}",
            }
            for at, (code, name, level) in enumerate(BRANCHES)
        ],
        **over,
    }
    return snapshot, rows, spent


def _alone(rows: list[dict[str, Any]], used: list[dict[str, Any]], branch: dict[str, Any]) -> dict[str, Any]:
    sent = Decimal(branch["to_system"])
    return {
        "totals": _totals(rows),
        "sections": {name: line([row for row in rows if row["section"] == name]) for name in SECTIONS},
        "by_fund": [],
        "use": {
            **{name: branch[name] for name in ("opening", "in", "out", "closing", "in_transit", "used")},
            "items": _items(rows, [row for row in used if row["section"] == "payments"], {"to_below": sent}),
        },
    }
