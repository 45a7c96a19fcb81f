"""The import template that clerks download: an empty list with drop-downs, and a sheet that explains each column."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

TEMPLATE_FILENAME: Final = "donation-list-template.xlsx"
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHANNELS: Final = (
    gettext_lazy("银行转账"),
    gettext_lazy("现金"),
    gettext_lazy("支付宝"),
    gettext_lazy("微信支付"),
    gettext_lazy("支票"),
    gettext_lazy("其他"),
)
_LAST_ROW: Final = 5001
_SHADE: Final = "FFE8E8E8"


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: its header (found again by the reader), how to fill it, two examples."""

    header: Promise
    required: bool
    guide: Promise
    examples: tuple[str | Promise, str | Promise]
    width: int
    number_format: str = "@"


COLUMNS: Final = (
    TemplateColumn(
        gettext_lazy("捐赠日期"),
        True,
        gettext_lazy("款项到账或收到现金的日期，写成 2020-01-22 的样子。"),
        ("2020-01-22", "2020-01-23"),
        14,
        "yyyy-mm-dd",
    ),
    TemplateColumn(
        gettext_lazy("捐赠人"),
        True,
        gettext_lazy("个人写姓名，单位写全称，不超过 200 字。不愿留名的写“爱心人士”。与上一行相同可写“同上”。"),
        (gettext_lazy("示例甲"), gettext_lazy("虚构示例贸易有限公司")),
        32,
    ),
    TemplateColumn(
        gettext_lazy("金额（元）"),
        True,
        gettext_lazy("人民币元，大于零，最多两位小数，不写“元”字和“万”字。"),
        ("200.50", "10000.00"),
        16,
        "#,##0.00",
    ),
    TemplateColumn(
        gettext_lazy("捐赠意向"),
        False,
        gettext_lazy("捐赠人指定了用途的写明用途；没有指定的选“非定向”或留空。"),
        (gettext_lazy("非定向"), gettext_lazy("定向：示例县学校重建")),
        28,
    ),
    TemplateColumn(
        gettext_lazy("捐赠渠道"),
        False,
        gettext_lazy("从下拉列表中选择。"),
        (gettext_lazy("银行转账"), gettext_lazy("现金")),
        12,
    ),
    TemplateColumn(
        gettext_lazy("流水号"),
        False,
        gettext_lazy("银行流水号或平台订单号，用来防止重复导入。本列已设为文本，长号码不会被改写。"),
        ("20200122000001", ""),
        24,
    ),
    TemplateColumn(gettext_lazy("票据号"), False, gettext_lazy("已开具的捐赠票据号码。"), ("", "00012345"), 16),
    TemplateColumn(
        gettext_lazy("备注"),
        False,
        gettext_lazy("其他需要说明的事项，例如由谁代转。"),
        ("", gettext_lazy("由示例乙代转")),
        32,
    ),
)


def build_template(channels: Sequence[str] | None = None) -> bytes:
    """Return the template as an xlsx file. `channels` replaces the drop-down of channels.

    The examples stand on the second sheet with fields as rows, so that they can never be imported as gifts.
    """
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = _("捐款清单")
    _write_header(page)
    _add_rules(page, [str(channel) for channel in (channels if channels is not None else CHANNELS)])
    _write_guide(book.create_sheet(_("填写说明")))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_header(page: Any) -> None:
    page.append([str(column.header) for column in COLUMNS])
    line = Side(style="thin")
    for at, column in enumerate(COLUMNS, start=1):
        cell = page.cell(row=1, column=at)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor=_SHADE)
        cell.border = Border(bottom=line)
        cell.alignment = Alignment(horizontal="center")
        letter = cell.column_letter
        page.column_dimensions[letter].width = column.width
        page.column_dimensions[letter].number_format = column.number_format
    page.freeze_panes = "A2"


def _add_rules(page: Any, channels: Sequence[str]) -> None:
    day = DataValidation(
        type="date", operator="between", formula1="DATE(1949,1,1)", formula2="TODAY()", allow_blank=True
    )
    day.error = _("请填写真实的日期，不早于 1949 年，不晚于今天，例如 2020-01-22。")
    amount = DataValidation(
        type="decimal", operator="between", formula1="0.01", formula2="999999999999.99", allow_blank=True
    )
    amount.error = _("请填写大于零的金额，单位为元，最多两位小数。")
    name = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="200", allow_blank=True)
    name.error = _("捐赠人不能超过 200 个字。")
    purpose = _choices([_("非定向")])
    purpose.showErrorMessage = False  # a purpose in the giver's own words is welcome
    channel = _choices(channels)
    channel.error = _("请从下拉列表中选择渠道。")
    for letter, rule in zip("ABCDE", (day, name, amount, purpose, channel), strict=True):
        rule.errorTitle = _("请核对")
        page.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{_LAST_ROW}")


def _choices(words: Sequence[str]) -> DataValidation:
    # In a literal list commas part the words, quotes end it, and 255 characters are all there is room for.
    safe = [word.replace(",", " ").replace('"', "") for word in words]
    while len(",".join(safe)) > 250:
        safe.pop()
    return DataValidation(type="list", formula1=f'"{",".join(safe)}"', allow_blank=True)


def _write_guide(page: Any) -> None:
    page.append([_("栏目"), _("必填"), _("怎么填"), _("示例一"), _("示例二")])
    for column in COLUMNS:
        required = _("是") if column.required else _("否")
        page.append([str(column.header), required, str(column.guide), *(str(text) for text in column.examples)])
    page.append([])
    page.append([_("请把捐款逐行填在第一张工作表里，从第 2 行开始，不要改动第 1 行的表头。")])
    page.append([_("可以在最后加一行“合计”，导入时会核对合计与各行之和。")])
    page.append([_("两笔完全相同的捐款请写两行。退款和更正不写在清单里，请对原记录办理冲正。")])
    for at, width in enumerate((14, 8, 60, 24, 24)):
        page.column_dimensions["ABCDE"[at]].width = width
    for row in page.iter_rows(min_row=1, max_row=len(COLUMNS) + 1):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.number_format = "@"
    for cell in page[1]:
        cell.font = Font(bold=True)
