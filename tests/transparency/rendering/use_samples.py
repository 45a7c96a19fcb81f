"""Made-up receipts and use whose figures are right, beside the snapshots of gifts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.transparency.rendering.samples import BRANCHES, PROVINCE, line, make_rows, make_snapshot
from transparency.rendering.figures import digest_rows
from transparency.rendering.use_figures import USE_SECTIONS

OPENING = Decimal("8000000.00")
# Section, line, label, state, sign of the amount, what a yuan of it adds to what is held.
_KINDS = (
    ("payments", "purchase", "采购", "", 1, -1),
    ("payments", "aid_people", "资助个人", "", 1, -1),
    ("payments", "aid_units", "资助单位", "", 1, -1),
    ("payments", "fee", "管理费", "", 1, -1),
    ("transfers", "internal", "拨付", "在途", 1, 0),
    ("late", "purchase", "采购", "", 1, -1),
    ("corrections", "use_reversed", "冲销：采购", "更正", -1, -1),
)


def make_use_rows(count: int) -> list[dict[str, Any]]:
    """Return made-up rows of use, always the same for the same number."""
    kinds = sorted((_KINDS[at % len(_KINDS)] for at in range(count)), key=lambda kind: USE_SECTIONS.index(kind[0]))
    return [_row(at, *kind) for at, kind in enumerate(kinds, start=1)]


def _row(at: int, section: str, item: str, label: str, state: str, sign: int, effect: int) -> dict[str, Any]:
    amount = sign * Decimal(100 + at % 97) + Decimal("0.25")
    branch = BRANCHES[at % len(BRANCHES)]
    return {
        "section": section,
        "item": item,
        "label": label,
        "number": f"{branch[0]}-2026-P{at:08d}",
        "entry": f"{branch[0]}-2026-E{at:08d}",
        "on": date(2026, 9 if section == "late" else 10, 1 + at % 28).isoformat(),
        "posted_on": date(2026, 10, 1 + at % 28).isoformat(),
        "branch_name": branch[1],
        "fund": "非定向资金",
        "purpose": "救灾救援",
        "area": "建德市",
        "party": "虚构示例救援物资有限公司" if item != "internal" else "浙江省红十字会 → 杭州市红十字会",
        "helped": "少于5人" if at % 3 == 0 else "12 人",
        "amount": f"{amount:.2f}",
        "effect": f"{amount * effect:.2f}",
        "state": state,
        "note": "示例：重复付款，款项已退回原资金池。" if section == "corrections" else "",
    }


def with_use(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a snapshot of the second schema: everything stands in one fund and one association."""
    gifts = Decimal(snapshot["totals"]["amount"])
    taken = Decimal(snapshot["sections"]["corrections"]["amount"])
    sums = {"gift": gifts - taken, "gift_reversed": taken}
    counts = {"gift": 1, "gift_reversed": 1}
    for row in rows:
        if row["item"] != "internal":
            sums[row["item"]] = sums.get(row["item"], Decimal(0)) + Decimal(row["amount"])
            counts[row["item"]] = counts.get(row["item"], 0) + 1
    spent = sum((amount for item, amount in sums.items() if not item.startswith("gift")), Decimal(0))
    edges = {
        "opening": f"{OPENING:.2f}",
        "in": f"{gifts:.2f}",
        "out": f"{spent:.2f}",
        "closing": f"{OPENING + gifts - spent:.2f}",
        "in_transit": "100.25",
    }
    nothing = {**dict.fromkeys(edges, "0.00"), "gifts": "0.00", "used": "0.00", "from_system": "0.00"}
    nothing["to_system"] = "0.00"
    whole = {**nothing, **edges, "gifts": f"{gifts:.2f}", "used": f"{spent:.2f}"}
    items = [{"item": item, "amount": f"{amount:.2f}"} for item, amount in sums.items()]
    count, sha256 = digest_rows(rows)
    return {
        **snapshot,
        "schema": "report/2",
        "title": "2026年10月捐赠收支公示",
        "use": {
            **edges,
            "transit_before": "0.00",
            "used": f"{spent:.2f}",
            "items": [{**one, "count": counts[one["item"]]} for one in items],
            "eliminated": {"in": "500.00", "out": "500.00"},
            "funds": [
                {"code": "", "name": "非定向资金", "restricted": False, **edges, "items": items,
                 "in": f"{gifts + 500:.2f}", "out": f"{spent + 500:.2f}"},
            ],
            "branches": [
                {"code": code, "name": name, "level": level,
                 **(whole if code == PROVINCE[0] else nothing)}
                for code, name, level in BRANCHES
            ],
            "sections": {name: line([row for row in rows if row["section"] == name]) for name in USE_SECTIONS},
            "by_purpose": [{"purpose": "救灾救援", **line(rows)}],
            "helped": {"people": 120, "few_rows": 3},
            "previous": {"label": "2026-09", "opening": "1.00", "in": "4000000.00", "out": "2000.00", "used": "2000.00",
                         "closing": f"{OPENING:.2f}", "in_transit": "0.00"},
            "continues": True,
            "rows": {"count": count, "sha256": sha256},
        },
    }  # fmt: skip


def make_used(gifts: int, used: int, scope: str = "below") -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Return a snapshot with use, its gifts and its rows of use."""
    rows, use_rows = make_rows(gifts, late=2, corrections=1, scope=scope), make_use_rows(used)
    snapshot = with_use(make_snapshot(rows, scope), use_rows)
    lines = snapshot["use"]["funds"][0]["items"]
    lines += [{"item": "from_above", "amount": "500.00"}, {"item": "to_below", "amount": "500.00"}]
    return snapshot, rows, use_rows
