"""Words of statements: literal tables to match against, not text shown to anyone."""

import re
from typing import Final

from reconciliation.choices import LineKind

# Headers by field, for guessing the columns of a layout that a person then confirms; after `cells.squeeze`.
GUESSES: Final[dict[str, tuple[str, ...]]] = {
    "occurred": (r"(交易|记账|入账|发生)?(日期|时间|日)", r"(交易|记账)?日期时间"),
    "income": (r"(记账金额|交易金额|发生额|金额)?(收入|贷方|存入|转入|收方)(金额|发生额|额)?元?",),
    "expense": (r"(记账金额|交易金额|发生额|金额)?(支出|借方|支取|转出|付方)(金额|发生额|额)?元?",),
    "amount": (r"(交易|发生|记账)?(金额|额)万?元?",),
    "direction": (r"收支(类型|标志)?|借贷(标志|方向)?|收付标志|交易方向",),
    "balance": (r"(账户|当前|本次|交易后)?余额万?元?",),
    "payer": (r"(对方|付款|收款|交易对)(人|方|手|单位|账户)*(户名|名称|姓名)?", r"对手户名"),
    "payer_account": (r"(对方|付款|收款|对手)(人|方|单位)?(账号|账户|卡号|帐号)",),
    "summary": (r"摘要|交易类型|业务类型|交易摘要",),
    "remark": (r"备注|附言|用途|交易附言|交易说明|说明",),
    "reference": (r"(交易|银行|核心|业务|柜员)?(流水号?|订单号|单号|交易号)|凭证号码?",),
    "currency": (r"(记账|交易)?(币种|货币)",),
}

IN_MARKS: Final = frozenset({"收入", "收", "贷", "贷方", "入账", "转入", "c", "credit", "+", "已收入"})
OUT_MARKS: Final = frozenset({"支出", "支", "借", "借方", "出账", "转出", "d", "debit", "-", "已支出"})
NEUTRAL_MARKS: Final = frozenset({"不计收支", "/", "中性交易", "其他", ""})
# Trades that did not take place. A refund is another thing: it has a line of its own.
CLOSED: Final = re.compile(r"关闭|失败|撤销|已取消|未支付|等待付款|待付款")
TOTAL_ROW: Final = re.compile(r"(人民币)?(合计|总计|共计)(金额)?")

PERIOD: Final = re.compile(
    r"起始(?:时间|日期)[:：]?\[?\s*([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2}).{0,40}?"
    r"(?:终止|截止|结束)(?:时间|日期)[:：]?\[?\s*([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})"
)
DECLARED_COUNT: Final = re.compile(r"共\s*([0-9][0-9,]*)\s*笔记录")
DECLARED_SUM: Final = re.compile(
    r"(收入|支出|不计收支|中性交易)[:：]\s*([0-9][0-9,]*)笔\s*[¥￥]?([0-9][0-9,]*(?:\.[0-9]+)?)元"
)
ACCOUNT_LINE: Final = re.compile("(?:卡号|账号|帐号|账户号?)[:：]\\s*([0-9*\uff0axX ]{6,40})")
# Hidden figures of a balance, and the minus signs that files use.
HIDDEN: Final = re.compile("[*\uff0axX]")
MINUS_SIGNS: Final = ("-", "\u2212", "\uff0d")
SERVICE_FEE: Final = re.compile(r"服务费[¥￥]?([0-9]+(?:\.[0-9]{1,2})?)")
TIME: Final = re.compile(r"([0-2][0-9]):([0-5][0-9])(?::([0-5][0-9]))?")

_INTEREST = r"利息|结息|付息|季息"
_FEES = r"手续费|工本费|年费|服务费|短信费|管理费|账户维护|汇费|邮电费"
_OWN = r"内部转账|同名转账|同名划转|账户互转|资金归集|转存|赎回|理财|零钱通|余额宝|提现|充值|信用卡还款|自动还款|还款"
# What a line is by its words, the surest first; the first that is found decides. In doubt money that comes in is a gift
# and money that goes out a payment: whether it is one is then a person's decision.
IN_WORDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (LineKind.REVERSAL.value, re.compile(r"冲正|抹账")),
    (LineKind.REFUND_IN.value, re.compile(r"退款|退汇|退票|退回|返还")),
    (LineKind.INTEREST.value, re.compile(_INTEREST)),
    (LineKind.SETTLEMENT.value, re.compile(r"结算款|商户结算|清算款|T\+1结算|平台结算")),
    (LineKind.OWN_TRANSFER.value, re.compile(_OWN)),
    (LineKind.OTHER.value, re.compile(r"工资|返现|租金|代扣")),
)
OUT_WORDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (LineKind.REVERSAL.value, re.compile(r"冲正|抹账")),
    (LineKind.FEE.value, re.compile(_FEES)),
    (LineKind.REFUND_OUT.value, re.compile(r"退款|退还|退捐")),
    (LineKind.OWN_TRANSFER.value, re.compile(_OWN)),
)
TRANSFER_PAYER: Final = re.compile(r"红十字会$")

# Which lines of a platform move the money on the account itself, and not on a bank card or a money fund beside it.
WALLET_METHODS: Final = frozenset({"", "/", "余额", "零钱", "账户余额"})
WECHAT_NEUTRAL: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"转入零钱通-来自零钱"), "out"),
    (re.compile(r"零钱通转出-到零钱"), "in"),
    (re.compile(r"转入零钱通|零钱通转出"), "none"),
    (re.compile(r"零钱提现|^提现"), "out"),
    (re.compile(r"充值"), "in"),
)
ALIPAY_NEUTRAL: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"余额提现|提现|转出到银行卡"), "out"),
    (re.compile(r"充值|转入到余额|余额宝.*转出到余额|退款"), "in"),
    (re.compile(r"余额.*转入余额宝|还款"), "out"),
)
