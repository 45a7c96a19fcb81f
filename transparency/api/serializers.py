"""The fields of the API, one by one (design contract, API v1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api_lists import Fields
from donations.choices import GiftKind, GiftStatus, ReceiptState
from ledger.choices import EntryKind
from organizations.choices import BranchKind
from spending.choices import PaymentKind, PaymentStatus
from transparency.choices import FileRole, ReportKind, ReportPeriod, ReportScope

PUBLIC_STATUSES = [(one.value, one.label) for one in (PaymentStatus.PAID, PaymentStatus.REVERSED)]
RECEIPTS = [(one.value, one.label) for one in ReceiptState if one != ReceiptState.CANCELLED]


class GiftSerializer(Fields):
    """A gift as everybody may see it."""

    number = serializers.CharField(help_text=_("捐赠编号"))
    received_on = serializers.DateField(help_text=_("捐赠日期"))
    posted_at = serializers.DateTimeField(help_text=_("入账时间"))
    donor = serializers.CharField(help_text=_("公开显示的捐赠人名称"))
    kind = serializers.ChoiceField(choices=GiftKind.choices, help_text=_("类别"))
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, help_text=_("金额，人民币元，两位小数"))
    currency = serializers.CharField(help_text=_("币种，CNY"))
    goods = serializers.CharField(allow_null=True, help_text=_("物资；资金捐赠为 null"))
    purpose = serializers.CharField(help_text=_("意向"))
    fund = serializers.CharField(help_text=_("资金池编码"))
    branch = serializers.CharField(help_text=_("接收单位编码"))
    branch_name = serializers.CharField(help_text=_("接收单位"))
    receipt = serializers.ChoiceField(
        choices=RECEIPTS,
        allow_null=True,
        help_text=_("捐赠票据：issued 已开具，waived 捐赠人放弃，anonymous 匿名已登记；尚未登记为 null"),
    )
    status = serializers.ChoiceField(
        choices=GiftStatus.choices,
        help_text=_("posted 已入账，partly_reversed 部分冲销或退还，reversed 全部冲销或退还"),
    )
    log_index = serializers.IntegerField(allow_null=True, help_text=_("公开日志序号；排队中为 null"))
    trail = serializers.CharField(help_text=_("去向页面地址"))
    taken_back = serializers.DecimalField(
        max_digits=14, decimal_places=2, help_text=_("已冲销或退还的金额，元；没有为 0.00")
    )
    correction_note = serializers.CharField(allow_null=True, help_text=_("更正说明；没有更正为 null"))


class BranchSerializer(Fields):
    """A branch of the network."""

    code = serializers.CharField(help_text=_("编码"))
    name = serializers.CharField(help_text=_("名称"))
    kind = serializers.ChoiceField(choices=BranchKind.choices, help_text=_("类别"))
    parent = serializers.CharField(allow_null=True, help_text=_("上级编码"))  # type: ignore[assignment]
    division = serializers.CharField(help_text=_("所在区划代码"))
    credit_code = serializers.CharField(help_text=_("统一社会信用代码"))
    address = serializers.CharField(help_text=_("地址"))
    phone = serializers.CharField(help_text=_("公开电话"))
    valid_from = serializers.DateField(help_text=_("启用日期"))
    valid_to = serializers.DateField(allow_null=True, help_text=_("停用日期"))
    successor = serializers.CharField(allow_null=True, help_text=_("并入单位编码"))


class ReportFileSerializer(Fields):
    """A file of a report."""

    role = serializers.ChoiceField(choices=FileRole.choices, help_text=_("用途"))
    part = serializers.IntegerField(help_text=_("册；主报告为 0"))
    url = serializers.CharField(help_text=_("下载地址"))
    size = serializers.IntegerField(help_text=_("字节数"))
    sha256 = serializers.CharField(help_text="SHA-256")


class ReceiptsAndUseSerializer(Fields):
    """Opening + in - out = closing, in yuan."""

    opening = serializers.CharField(help_text=_("期初结余，人民币元"))
    # `in` is a word of the language, so it cannot be named like the others.
    locals()["in"] = serializers.CharField(help_text=_("本期收入"))
    out = serializers.CharField(help_text=_("本期支出，含拨付和转出"))
    used = serializers.CharField(help_text=_("其中最终使用"))
    closing = serializers.CharField(help_text=_("期末结余"))
    in_transit = serializers.CharField(help_text=_("期末结余中在途的款项"))


class TrainingFiguresSerializer(Fields):
    """The figures of a training yearbook."""

    certificates = serializers.IntegerField(help_text=_("新发证书（张），含历史证书导入，不含换发"))
    reissued = serializers.IntegerField(help_text=_("换发证书（张）"))
    late = serializers.IntegerField(help_text=_("补报证书（张）：发证在本年度以前"))
    ended = serializers.IntegerField(help_text=_("失效证书（张）：撤销、被换发"))
    lessons = serializers.IntegerField(help_text=_("普及培训（场）"))
    audience = serializers.IntegerField(help_text=_("普及培训（人次）"))


class RegistriesFiguresSerializer(Fields):
    """The figures of a registries yearbook; null for a number that is not shown."""

    places = serializers.IntegerField(help_text=_("统计到的红十字会（家）"))
    organs_joined = serializers.IntegerField(allow_null=True, help_text=_("新登记捐献器官（份）；null 为不公开"))
    cornea_joined = serializers.IntegerField(allow_null=True, help_text=_("新登记捐献眼角膜（份）；null 为不公开"))
    tissue_joined = serializers.IntegerField(allow_null=True, help_text=_("新登记捐献其他组织（份）；null 为不公开"))
    body_joined = serializers.IntegerField(allow_null=True, help_text=_("新登记捐献遗体（份）；null 为不公开"))


class ReportSerializer(Fields):
    """A published report."""

    number = serializers.CharField(help_text=_("报告编号"))
    kind = serializers.ChoiceField(choices=ReportKind.choices, help_text=_("种类"))
    title = serializers.CharField(help_text=_("标题"))
    branch = serializers.CharField(help_text=_("发布单位编码"))
    branch_name = serializers.CharField(help_text=_("发布单位"))
    scope = serializers.ChoiceField(choices=ReportScope.choices, help_text=_("alone 本级，below 含下级"))
    period = serializers.CharField(help_text=_("期间，如 2026、2026Q4、2026-10、2026-10-20；活动全程为 whole"))
    period_kind = serializers.ChoiceField(choices=ReportPeriod.choices, help_text=_("周期"))
    period_start = serializers.DateTimeField(help_text=_("数据所属时段起，含"))
    period_end = serializers.DateTimeField(help_text=_("数据所属时段止，不含"))
    campaign = serializers.CharField(allow_null=True, help_text=_("所关于的募捐活动；不是关于活动的报告为 null"))
    issue = serializers.IntegerField(allow_null=True, help_text=_("每日通报的期号，其他报告为 null"))
    version = serializers.IntegerField(help_text=_("版本"))
    published_at = serializers.DateTimeField(help_text=_("公开时间"))
    log_from = serializers.IntegerField(allow_null=True, help_text=_("公开日志起，含"))
    log_to = serializers.IntegerField(allow_null=True, help_text=_("公开日志止，不含"))
    corrects = serializers.CharField(allow_null=True, help_text=_("所更正报告的编号"))
    correction_note = serializers.CharField(help_text=_("更正说明"))
    use = ReceiptsAndUseSerializer(allow_null=True, help_text=_("收支；早期报告和不涉及款项的报告没有，为 null"))
    training = TrainingFiguresSerializer(allow_null=True, help_text=_("应急救护培训年报的数字；其他报告为 null"))
    registries = RegistriesFiguresSerializer(allow_null=True, help_text=_("捐献工作年报的数字；其他报告为 null"))
    url = serializers.CharField(help_text=_("报告页面地址"))


class ReportDetailSerializer(ReportSerializer):
    """A published report with its files."""

    files = ReportFileSerializer(many=True, help_text=_("文件"))


class FundSerializer(Fields):
    """A fund with what it holds."""

    code = serializers.CharField(help_text=_("编码"))
    name = serializers.CharField(help_text=_("名称"))
    branch = serializers.CharField(help_text=_("所属单位编码"))
    branch_name = serializers.CharField(help_text=_("所属单位"))
    is_restricted = serializers.BooleanField(help_text=_("是否定向"))
    restriction = serializers.CharField(help_text=_("限定用途、地区、受益人群或项目；非定向为空"))
    fee_rate = serializers.DecimalField(max_digits=5, decimal_places=4, help_text=_("协议管理费率，0 至 1"))
    opened_on = serializers.DateField(help_text=_("设立日期"))
    closed_on = serializers.DateField(allow_null=True, help_text=_("关闭日期"))
    successor = serializers.CharField(allow_null=True, help_text=_("后续资金池编码"))
    in_hand = serializers.DecimalField(max_digits=18, decimal_places=2, help_text=_("在手资金，元"))
    in_transit = serializers.DecimalField(max_digits=18, decimal_places=2, help_text=_("在途资金，元"))
    statement = serializers.CharField(help_text=_("逐笔流水的地址"))


class StatementRowSerializer(Fields):
    """A row of a fund's statement."""

    posted_at = serializers.DateTimeField(help_text=_("记账时间"))
    occurred_on = serializers.DateField(help_text=_("发生日期"))
    entry = serializers.CharField(help_text=_("记账单编号"))
    kind = serializers.ChoiceField(choices=EntryKind.choices, help_text=_("种类"))
    text = serializers.CharField(help_text=_("内容"))
    gift = serializers.CharField(help_text=_("捐赠编号；不是捐赠为空"))
    payment = serializers.CharField(help_text=_("支出编号；不是支出为空"))
    inflow = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True, help_text=_("收入，元"))
    outflow = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True, help_text=_("支出，元"))
    balance = serializers.DecimalField(max_digits=18, decimal_places=2, help_text=_("这一笔之后的在手余额，元"))
    reversed = serializers.DecimalField(max_digits=18, decimal_places=2, help_text=_("其中后来冲销或退还的，元"))
    note = serializers.CharField(help_text=_("更正说明"))


