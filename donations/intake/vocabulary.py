"""Words by which a donation list is recognised: literal tables, no logic.

The words stand in the files of associations, banks and payment platforms. They are data to match against, not text
shown to anyone, and so are not translated. Header words are matched after `cells.squeeze` (NFKC, without spaces,
punctuation and the unit in brackets).
"""

import re
from typing import Final

# A field of a row → patterns of its header, the surest first. The first pattern that matches wins over later ones
# when two columns claim the same field (到账金额 before 金额 before 认捐金额).
HEADER_PATTERNS: Final[dict[str, tuple[str, ...]]] = {
    "sequence": (r"序号?|编号|顺序号?|行号|no", r"序列号|号码"),
    "received_on": (
        r"(到账|入账|收款|接收|接受|受赠)(日期|时间|日)",
        r"(捐赠|捐款|捐献)(日期|时间|年月日|日)",
        r"(交易|付款|转账|记账|汇款|支付|登记|创建|缴款|交款)(日期|时间|日)",
        r"(日期|时间|年月日)(时间)?",
    ),
    "donor": (
        r"(爱心)?(捐赠|捐款|捐献|捐助|认捐|捐资)(单位|姓名|个人|人|者|方|企业|机构|团体|名称|户名|全称|及|或|和|与)+",
        r"(对方|付款|汇款|转账|交款|缴款|打款|存款)(人|方|单位|账户|个人|户)*(户名|名称|姓名|全称|账户名称?)",
        r"交易对(方|手)(名称|户名)?|对手(户名|名称)",
        r"(付款|汇款|转账|交款|缴款|打款|存款)(人|方|单位|者|单位个人|个人单位)",
        r"(单位|个人|姓名|名称|企业)(及|或|和|与)?(单位|个人|姓名|名称|企业)*(名称|姓名)?",
        r"户名|昵称|客户名称|支持者|爱心(人士|企业|单位|个人)+",
    ),
    "amount": (
        r"(实际)?(到账|实收|实到|入账)(总)?(金额|款额|数额|额)",
        r"(捐赠|捐款|捐献|捐资|善款)(总)?(金额|款额|数额|额|款数|数目|数|资金)",
        r"(交易|收款|转账|付款|支付|订单|汇款|记账|发生)?(金额|款额|数额)(合计|小计)?",
        r"捐款|善款|人民币|资金|发生额",
        r"(认捐|承诺|意向)(金额|额)",
    ),
    "income": (
        r"(记账金额|入账金额)(收入|贷方)",
        r"(交易金额|金额|发生额)(收入|贷方)",
        r"(收入|贷方|存入|收方|转入)(金额|发生额|额)?",
    ),
    "expense": (
        r"(记账金额|入账金额)(支出|借方)",
        r"(交易金额|金额|发生额)(支出|借方)",
        r"(支出|借方|支取|付方|转出)(金额|发生额|额)?",
    ),
    "purpose": (
        r"(捐赠|捐款|资金|使用|指定|定向)?(用途|意向|意愿|方向)(项目|说明)?",
        r"(是否)?定向(非定向)?|定向或非定向",
        r"(捐赠|捐款)?项目(名称)?",
    ),
    "remark": (
        r"备注(说明|信息)?|附言|(交易|客户|转账|汇款)附言|(捐赠|捐款)?留言",
        r"交易备注|说明|摘要说明",
    ),
    "detail": (r"商品(说明|名称)?|交易详情",),
    "summary": (r"摘要|交易类型|交易分类|业务类型|交易摘要",),
    "channel": (
        r"(捐赠|捐款|来源|收款|支付|付款|收付款|缴款)?(渠道|方式)(名称)?",
        r"交易渠道|交易场所|收款账户|来源",
    ),
    "reference": (
        r"(银行|交易|业务|支付|平台)?(流水号?|订单号|单号|交易号)",
        r"(商户|商家)(订单号|单号)|凭证号码?",
    ),
    "receipt_number": (r"(捐赠|公益事业捐赠)?(票据|收据|发票)(号码?|编号|代码)?",),
    "direction": (r"收支|收支(类型|标志)|借贷(标志|方向)?|收付标志|交易方向",),
    "currency": (r"(记账|交易)?(币种|货币)",),
    "status": (r"(交易|当前|订单|支付)?状态",),
}

