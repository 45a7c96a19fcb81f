"""The page of all components in all their states, with made-up data: what later pages are built from."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.charts import (
    Flow,
    Point,
    Series,
    Tile,
    bar_chart,
    donut_chart,
    flow_chart,
    line_chart,
    stacked_bar_chart,
    tile_grid,
)

_AS_OF = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class DesignForm(forms.Form):
    """Every kind of control once."""

    donor = forms.CharField(
        label=gettext_lazy("捐赠人"),
        help_text=gettext_lazy("单位写全称，个人写姓名；F2 同上一笔。"),
        widget=forms.TextInput(attrs={"data-same-value": gettext_lazy("示例科技有限公司")}),
    )
    amount = forms.CharField(
        label=gettext_lazy("金额"),
        help_text=gettext_lazy("可写 1.2万 或 1，234.50。"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    received_on = forms.DateField(label=gettext_lazy("到账日期"), widget=forms.DateInput(attrs={"type": "date"}))
    fund = forms.ChoiceField(
        label=gettext_lazy("资金池"), choices=[("a", gettext_lazy("日常捐赠")), ("b", gettext_lazy("紧急救援"))]
    )
    name_shown = forms.ChoiceField(
        label=gettext_lazy("公开方式"),
        widget=forms.RadioSelect,
        choices=[("real", gettext_lazy("实名")), ("mask", gettext_lazy("隐去名字")), ("none", gettext_lazy("匿名"))],
    )
    note = forms.CharField(label=gettext_lazy("备注"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=gettext_lazy("捐赠人已同意公开姓名"), required=False)
    list_file = forms.FileField(
        label=gettext_lazy("捐赠名单"), help_text=gettext_lazy("xlsx、xls 或 csv，不超过 50 MB。")
    )


@require_safe
@login_required
def design(request: HttpRequest) -> HttpResponse:
    """Show all components. Reads nothing and writes nothing."""
    return render(request, "core/design.html", made_up_content())


def made_up_content() -> dict[str, Any]:
    """Return what the page shows: each component in its states."""
    wrong = DesignForm({"donor": "", "amount": "12.345", "fund": "a"}, auto_id="wrong_%s")
    wrong.add_error("amount", _("金额最多两位小数，请改成 12.35 或 12.34。"))
    form = DesignForm(auto_id="good_%s")
    return {
        "form": form,
        "filters": DesignForm(auto_id="filter_%s"),
        "wrong": wrong,
        "as_of": _AS_OF,
        "sha256": _SHA256,
        **_figures(),
        **_lists(),
        **_jobs(),
        **_charts(),
    }


def _figures() -> dict[str, Any]:
    rows = [
        ("330000-2026-00000012", date(2026, 11, 2), _("示例科技有限公司"), "1234567.89", "posted", _("已入账")),
        ("330000-2026-00000011", date(2026, 11, 2), _("甲**"), "500.00", "submitted", _("待审批")),
        ("330000-2026-00000010", date(2026, 11, 1), _("爱心人士"), "0.10", "warning", _("警告")),
        ("330000-2026-00000009", date(2026, 10, 30), _("虚构慈善互助会"), "12000.00", "returned", _("已退回")),
    ]
    keys = ("number", "on", "donor", "amount", "state", "state_label")
    gifts = [dict(zip(keys, (*row[:3], Decimal(row[3]), *row[4:]), strict=True)) for row in rows]
    states = [
        ("draft", _("草稿")),
        ("submitted", _("待审批")),
        ("approved", _("已批准")),
        ("returned", _("已退回")),
        ("error", _("错误")),
        ("duplicate", _("疑似重复")),
        ("excluded", _("已排除")),
        ("queued", _("排队中")),
        ("running", _("进行中")),
        ("published", _("已公示")),
        ("reversed", _("已冲销")),
        ("overdue", _("已超期")),
    ]
    return {"gifts": gifts, "total": sum(gift["amount"] for gift in gifts), "states": states}


def _lists() -> dict[str, Any]:
    trail = [
        {
            "title": _("已收到"),
            "on": date(2026, 11, 2),
            "state": "done",
            "links": [{"label": _("回执"), "url": "#trail"}],
        },
        {"title": _("已入账"), "on": date(2026, 11, 3), "state": "done", "text": _("归入资金池“紧急救援”")},
        {
            "title": _("拨付到示例市红十字会"),
            "on": date(2026, 11, 12),
            "state": "current",
            "text": _("本批 ¥120,000.00"),
        },
        {"title": _("使用反馈"), "promised_on": date(2026, 12, 5), "state": "future"},
    ]
    towns = [{"label": _("示例镇"), "url": "#tree", "note": _("12 笔")}, {"label": _("虚构街道"), "url": "#tree"}]
    county = {"label": _("示例县红十字会"), "url": "#tree", "note": _("214 笔"), "children": towns}
    city = {"label": _("示例市红十字会"), "url": "#tree", "note": _("1,209 笔"), "open": True, "children": [county]}
    checks = [
        {"label": _("合计与总账一致"), "state": "passed", "text": _("693 笔，¥1,247,068.00")},
        {"label": _("异常金额"), "state": "warning", "text": _("1 笔为 ¥0.10"), "url": "#checks", "action": _("去看")},
        {"label": _("姓名已按意愿隐去"), "state": "error", "text": _("2 行没有公开方式"), "url": "#checks"},
        {"label": _("第二人复核"), "state": "todo"},
    ]
    tabs = [
        {"label": _("通过"), "url": "#tabs", "active": True, "count": 44},
        {"label": _("警告"), "url": "#tabs", "count": 3},
        {"label": _("错误"), "url": "#tabs", "count": 0},
        {"label": _("全部"), "url": "#tabs"},
    ]
    steps = [_("选择文件"), _("核对各列"), _("逐行核对"), _("提交审批")]
    return {"trail_steps": trail, "tree_nodes": [city], "check_items": checks, "tab_items": tabs, "step_labels": steps}


def _jobs() -> dict[str, Any]:
    """Return jobs as rows that are not stored: running, done, failed."""

    def job(**over: Any) -> SimpleNamespace:
        usual = {"stage": "", "total_count": 1995, "done_count": 812, "started_at": _AS_OF, "error": "", "link": ""}
        return SimpleNamespace(**{**usual, **over})

    failure = _("第 813 行金额不是数字，请改正后重新提交；没有写入任何一行。")
    return {
        "job_running": job(pk=1, status="running", get_status_display=_("进行中"), stage="checking"),
        "job_done": job(
            pk=2, status="done", get_status_display=_("已完成"), done_count=1995, finished_at=_AS_OF, link="#jobs"
        ),
        "job_failed": job(pk=3, status="failed", get_status_display=_("未成功"), stage="writing", error=failure),
    }


def _charts() -> dict[str, Any]:
    months = [_("%(n)d 月") % {"n": n} for n in range(1, 7)]
    money = [Decimal(value) for value in ("120000", "98000.50", "203000", "156000", "0", "310250.75")]
    goods = [Decimal(value) for value in ("20000", "8000", "73000", "56000", "12000", "0")]
    points = [Point(label, value) for label, value in zip(months, money, strict=True)]
    kinds = [Series(_("资金"), money), Series(_("物资"), goods)]
    flows = [
        Flow(_("单位"), _("紧急救援"), Decimal("600000")),
        Flow(_("个人"), _("紧急救援"), Decimal("120000")),
        Flow(_("个人"), _("日常捐赠"), Decimal("80000")),
        Flow(_("紧急救援"), _("已拨付"), Decimal("500000")),
        Flow(_("紧急救援"), _("结余"), Decimal("220000")),
        Flow(_("日常捐赠"), _("结余"), Decimal("80000")),
    ]
    tiles = [
        Tile(_("示例%(n)d市") % {"n": city}, _("县%(n)d") % {"n": n}, Decimal(city * n * 1000) if n % 4 else None)
        for city in range(1, 12)
        for n in range(1, 9)
    ]
    return {
        "bar": bar_chart(points, title=_("每月收到"), unit=_("元")),
        "stacked": stacked_bar_chart(months, kinds, title=_("资金与物资"), unit=_("元")),
        "line": line_chart(months, kinds, title=_("每月变化"), unit=_("元")),
        "donut": donut_chart(points[:4], title=_("按来源"), unit=_("元")),
        "flow": flow_chart(flows, title=_("款项去向"), unit=_("元")),
        "tiles": tile_grid(tiles, title=_("各县收到"), unit=_("元")),
        "chart_header": [_("月份"), _("金额（元）")],
        "chart_rows": [[point.label, f"{point.value:,.2f}"] for point in points],
    }
