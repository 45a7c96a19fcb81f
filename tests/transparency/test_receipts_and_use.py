"""The report's receipts and use: opening + in - out = closing, to the fen, whatever happened."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from core.files import path_of
from tests.transparency.use_ground import UseGround, make_use_ground
from transparency.choices import USE_PART, ReportScope
from transparency.models import ReportRun
from transparency.services.freezing import read_rows


@pytest.fixture
def ground(committed_db: str) -> UseGround:
    """The small network, committed: records get their place only from transactions that are over."""
    return make_use_ground()


def snapshot_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures."""
    return dict(json.loads(path_of(run.files.select_related("file").get(role="snapshot").file.sha256).read_bytes()))


def use_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures of receipts and use."""
    return dict(snapshot_of(run)["use"])


def use_rows_of(run: ReportRun) -> list[dict[str, Any]]:
    """The frozen rows of use."""
    kept = run.files.select_related("file").get(role="rows", part=USE_PART)
    return list(read_rows(path_of(kept.file.sha256)))


def edges(figures: dict[str, Any]) -> tuple[str, ...]:
    """Opening, in, out, closing, under way."""
    return tuple(figures[name] for name in ("opening", "in", "out", "closing", "in_transit"))


def items(figures: dict[str, Any]) -> dict[str, str]:
    """Amounts by line."""
    return {one["item"]: one["amount"] for one in figures["items"]}


def test_a_month_of_every_kind_adds_up_and_goes_on_in_the_next(ground: UseGround) -> None:
    gift = ground.gifts.give("33", "1000.00", on="2025-01-05", posted="2025-01-06")
    ground.open("3301", "50.00", on="2025-01-07")
    ground.pay("33", "100.10", on="2025-01-08")
    paid = ground.pay("33", "20.00", on="2025-01-09", kind="unit")
    ground.undo_payment(paid, on="2025-01-10")
    arrived = ground.send("33", "3301", "300.00", on="2025-01-11")
    ground.arrive(arrived, "250.00", on="2025-01-12", sent_back="50.00")
    ground.send("33", "330182", "30.00", on="2025-01-13")
    ground.refund(gift, "5.00", on="2025-01-14")
    run = ground.gifts.make("2025-01")
    use = use_of(run)
    assert edges(use) == ("0.00", "1045.00", "100.10", "944.90", "30.00")
    assert items(use) == {
        "gift": "1000.00", "refunded": "-5.00", "opening": "50.00", "purchase": "100.10", "aid_units": "20.00",
        "use_reversed": "-20.00",
    }  # fmt: skip
    assert use["eliminated"] == {"in": "250.00", "out": "250.00"}
    sections = [(row["section"], row["item"], row["amount"]) for row in use_rows_of(run)]
    assert sections == [
        ("payments", "purchase", "100.10"), ("payments", "aid_units", "20.00"),
        ("transfers", "internal", "300.00"), ("transfers", "internal", "250.00"), ("transfers", "internal", "50.00"),
        ("transfers", "internal", "30.00"), ("others", "opening", "50.00"), ("corrections", "use_reversed", "-20.00"),
    ]  # fmt: skip
    following = use_of(ground.gifts.make("2025-02"))
    assert edges(following) == ("944.90", "0.00", "0.00", "944.90", "30.00")
    assert following["previous"]["closing"] == "944.90"


def test_alone_shows_what_was_passed_down_and_what_came_from_above(ground: UseGround) -> None:
    ground.gifts.give("33", "1000.00", on="2025-01-05", posted="2025-01-06")
    ground.arrive(ground.send("33", "3301", "300.00", on="2025-01-11"), "300.00", on="2025-01-12")
    above = use_of(ground.gifts.make("2025-01", scope=ReportScope.ALONE))
    below = use_of(ground.gifts.make("2025-01", code="3301", scope=ReportScope.ALONE))
    assert items(above) == {"gift": "1000.00", "to_below": "300.00"}
    assert items(below) == {"from_above": "300.00"}
    assert Decimal(above["closing"]) + Decimal(below["closing"]) == Decimal("1000.00")


def test_show(ground: UseGround) -> None:
    import shutil
    gift = ground.gifts.give("33", "1000000.00", on="2025-01-05", posted="2025-01-06")
    ground.open("3301", "50.00", on="2025-01-07")
    ground.pay("33", "10000.10", on="2025-01-08")
    paid = ground.pay("33", "2000.00", on="2025-01-09", kind="unit", helped_count=3)
    ground.undo_payment(paid, on="2025-01-10")
    paid = ground.pay("33", "2003.00", on="2025-01-09", kind="unit", helped_count=30)
    arrived = ground.send("33", "3301", "300.00", on="2025-01-11")
    ground.arrive(arrived, "250.00", on="2025-01-12", sent_back="50.00")
    ground.send("33", "330182", "30.00", on="2025-01-13")
    ground.refund(gift, "5.00", on="2025-01-14")
    run = ground.gifts.ready("2025-01")
    for one in run.files.select_related("file"):
        shutil.copy(path_of(one.file.sha256), f"/tmp/tu/{one.file.name}")