class SpendingSerializer(Fields):
    """A payment as everybody may see it."""

    number = serializers.CharField(help_text=_("支出编号"))
    paid_on = serializers.DateField(help_text=_("付款日期"))
    posted_at = serializers.DateTimeField(help_text=_("入账时间"))
    kind = serializers.ChoiceField(choices=PaymentKind.choices, help_text=_("种类"))
    purpose = serializers.CharField(help_text=_("用途"))
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, help_text=_("金额，人民币元，两位小数"))
    currency = serializers.CharField(help_text=_("币种，CNY"))
    area = serializers.CharField(allow_null=True, help_text=_("使用地区代码，到县一级"))
    area_name = serializers.CharField(allow_null=True, help_text=_("使用地区"))
    helped = serializers.IntegerField(allow_null=True, help_text=_("受助人数；少于 5 人为 null"))
    helped_band = serializers.CharField(help_text=_("受助人数的区间，如 1-4"))
    payee = serializers.CharField(help_text=_("收款单位全称；个人一律不具名"))
    fund = serializers.CharField(help_text=_("资金池编码"))
    branch = serializers.CharField(help_text=_("支出单位编码"))
    branch_name = serializers.CharField(help_text=_("支出单位"))
    entry = serializers.CharField(help_text=_("记账单编号"))
    status = serializers.ChoiceField(choices=PUBLIC_STATUSES, help_text=_("paid 已付款，reversed 已冲销"))
    log_index = serializers.IntegerField(allow_null=True, help_text=_("公开日志序号；排队中为 null"))
    url = serializers.CharField(help_text=_("页面地址"))
    correction_note = serializers.CharField(allow_null=True, help_text=_("更正说明；未冲销为 null"))


class SpendingPageSerializer(Fields):
    """A page of payments."""

    results = SpendingSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=_("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=_("上一页地址"))


class FundPageSerializer(Fields):
    """A page of funds."""

    results = FundSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=_("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=_("上一页地址"))


class StatementPageSerializer(Fields):
    """A page of a fund's statement."""

    results = StatementRowSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=_("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=_("上一页地址"))


class GiftPageSerializer(Fields):
    """A page of gifts."""

    results = GiftSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=_("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=_("上一页地址"))


class BranchPageSerializer(Fields):
    """A page of branches."""

    results = BranchSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=_("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=_("上一页地址"))


class ReportPageSerializer(Fields):
    """A page of reports."""

    results = ReportSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text=_("下一页地址"))
    previous = serializers.URLField(allow_null=True, help_text=_("上一页地址"))