# Words that only a list of goods has in its header: one strong word, or two weak ones.
GOODS_STRONG: Final = re.compile(
    r"(品名|物资|物品|货物|产品|药品)(名称|品名|种类|明细|规格)?|(捐赠|接收|发放)(物资|物品)(名称|明细)?|折算金额|折价|物资价值"
)
GOODS_WEAK: Final = re.compile(r"规格(型号)?|型号|计量单位|数量(总计|合计)?|件数|单价|生产厂家|生产日期|有效期")

TOTAL_INITIALS: Final = frozenset("合总共小累本以人全")
# A cell that says "total" and nothing else but figures, units and a colon; squeezed text, digits and . kept.
TOTAL_LABEL: Final = re.compile(
    r"(?P<scope>本页|本期|本次|本日|本月|当日|以上|人民币|全部|捐款|捐赠|全省|收入)*"
    r"(?P<word>合计|总计|共计|小计|总额|总金额|总数|总和|累计)"
    r"(金额|捐款|捐赠|人民币|收入|为|款|数|大写|小写)*"
    r"(?P<rest>([¥￥]?-?[0-9][0-9,.]*(万元|千元|元|万|人次|笔|条|人|家|户|个|份)?)*)"
)
SUBTOTAL_WORDS: Final = frozenset({"小计"})
GRAND_WORDS: Final = frozenset({"总计", "总金额", "总额", "总和"})
# 本页合计 is a subtotal although its word is 合计.
SUBTOTAL_SCOPES: Final = frozenset({"本页", "本日", "当日"})

DECLARED_COUNT: Final = re.compile(r"(?<![0-9.])([0-9][0-9,]*)(?:人次|笔|条|家|户|人|份)")
DECLARED_TOTAL: Final = re.compile(
    r"(?:合计|总计|共计|总额|总金额|金额)[^0-9¥累]{0,6}[¥￥]?([0-9][0-9,]*(?:\.[0-9]+)?)(万元|千元|元)"
)
INCOME_LINE: Final = re.compile(r"收入:?([0-9][0-9,]*)笔[,，]?[¥￥]?([0-9][0-9,]*(?:\.[0-9]+)?)元")
CUMULATIVE: Final = re.compile(r"累计|截[至止].{0,20}共")

UNIT: Final = re.compile(r"(百万元|万元|千元|元|亿元)")
UNIT_LINE: Final = re.compile(r"单位[:：]?(?:人民币)?[(]?(百万元|万元|千元|亿元|元|美元|港元|港币|欧元|日元|USD|HKD)")
UNIT_FACTORS: Final[dict[str, str]] = {
    "元": "1",
    "千元": "1000",
    "万元": "10000",
    "百万元": "1000000",
    "亿元": "100000000",
}
FOREIGN_UNITS: Final = re.compile(r"美元|港元|港币|欧元|日元|英镑|澳门元|新台币|USD|HKD|EUR|JPY|GBP", re.IGNORECASE)
DOMESTIC_CURRENCY: Final = frozenset({"", "人民币", "cny", "rmb", "元", "人民币元", "156"})

SAME_AS_ABOVE: Final = frozenset({"同上", "〃", "″", "”", '"', "''", "\u2032\u2032", "--〃--", "如上", "仝上", "々"})
EMPTY_MARKS: Final = frozenset({"/", "-", "--", "—", "——", "无", "\\", "空", "n/a", "null", "none", "#n/a"})

