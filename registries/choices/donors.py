"""Literal tables of stem-cell donors: ages, terms, health questions, states, steps (docs/registries-donors.md)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registries.choices.contacts import ContactReason

# Whole years on the day of signing; after joining one may give until the day before the last birthday named here.
YOUNGEST_AGE, OLDEST_AGE, GIVING_ENDS_AGE = 18, 45, 55
# Days between joining and the sample, in which anybody may think it over.
REFLECTION_DAYS = 7
# How long before the last birthday somebody stands in the list of those who age out.
AGEING_NOTICE_DAYS = 183
KIN_COUNT = 2
# Days of the mobilising drug before a collection.
DRUG_DAYS_LEAST, DRUG_DAYS_MOST = 4, 5
# After a collection: days, then months; once these are over every year.
FOLLOW_UP_DAYS: tuple[int, ...] = (7,)
FOLLOW_UP_MONTHS: tuple[int, ...] = (1, 6, 12)
# A month after somebody left: time for a slip of the hand to be put right, no more (个人信息保护法 Art. 47).
LEFT_DAYS = 30


class DonorStatus(models.TextChoices):
    """States of a donor; the last five have left, of whom the lost may be found again."""

    ENROLLED = "enrolled", _("已报名")
    SAMPLED = "sampled", _("已采样")
    SENT = "sent", _("已送检")
    TYPED = "typed", _("已入库")
    MATCHED = "matched", _("初配相合")
    REMOBILISING = "remobilising", _("再动员")
    HIGH_RES = "high_res", _("高分辨复核")
    MEDICAL = "medical", _("健康体检")
    SCHEDULED = "scheduled", _("已定捐献日期")
    MOBILISING = "mobilising", _("注射动员剂")
    COLLECTED = "collected", _("采集完成")
    FOLLOW_UP = "follow_up", _("随访")
    AGED = "aged", _("年龄退库")
    HEALTH = "health", _("健康退库")
    WISH = "wish", _("自愿退库")
    DECEASED = "deceased", _("已故退库")
    LOST = "lost", _("失联")


ENDED: frozenset[str] = frozenset({DonorStatus.AGED, DonorStatus.HEALTH, DonorStatus.WISH, DonorStatus.DECEASED})
IN_FORCE: frozenset[str] = frozenset(DonorStatus.values) - ENDED
_S = DonorStatus
# Any of these ends it from wherever somebody stands.
_ENDS = ENDED
DONOR_TRANSITIONS: dict[str, frozenset[str]] = {
    _S.ENROLLED: _ENDS | {_S.SAMPLED, _S.LOST},
    # Back to joining where a bag was spoilt and another sample is needed.
    _S.SAMPLED: _ENDS | {_S.SENT, _S.ENROLLED},
    _S.SENT: _ENDS | {_S.TYPED, _S.ENROLLED},
    _S.TYPED: _ENDS | {_S.MATCHED, _S.LOST},
    # Who has given goes back to being followed up, not into the library; from being asked on, also the second time.
    _S.MATCHED: _ENDS | {_S.REMOBILISING, _S.TYPED, _S.FOLLOW_UP, _S.LOST},
    _S.REMOBILISING: _ENDS | {_S.HIGH_RES, _S.MEDICAL, _S.TYPED, _S.FOLLOW_UP, _S.LOST},
    _S.HIGH_RES: _ENDS | {_S.MEDICAL, _S.TYPED, _S.FOLLOW_UP},
    _S.MEDICAL: _ENDS | {_S.SCHEDULED, _S.TYPED, _S.FOLLOW_UP},
    # Lymphocytes are collected without a mobilising drug.
    _S.SCHEDULED: _ENDS | {_S.MOBILISING, _S.COLLECTED, _S.MEDICAL, _S.TYPED, _S.FOLLOW_UP},
    _S.MOBILISING: _ENDS | {_S.COLLECTED, _S.TYPED, _S.FOLLOW_UP},
    _S.COLLECTED: _ENDS | {_S.FOLLOW_UP},
    # Asked first, the second time as the first.
    _S.FOLLOW_UP: _ENDS | {_S.MATCHED, _S.LOST},
    # Found again: to where they had come (services/donors/leaving.py). A match comes also for who is lost.
    _S.LOST: _ENDS | {_S.ENROLLED, _S.TYPED, _S.FOLLOW_UP, _S.MATCHED},
    _S.AGED: frozenset(),
    _S.HEALTH: frozenset(),
    _S.WISH: frozenset(),
    _S.DECEASED: frozenset(),
}
# Steps that nobody takes while they are deferred.
NOT_WHILE_DEFERRED: frozenset[str] = frozenset(
    {_S.SAMPLED, _S.HIGH_RES, _S.MEDICAL, _S.SCHEDULED, _S.MOBILISING, _S.COLLECTED}
)
# Where the last birthday ends it: nobody is asked, examined or collected from after it.
NOT_WHEN_AGED: frozenset[str] = NOT_WHILE_DEFERRED | {_S.MATCHED, _S.REMOBILISING}
# Of these the last birthday is watched for; who has given is followed up past it.
AGEING: frozenset[str] = IN_FORCE - {_S.COLLECTED, _S.FOLLOW_UP}

# From a match to the collection: somebody of the staff goes along all the way.
ACCOMPANIED: frozenset[str] = frozenset(
    {_S.MATCHED, _S.REMOBILISING, _S.HIGH_RES, _S.MEDICAL, _S.SCHEDULED, _S.MOBILISING, _S.COLLECTED}
)
# Where a follow-up of what was given before is written down, also while a second giving is under way.
FOLLOWED: frozenset[str] = ACCOMPANIED | {_S.FOLLOW_UP}

# Where a contact planned by hand makes sense; who is lost is found first.
CONTACTS_MAKE_SENSE: dict[str, frozenset[str]] = {
    ContactReason.UPKEEP: IN_FORCE,
    ContactReason.STEP: IN_FORCE - {_S.LOST},
    ContactReason.VISIT: IN_FORCE - {_S.LOST},
    ContactReason.REMOBILISE: frozenset({_S.MATCHED, _S.REMOBILISING}),
    ContactReason.RECOVER: frozenset({_S.LOST, _S.MATCHED, _S.REMOBILISING}),
    ContactReason.FOLLOW_UP: frozenset({_S.COLLECTED, _S.FOLLOW_UP}),
}
# What nobody is rung about before the day until which they wait.
NOT_BEFORE_DEFERRAL: frozenset[str] = frozenset({ContactReason.STEP, ContactReason.REMOBILISE})


class Meaning(models.TextChoices):
    """What a yes to a health question means for joining."""

    ASK = "ask", _("先请医生确认")
    DEFER = "defer", _("暂缓一段时间")
    UNSUITABLE = "unsuitable", _("不适合加入")


@dataclass(frozen=True)
class HealthQuestion:
    """A question with yes or no, and what a yes means; `days` from the signing where it means a deferral."""

    code: str
    text: str | Promise
    meaning: str
    days: int = 0


# After the standard for blood donors (GB 18467-2011), which joining asks for although it is made for blood alone; what
# somebody is fit to give a doctor decides before the collection. No answer names anything else.
HEALTH_QUESTIONS: tuple[HealthQuestion, ...] = (
    HealthQuestion("infection", _("得过乙肝、丙肝、艾滋病、梅毒，或检查为阳性"), Meaning.UNSUITABLE),
    HealthQuestion("tumour", _("得过恶性肿瘤或白血病等血液病"), Meaning.UNSUITABLE),
    HealthQuestion("immune", _("得过红斑狼疮、类风湿等自身免疫性疾病"), Meaning.UNSUITABLE),
    HealthQuestion("organ", _("有严重的心、肺、肝、肾疾病，或做过器官移植"), Meaning.UNSUITABLE),
    HealthQuestion("chronic", _("有高血压、糖尿病、哮喘、癫痫等慢性病"), Meaning.ASK),
    HealthQuestion("medicine", _("正在长期服药"), Meaning.ASK),
    HealthQuestion("allergy", _("有过严重过敏"), Meaning.ASK),
    HealthQuestion("mother", _("怀孕、哺乳，或分娩未满一年、流产未满半年"), Meaning.DEFER, 365),
    HealthQuestion("transfusion", _("一年内输过血"), Meaning.DEFER, 365),
    HealthQuestion("tattoo", _("一年内纹身、穿耳"), Meaning.DEFER, 365),
    HealthQuestion("surgery", _("半年内做过手术"), Meaning.DEFER, 183),
    HealthQuestion("vaccine", _("四周内接种过疫苗"), Meaning.DEFER, 28),
    HealthQuestion("cold", _("一周内感冒、发烧或拉肚子"), Meaning.DEFER, 7),
)


class Relation(models.TextChoices):
    """Who somebody is to a donor that may be rung where the donor is not reached."""

    SPOUSE = "spouse", _("配偶")
    PARENT = "parent", _("父母")
    CHILD = "child", _("成年子女")
    SIBLING = "sibling", _("兄弟姐妹")
    KIN = "kin", _("其他亲属")
    FRIEND = "friend", _("朋友、同事")


class DeferralReason(models.TextChoices):
    """Why somebody waits; sealed in their row."""

    HEALTH_ANSWER = "answer", _("健康询问")
    ILLNESS = "illness", _("生病或服药")
    MOTHER = "mother", _("怀孕、哺乳")
    MEDICAL = "medical", _("体检暂不合格")
    AWAY = "away", _("外出、出国")
    PRIVATE = "private", _("本人有事")


class BatchStatus(models.TextChoices):
    """States of a batch of samples."""

    OPEN = "open", _("装箱中")
    SENT = "sent", _("已寄出")
    RECEIVED = "received", _("实验室已收")
    LOST = "lost", _("途中丢失")


BATCH_TRANSITIONS: dict[str, frozenset[str]] = {
    BatchStatus.OPEN: frozenset({BatchStatus.SENT}),
    BatchStatus.SENT: frozenset({BatchStatus.RECEIVED, BatchStatus.LOST}),
    BatchStatus.RECEIVED: frozenset(),
    BatchStatus.LOST: frozenset(),
}


class Verdict(models.TextChoices):
    """What the laboratory says of a bag; void is one that is destroyed unsent, because its giver left."""

    WAITING = "waiting", _("未回执")
    RECEIVED = "received", _("收到，合格")
    DAMAGED = "damaged", _("破损")
    INSUFFICIENT = "insufficient", _("量不足")
    MISSING = "missing", _("未收到，途中丢失")
    VOID = "void", _("作废，未寄")


LAB_VERDICTS: tuple[str, ...] = (Verdict.RECEIVED, Verdict.DAMAGED, Verdict.INSUFFICIENT, Verdict.MISSING)
# Another sample is needed; what the event of the donor says.
SAMPLE_AGAIN: dict[str, str] = {
    Verdict.DAMAGED: "sample_again",
    Verdict.INSUFFICIENT: "sample_again",
    Verdict.MISSING: "sample_lost",
}


class Answer(models.TextChoices):
    """What somebody says when they are asked after an initial match."""

    AGREE = "agree", _("同意继续")
    DECLINE = "decline", _("这次不捐，留在库里")
    NOT_REACHED = "not_reached", _("没有联系上")
    LAPSED = "lapsed", _("对方撤销查询")


class MedicalVerdict(models.TextChoices):
    """The outcome of a medical examination; its findings are not kept here."""

    FIT = "fit", _("合格")
    UNFIT = "unfit", _("不合格")
    DEFERRED = "deferred", _("暂缓")


class GiftKind(models.TextChoices):
    """What is collected."""

    STEM_CELLS = "stem_cells", _("造血干细胞")
    LYMPHOCYTES = "lymphocytes", _("淋巴细胞")


class FollowUpResult(models.TextChoices):
    """How a follow-up went; what is said of health is not kept here."""

    WELL = "well", _("恢复良好")
    REFERRED = "referred", _("已转医院随访")
    NOT_REACHED = "not_reached", _("没有联系上")


class ExpenseKind(models.TextChoices):
    """What is paid for a donor on the way; giving itself is unpaid."""

    TRAVEL = "travel", _("交通")
    ESCORT = "escort", _("陪同")
    LODGING = "lodging", _("食宿")
    LOST_WORK = "lost_work", _("误工补助")
    NUTRITION = "nutrition", _("营养补助")


class HonourKind(models.TextChoices):
    """What a donor is honoured with."""

    CERTIFICATE = "certificate", _("捐献荣誉证书")
    MEDAL = "medal", _("奖章")
    COUNTY = "county", _("县（市、区）表彰")
    CITY = "city", _("设区市表彰")
    PROVINCE = "province", _("省级表彰")
    NATIONAL = "national", _("全国表彰")


class EntryKind(models.TextChoices):
    """What is written about a donor's way and put right by a second row."""

    EXPENSE = "expense", _("费用补助")
    HONOUR = "honour", _("荣誉")
    ESCORT = "escort", _("陪同")


class ThereAct(models.TextChoices):
    """How far the national library is with somebody who left here."""

    TOLD = "told", _("已告知全国资料库，还没有回音")
    REMOVED = "removed", _("全国资料库已删除，有回执")
