"""Made-up snapshots whose figures are right, for the tests to print or to break."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from transparency.rendering.figures import SECTIONS, digest_rows

PROVINCE = ("33", "浙江省红十字会", "province")
BRANCHES = [
    PROVINCE,
    ("3301", "杭州市红十字会", "city"),
    ("330106", "杭州市西湖区红十字会", "county"),
    ("3303", "温州市红十字会", "city"),
]
FUNDS = [("GENERAL", "非定向资金", False), ("EDU", "示例助学专项", True)]
RARE_NAME = "示例𬭎䶮㛃𫟷有限公司"
MISSING = "\U0001f33e"  # an ear of rice, which the font does not have
LONG_NAME = ("示例（浙江）" + "虚构名称很长的联合社会组织" * 16)[:200]
DONORS = {"organisation": "示例企业{}有限公司", "person": "个人", "anonymous": "爱心人士"}


def make_row(section: str, at: int, chance: random.Random, scope: str) -> dict[str, Any]:
    """Return one made-up row."""
    branch = chance.choice(BRANCHES) if scope == "below" else PROVINCE
    kind = chance.choice(list(DONORS))
    amount = chance.choice([Decimal("10.00"), Decimal("66.60"), Decimal("1234.56"), Decimal("50000.00")])
    month = 10 if section == "current" else 9
    return {
        "section": section,
        "number": f"{branch[0]}-2026-{at:08d}",
        "received_on": date(2026, month, 1 + at % 30).isoformat(),
        "posted_on": date(2026, 10, 1 + at % 30).isoformat(),
        "donor": DONORS[kind].format(at),
        "donor_kind": kind,
        "amount": str(-amount if section == "corrections" else amount),
        "purpose": "非定向",
        "fund": chance.choice(FUNDS)[1],
        "branch_name": branch[1],
        "note": "冲销重复入账" if section == "corrections" else "",
    }


def make_rows(current: int, late: int = 0, corrections: int = 0, scope: str = "alone") -> list[dict[str, Any]]:
    """Return made-up rows, always the same for the same numbers."""
    chance = random.Random(7)  # noqa: S311 - the same rows each time are the point
    counts = dict(zip(SECTIONS, (current, late, corrections), strict=True))
    kinds = [section for section, count in counts.items() for _row in range(count)]
    return [make_row(section, at, chance, scope) for at, section in enumerate(kinds, start=1)]


def line(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return count and amount of rows as a snapshot holds them."""
    return {"count": len(rows), "amount": f"{sum((Decimal(row['amount']) for row in rows), Decimal(0)):.2f}"}


def make_snapshot(rows: list[dict[str, Any]], scope: str = "alone") -> dict[str, Any]:
    """Return the snapshot of these rows; every figure is their sum."""
    count, sha256 = digest_rows(rows)
    days = [date(2026, 10, 1) + timedelta(days=n) for n in range(31)]
    current = [row for row in rows if row["section"] == "current"]
    totals = line(rows)
    for kind in DONORS:
        made = line([row for row in rows if row["donor_kind"] == kind])
        totals |= {f"{kind}_count": made["count"], f"{kind}_amount": made["amount"]}
    return {
        "schema": "report/1",
        "kind": "monthly_receipts",
        "title": "2026年10月捐赠接受公示",
        "branch": {"code": PROVINCE[0], "name": PROVINCE[1]},
        "scope": scope,
        "period": {
            "label": "2026-10",
            "kind": "month",
            "start": "2026-10-01T00:00:00+08:00",
            "end": "2026-11-01T00:00:00+08:00",
        },
        "number": "33-2026-R00000012",
        "version": 1,
        "corrects": None,
        "log": {"from": 1200, "to": 1200 + len(rows)},
        "as_of": "2026-11-01T02:00:00+08:00",
        "totals": totals,
        "sections": {name: line([row for row in rows if row["section"] == name]) for name in SECTIONS},
        "by_branch": [
            {"code": code, "name": name, "level": level, **line([row for row in rows if row["branch_name"] == name])}
            for code, name, level in BRANCHES
        ],
        "by_fund": [
            {"code": code, "name": name, "restricted": bound, **line([row for row in rows if row["fund"] == name])}
            for code, name, bound in FUNDS
        ],
        "by_day": [
            {"on": day.isoformat(), **line([row for row in current if row["received_on"] == day.isoformat()])}
            for day in days
        ],
        "comparison": {"previous": {"label": "2026-09", "count": 100, "amount": "98765.40"}},
        "year_to_date": {"count": 6000 + len(rows), "amount": "2345678.90"},
        "rows": {"count": count, "sha256": sha256},
        "notes": ["虚构说明：10月12日系统维护。"],
        "software": {"portal": "0.1.0", "weasyprint": "70.0"},
    }


class Rows:
    """Rows as the renderer takes them: each call gives a fresh iterator."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.passes = 0

    def __call__(self) -> Iterator[dict[str, Any]]:
        self.passes += 1
        return iter(self.rows)


def endless(count: int) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """Return a snapshot for `count` gifts of the period and the rows one by one, never all in memory."""

    def rows() -> Iterator[dict[str, Any]]:
        chance = random.Random(7)  # noqa: S311 - the same rows each time are the point
        return (make_row("current", at, chance, "below") for at in range(1, count + 1))

    total = sum((Decimal(row["amount"]) for row in rows()), Decimal(0))
    snapshot = make_snapshot([], "below")
    snapshot["rows"]["count"] = count
    snapshot["sections"]["current"] = {"count": count, "amount": f"{total:.2f}"}
    return snapshot, rows()