# Matched from the start of a cell after NFKC. Roles need their colon: 会计师事务所 is a giver.
NOTE_START: Final = re.compile(
    r"(备注|注|附注|说明)\s*[:;0-9、.]"
    r"|(制表|审核|复核|填报|填表|经办|联系|监督|出纳|会计|负责)(人|员|单位|日期|时间|电话|方式)?\s*:"
    r"|以上(为|均|即|共|是|数据|名单|捐)|(数据)?截[至止]|特此|温馨提示"
    r"|第\s*[0-9]+\s*页|页码|(打印|导出|制表)(时间|日期)"
)
SECTION: Final = re.compile(
    r"([一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十0-9]+[批期部]).*"
    r"|.*(名单|明细|如下|清单|公示表|一览表)[:：]?|.*[:：]"
)

# --- who gave -------------------------------------------------------------------------------------------------------
ANONYMOUS: Final = re.compile(
    r"(一?[位名个]?(爱心|热心|好心|善心)(人士?|市民|网友|群众|居民|读者|企业|单位|企业个人|团体)?|无名(氏|人士?)?|匿名(者|人士?|捐赠|用户)?|"
    r"佚名|隐名|不(愿|便)?(透露|留|具|署)(姓)?名(者|人士)?|未(留|署|具|知)姓?名|不详|散客|现金散捐|零散捐款|募捐箱)(捐款|捐赠)?"
)
ANONYMOUS_HINT: Final = re.compile("[爱热好善]心|名|不详|散|募捐箱")
TEST_LIKE: Final = re.compile(r"测试|试用|test|demo|虚拟用户|asdf|^[0-9]+$", re.IGNORECASE)

# An organisation's name ends in one of these. The end counts, not the middle: 某某公司张三 is a person.
ORGANISATION_END: Final = re.compile(
    r"(公司|集团|企业|银行|支行|分行|储蓄所|信用社|合作社|事务所|工作室|经营部|经销处|经销部|营业部|项目部|门市部|批发部|服务部|"
    r"商行|典当行|商店|商城|商场|超市|酒店|宾馆|饭店|餐厅|药店|药房|书店|珠宝店|[0-9一-龥]{4,}店|加工厂|工厂|[一-龥]{3,}厂|"
    r"医院|卫生院|诊所|门诊部|疾控中心|中心|大学|学院|学校|中学|小学|高中|初中|幼儿园|托儿所|党校|技校|职校|[一-龥]{3,}[一二三四五六七八九十]中|"
    r"协会|学会|商会|工会|公会|行会|联合会|联谊会|促进会|研究会|同乡会|校友会|老乡会|基金会|红十字会|慈善会|慈善总会|志愿者协会|"
    r"委员会|居委会|村委会|管委会|组委会|人大常委会|政协|理事会|妇联|工商联|文联|残联|侨联|团委|党委|党组|支部|总支|学生会|教会|佛教会|"
    r"政府|人民政府|办事处|街道办|街道|办公室|公安局|派出所|法院|检察院|(财政|税务|林业|水利|教育|民政|卫生|卫健|交通|环保|工商|供电|邮政|"
    r"气象|地震|统计|审计|人社|住建|城管|农业|文化|文旅|体育|商务|粮食|档案|信访|司法|市场监管|应急管理|自然资源|生态环境|海关|海事|烟草)局|"
    r"管理局|总局|分局|总站|车站|研究院|研究所|设计院|科学院|图书馆|博物馆|文化馆|纪念馆|会馆|档案馆|敬老院|福利院|养老院|剧院|影院|"
    r"部队|支队|大队|总队|中队|武警|军区|寺院|寺庙|禅寺|教堂|清真寺|道观|[一-龥]{3,}寺|俱乐部|联盟|总会|分会|总部|村民小组|社区|管理处|管理所|服务站|"
    r"[一-龥]{5,}[局厂社会院部所处馆站场队园团])$"
)
# The last characters of all the endings above: most names are done with after one look.
ORGANISATION_LAST: Final = frozenset(
    "司团业行所社室部处店城场市楼馆厅房厂院心学中园校会协盟政委联组支府办道局站队警区寺庙堂观总里部"
)
SHORT_ORGANISATION_END: Final = re.compile(
    r"(财政|税务|林业|水利|教育|民政|卫生|公安|交通|司法|审计|统计|气象|商务|体育|信访)局$"
)
ORGANISATION_END_LATIN: Final = re.compile(
    r"\b(ltd|limited|inc|corp|corporation|company|co|llc|gmbh|plc|foundation|association|university|hospital|school|bank|group|society|club|church)\.?$",
    re.IGNORECASE,
)
# What may follow an organisation's name without making a person of it.
COLLECTIVE_TAIL: Final = re.compile(
    r"(及|和|与|暨)?(其)?(全体|全校|部分|各)*(员工|职工|干部职工|干部|师生|教职工|教职员工|学生|同仁|会员|党员|同事|居民|村民)(们)?$|(爱心)?(捐款|捐赠|善款)$"
)
LEGAL_FORM_IN_BRACKETS: Final = frozenset(
    {"有限合伙", "普通合伙", "特殊普通合伙", "集团", "个人独资", "个体工商户", "控股"}
)

