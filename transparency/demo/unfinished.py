"""What lies on the desks when the demo begins: one of each kind of unfinished work."""

from __future__ import annotations

import datetime
from dataclasses import replace

from core.clock import today
from transparency.demo import work
from transparency.demo.lists import MadeUpGift, dice_for, list_file, make_gifts
from transparency.demo.people import Desk


def leave_unfinished(desks: dict[str, Desk], posted: dict[str, object], *, seed: int) -> None:
    """A draft with errors and repetitions, a returned batch, two that wait for approval, a reversal that waits."""
    _leave_draft(desks["3301"], posted, seed)
    _leave_returned(desks["330182"], seed)
    for code in ("33", "3303"):
        work.hand_in(desks[code], work.bring_file(desks[code], list_file(_gifts(code, 12, seed)), name="待审核.csv"))
    if "330182" in posted:
        work.ask_for_reversal(
            desks["330182"], posted["330182"], reason="重复入账，已与银行核对", public_note="该笔为重复入账，予以冲销。"
        )


def _gifts(code: str, count: int, seed: int, what: str = "U") -> list[MadeUpGift]:
    days = [today() - datetime.timedelta(days=n) for n in range(3, 0, -1)]
    return make_gifts(dice_for(seed, code, "unfinished", what), days, count, label=f"{code}{what}")


def _leave_draft(desk: Desk, posted: dict[str, object], seed: int) -> None:
    gifts = _gifts(desk.branch.code, 12, seed, "E")
    gifts[2] = replace(gifts[2], amount="1.2万")
    gifts[5] = replace(gifts[5], amount="-50")
    if desk.branch.code in posted:
        rows = posted[desk.branch.code].rows.order_by("row_number")[:3]  # type: ignore[attr-defined]
        for place, row in zip((7, 8, 9), rows, strict=False):
            gifts[place] = replace(gifts[place], donor=row.donor, amount=str(row.amount), received_on=row.received_on)
    work.bring_file(desk, list_file(gifts, with_total=False), name="有问题的名单.csv")


def _leave_returned(desk: Desk, seed: int) -> None:
    batch = work.bring_file(desk, list_file(_gifts(desk.branch.code, 9, seed, "R")), name="被退回的名单.csv")
    work.hand_in(desk, batch)
    work.send_back(desk, batch, "第 3 行的渠道与银行回单不符，请核对后重新提交。")
