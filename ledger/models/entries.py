"""Entries and movements: what was posted, once and for ever."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.choices import EntryKind, UseBasis
from ledger.models.accounts import POSITION
from organizations.models import BranchLineage, BranchRowsQuerySet


class PostingGroup(models.Model):
    """Entries posted together with one block of numbers and positions: a file of gifts, or a single entry."""

    idempotency_key = models.CharField(_("幂等键"), max_length=160, db_collation="C")
    branch = models.ForeignKey(
        "organizations.Branch", verbose_name=_("红十字会"), on_delete=models.PROTECT, related_name="+"
    )
    entry_count = models.IntegerField(_("记账单数"))
    posted_at = models.DateTimeField(_("记账时间"))

    class Meta:
        verbose_name = _("记账批")
        verbose_name_plural = _("记账批")
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="postinggroup_key_once"),
            models.CheckConstraint(condition=Q(entry_count__gt=0), name="postinggroup_has_entries"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class Entry(BranchLineage):
    """An entry (记账单): one or more movements posted together or not at all. Append-only by trigger.

    `occurred_on` is the day of the event, `posted_at` the time of posting. The approver is another person than the
    maker (CHECK). `serial` runs without gap in each branch and year of posting (Asia/Shanghai). `basis` says by what
    right value left the use it was given for; a change of use has one (CHECK; 慈善法 Arts. 55-58).
    """

    number = models.CharField(_("编号"), max_length=40, db_collation="C")
    year = models.PositiveSmallIntegerField(_("年度"))
    serial = models.BigIntegerField(_("流水号"))
    kind = models.CharField(_("种类"), max_length=16, choices=EntryKind)
    occurred_on = models.DateField(_("发生日期"))
    posted_at = models.DateTimeField(_("记账时间"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("制单人"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("审核人"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    document = models.CharField(_("依据"), max_length=120)
    basis = models.CharField(_("变更用途依据"), max_length=16, choices=UseBasis, blank=True, default="", db_default="")
    idempotency_key = models.CharField(_("幂等键"), max_length=160)
    group = models.ForeignKey(
        PostingGroup, verbose_name=_("记账批"), on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    reverses = models.ForeignKey(
        "self", verbose_name=_("冲销"), null=True, on_delete=models.PROTECT, related_name="reversals", db_index=False
    )

    objects = BranchRowsQuerySet.as_manager()

    class Meta:
        verbose_name = _("记账单")
        verbose_name_plural = _("记账单")
        constraints = [
            # Constraints, not `unique=True`: that would add an index for LIKE to each, which a file of gifts pays for.
            models.UniqueConstraint(fields=["number"], name="entry_number_once"),
            models.UniqueConstraint(fields=["idempotency_key"], name="entry_key_once"),
            models.UniqueConstraint(fields=["branch", "year", "serial"], name="entry_serial_once"),
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="entry_maker_is_not_approver"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="entry_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSAL, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSAL) & Q(reverses=None)),
                name="entry_reversal_names_its_entry",
            ),
            models.CheckConstraint(
                condition=Q(basis="", kind__in=[kind for kind in EntryKind.values if kind != EntryKind.CHANGE_OF_USE])
                | Q(basis__in=UseBasis.values),
                name="entry_use_changed_on_a_basis",
            ),
        ]
        indexes = [models.Index(fields=["reverses"], name="entry_reverses", condition=Q(reverses__isnull=False))]

    def __str__(self) -> str:
        return self.number


class Movement(models.Model):
    """A quantity of one unit that went from one account to another. Append-only by trigger.

    `in_from` is the position on the destination's inflow axis, `out_from` on the source's outflow axis (null where that
    end is a world account). A movement that takes a gift's own unspent part out again has `hole_from`, the position on
    the source's inflow axis, instead of `out_from` (docs/ledger.md). Contiguity and balances are kept by a trigger.

    `back_from` is, for what comes back from the outside, the position on the outflow axis it once left from: there the
    movement it `reverses` began to come back. `answers` names the movement that sent what leaves a transit account.
    `value` is in yuan, for goods, where there is evidence for it; in a purchase it is the line's share of the cost.
    """

    entry = models.ForeignKey(
        Entry, verbose_name=_("记账单"), on_delete=models.PROTECT, related_name="movements", db_index=False
    )
    line = models.PositiveSmallIntegerField(_("行"), default=1)
    source = models.ForeignKey(
        "ledger.Account", verbose_name=_("来源"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        "ledger.Account", verbose_name=_("去向"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit = models.ForeignKey(
        "ledger.Unit", verbose_name=_("计量对象"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = models.DecimalField(_("数量"), max_digits=18, decimal_places=3)
    out_from = models.DecimalField(_("流出轴位置"), **POSITION, null=True)
    in_from = models.DecimalField(_("流入轴位置"), **POSITION, null=True)
    hole_from = models.DecimalField(_("抽出位置"), **POSITION, null=True)
    back_from = models.DecimalField(_("退回位置"), **POSITION, null=True)
    value = models.DecimalField(_("价值（元）"), max_digits=14, decimal_places=2, null=True)
    reverses = models.ForeignKey(
        "self", verbose_name=_("冲销"), null=True, on_delete=models.PROTECT, related_name="reversals", db_index=False
    )
    answers = models.ForeignKey(
        "self",
        verbose_name=_("对应发出"),
        null=True,
        on_delete=models.PROTECT,
        related_name="answered_by",
        db_index=False,
    )

    class Meta:
        verbose_name = _("款物流转")
        verbose_name_plural = _("款物流转")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="movement_quantity_positive"),
            models.CheckConstraint(condition=~Q(source=F("destination")), name="movement_two_accounts"),
            models.CheckConstraint(
                condition=Q(out_from__isnull=True) | Q(hole_from__isnull=True), name="movement_leaves_or_is_taken_out"
            ),
            models.CheckConstraint(
                condition=Q(back_from__isnull=True) | Q(reverses__isnull=False, out_from=None, hole_from=None),
                name="movement_comes_back_by_a_reversal",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0), name="movement_value_not_negative"
            ),
            models.UniqueConstraint(fields=["entry", "line"], name="movement_line_once"),
            # The trail searches these; that they are unique keeps two movements off one place even without triggers.
            models.UniqueConstraint(
                fields=["source", "out_from"], name="movement_out_axis", condition=Q(out_from__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["destination", "in_from"], name="movement_in_axis", condition=Q(in_from__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["source", "hole_from"], name="movement_holes", condition=Q(hole_from__isnull=False)),
            models.Index(fields=["reverses"], name="movement_reverses", condition=Q(reverses__isnull=False)),
            models.Index(fields=["answers"], name="movement_answers", condition=Q(answers__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.line}"


class Draw(models.Model):
    """A part of an account's inflow axis that an outflow used up, without a hole in it (docs/ledger.md).

    `in_from` is its place on the inflow axis, `out_from` on the outflow axis, `lands_at` on the inflow axis of the
    destination (null outside). Written by a trigger on movements alone.
    """

    # No foreign keys in the database: the trigger takes all three from rows that stand for ever.
    movement = models.ForeignKey(
        Movement,
        verbose_name=_("款物流转"),
        on_delete=models.PROTECT,
        related_name="draws",
        db_index=False,
        db_constraint=False,
    )
    account = models.ForeignKey(
        "ledger.Account",
        verbose_name=_("账户"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    in_from = models.DecimalField(_("流入轴位置"), **POSITION)
    out_from = models.DecimalField(_("流出轴位置"), **POSITION)
    quantity = models.DecimalField(_("数量"), max_digits=18, decimal_places=3)
    destination = models.ForeignKey(
        "ledger.Account",
        verbose_name=_("去向"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    lands_at = models.DecimalField(_("到达位置"), **POSITION, null=True)

    class Meta:
        verbose_name = _("支取区间")
        verbose_name_plural = _("支取区间")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="draw_quantity_positive"),
            models.UniqueConstraint(fields=["account", "in_from"], name="draw_in_axis"),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id}/{self.in_from}"