PASS_THROUGH: Final = re.compile(
    r"(?P<via>.{1,200}?)\s*(?:代?转来|代?转入|代?转交|代为转交|代?转捐|代为捐赠|代为捐款|代表|代替|受托代)\s*(?P<giver>.+?)(?:的)?(?:捐款|捐赠|善款|款项|款)?"
)
PASS_THROUGH_SHORT: Final = re.compile(
    r"(?P<via>[^代转（(]{2,60})(?:转|(?<![现时当世年古后近三新历隔])代(?![理表码言步号销工]))(?P<giver>[^代转]{2,60}?)(?:捐款|捐赠|捐|款)?"
)
BRACKETED: Final = re.compile(r"(?P<outer>[^（()）]{2,80})[（(](?P<inner>[^（()）]{1,80})[)）]")
FOR_SOMEONE: Final = re.compile(r"(?:代|替|代表)(?P<giver>.{2,}?)(?:捐款|捐赠|捐)?")
BY_SOMEONE: Final = re.compile(
    r"(?:经办人?|由|经)?[:：]?(?P<via>.{2,}?)(?:代捐|代转|转来|转交|代办|经办|代缴|代交|代|转)|(?:经办人?|代捐人)[:：]?(?P<agent>.{2,})"
)

# --- what for -------------------------------------------------------------------------------------------------------
EARMARK: Final = re.compile(
    r"定向|指定|用于|用作|专用|专款|专项|建设|支援|支持|援助|援建|资助|购买?|采购|捐给|捐赠?给|捐献于|送给|转至|^给|各[0-9]+万|[0-9]万元?"
    r"|防控|防治|防疫|抗疫|疫情|救灾|赈灾|灾区|救助|助学|助医|助困|医护|医院|口罩|防护"
)
NOT_EARMARKED: Final = re.compile(r"^(非|不|无|未)(定向|指定|限定).*$|^(否|一般捐赠|无意向|无指定)$")
BARE_EARMARK: Final = re.compile(r"^(其中[0-9.,万元]*)?(定向|是)(捐款|捐赠|用途)?$")
SEVERAL_EARMARKS: Final = re.compile(r"[0-9](万|元).*[0-9](万|元)|各[0-9.,]+(万|元)|其中[^,，]{0,20}[0-9.,]+(万|元)")
ALREADY_SHOWN: Final = re.compile(r"已公示|已公布|已公开|重复公示|前期已|补录")

# --- lines of a statement that are no gift --------------------------------------------------------------------------
NOT_A_GIFT: Final = re.compile(
    r"利息|结息|付息|手续费|工本费|年费|管理费|账户维护|退款|退汇|冲正|返现|返还|工资|赎回|理财|提现|充值|还款|内部转账|同名转账|零钱通"
)
CLOSED_STATUS: Final = re.compile(r"关闭|失败|撤销|已退款|全额退款|退款成功|未支付|等待付款|已取消")
INCOME_MARKS: Final = frozenset({"收入", "收", "贷", "贷方", "入账", "转入", "c", "credit", "+", "已收入"})
