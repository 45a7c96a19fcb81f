"""The way of a monthly sheet: drawn up by one person, confirmed or given back by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.periods import Period
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from reconciliation.choices import SHEET_TRANSITIONS, SheetStatus
from reconciliation.errors import NotMet, OwnWork, WrongState
from reconciliation.models import MonthSheet, SheetEvent
from reconciliation.selectors.sheets import month_sheet
from reconciliation.services.moving import need_reason

if TYPE_CHECKING:
    from accounts.models import User


def submit_sheet(*, branch: Branch, period: Period, actor: User) -> MonthSheet:
    """Draw up the sheet of a month that is over and hand it to the second person, its figures kept as they are now.

    Locks the sheet's row. Raises NotMet where the month is not over, days have no statement, or something is left over;
    WrongState where it was handed in already.
    """
    require(actor, Right.RECONCILE, branch)
    figures = month_sheet(branch, period)
    _refuse_unfinished(figures)
    try:
        with transaction.atomic():
            rows = MonthSheet.objects.unscoped("of one branch").select_for_update()
            sheet = rows.filter(branch=branch, month=period.code).first()
            before = sheet.status if sheet else ""
            if sheet is None:
                sheet = MonthSheet(**MonthSheet.lineage_of(branch), month=period.code)
            else:
                _require_step(sheet, SheetStatus.SUBMITTED)
            sheet.status, sheet.figures = SheetStatus.SUBMITTED, figures
            sheet.made_by, sheet.made_at = actor, now()
            sheet.confirmed_by, sheet.confirmed_at = None, None
            sheet.save()
            _note(sheet, before, actor)
    except IntegrityError as error:
        raise WrongState("sheet_is_there", _("这个月的余额调节表刚由他人提交，请刷新页面查看。")) from error
    return sheet


def _refuse_unfinished(figures: dict[str, Any]) -> None:
    if not figures["accounts"]:
        raise NotMet("sheet_without_accounts", _("还没有登记存款账户，没有可以调节的余额。"))
    if not figures["is_over"]:
        raise NotMet("month_not_over", _("这个月还没有过完，月末之后再编制余额调节表。"))
    if figures["gaps"]:
        raise NotMet(
            "statements_missing",
            _("还缺流水：%(gaps)s。请先补齐再提交。") % {"gaps": _("；").join(figures["gaps"])},
        )
    if figures["remainder"] != "0.00":
        raise NotMet(
            "remainder_left",
            _("调节后仍有 %(rest)s 元对不上，请联系系统管理员核对账目。") % {"rest": figures["remainder"]},
        )


def confirm_sheet(*, branch: Branch, month: str, actor: User) -> MonthSheet:
    """Confirm a sheet as a second person; its figures stand from now on (trigger). Raises OwnWork, WrongState."""
    with transaction.atomic():
        sheet = _lock(branch, month)
        require(actor, Right.CONFIRM_SHEETS, branch)
        _require_step(sheet, SheetStatus.CONFIRMED)
        if sheet.made_by_id == actor.pk:
            raise OwnWork("own_sheet", _("这张余额调节表是您编制的，请由另一位有确认权限的人确认。"))
        _move(sheet, SheetStatus.CONFIRMED, actor, confirmed_by=actor, confirmed_at=now())
    return sheet


def return_sheet(*, branch: Branch, month: str, reason: str, actor: User) -> MonthSheet:
    """Give a sheet back to be drawn up anew, also one that was confirmed, with a reason. Raises WrongState."""
    with transaction.atomic():
        sheet = _lock(branch, month)
        require(actor, Right.CONFIRM_SHEETS, branch)
        _move(sheet, SheetStatus.RETURNED, actor, reason=need_reason(reason), confirmed_by=None, confirmed_at=None)
    return sheet


def _lock(branch: Branch, month: str) -> MonthSheet:
    rows = MonthSheet.objects.unscoped("of one branch").select_for_update(of=("self",)).select_related("branch")
    sheet = rows.filter(branch=branch, month=month).first()
    if sheet is None:
        raise WrongState("sheet_not_there", _("这个月的余额调节表还没有提交。"))
    return sheet


def _require_step(sheet: MonthSheet, to_status: str) -> None:
    if to_status not in SHEET_TRANSITIONS[sheet.status]:
        raise WrongState(
            "sheet_wrong_state",
            _("%(month)s 的余额调节表现在是“%(now)s”，不能办这一步，请刷新页面查看。")
            % {"month": sheet.month, "now": SheetStatus(sheet.status).label},
        )


def _move(sheet: MonthSheet, to_status: str, actor: User, *, reason: str = "", **changes: object) -> None:
    _require_step(sheet, to_status)
    before, sheet.status = sheet.status, to_status
    for name, value in changes.items():
        setattr(sheet, name, value)
    sheet.save()
    _note(sheet, before, actor, reason)


def _note(sheet: MonthSheet, before: str, actor: User, reason: str = "") -> None:
    SheetEvent.objects.create(
        sheet=sheet, from_status=before, to_status=sheet.status, actor=actor, at=now(), reason=reason[:500]
    )
    record_audit(
        f"reconciliation.sheet.{sheet.status}",
        actor=actor,
        obj=sheet,
        branch_code=sheet.branch.code,
        changed_fields=["status"],
    )
