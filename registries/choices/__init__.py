"""Literal tables of the registries: consents, wishes, how they come and go."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How somebody made a registration or changed it (宁波市遗体捐献条例 Art. 10)."""

    COUNTER = "counter", _("本人到场")
    HOME = "home", _("上门办理")
    PROXY = "proxy", _("委托他人")
    ONLINE = "online", _("本人网上办理")


class ConsentSubject(models.TextChoices):
    """What somebody consents to, each by itself (个人信息保护法 Arts. 14, 29)."""

    REGISTRATION = "registration", _("登记和保管身份、联系方式")
    SENSITIVE = "sensitive", _("登记意愿、健康等敏感个人信息")
    CONTACT = "contact", _("今后回访联系")
    TRANSFER = "transfer", _("报送全国登记系统")
    STEM_KEEP = "stem_keep", _("造血干细胞：登记和保管身份、联系方式")
    STEM_HEALTH = "stem_health", _("造血干细胞：登记健康询问等敏感个人信息")
    STEM_JOIN = "stem_join", _("造血干细胞：自愿加入，采集血样")
    STEM_TRANSFER = "stem_transfer", _("造血干细胞：血样和资料报送全国资料库")
    STEM_CONTACT = "stem_contact", _("造血干细胞：相合、核对和随访时联系")


# Of wishes and of stem cells apart: what is taken back with the one leaves the other standing.
WISH_CONSENTS: frozenset[str] = frozenset(
    {ConsentSubject.REGISTRATION, ConsentSubject.SENSITIVE, ConsentSubject.CONTACT, ConsentSubject.TRANSFER}
)
STEM_CONSENTS: tuple[str, ...] = (
    ConsentSubject.STEM_KEEP,
    ConsentSubject.STEM_HEALTH,
    ConsentSubject.STEM_JOIN,
    ConsentSubject.STEM_TRANSFER,
    ConsentSubject.STEM_CONTACT,
)
# Without the others nobody is kept, examined or reported as a donor: who takes one of them back leaves (个人信息保护法
# Art. 16). To be rung is apart.
FREE_STEM_CONSENTS: frozenset[str] = frozenset({ConsentSubject.STEM_CONTACT})
# Without these nothing is registered; the others are free.
NEEDED_CONSENTS: frozenset[str] = frozenset({ConsentSubject.REGISTRATION, ConsentSubject.SENSITIVE})


# The version of a consent that was given on a paper of before the portal: the text is the paper's own.
PAPER_VERSION = "paper-1"


class ConsentAct(models.TextChoices):
    """That a consent was given, or taken back."""

    GIVEN = "given", _("同意")
    WITHDRAWN = "withdrawn", _("撤回同意")


class WishStatus(models.TextChoices):
    """States of a registered wish; only one that is in force counts.

    One of somebody who died stays in force, since the gift rests on it, until nothing rests on it any more
    (services/departed_ending.py).
    """

    IN_FORCE = "in_force", _("有效")
    REPLACED = "replaced", _("已变更")
    WITHDRAWN = "withdrawn", _("已撤回")
    DEPARTED = "departed", _("本人已故，期满终止")


WISH_TRANSITIONS: dict[str, frozenset[str]] = {
    WishStatus.IN_FORCE: frozenset({WishStatus.REPLACED, WishStatus.WITHDRAWN, WishStatus.DEPARTED}),
    WishStatus.REPLACED: frozenset(),
    WishStatus.WITHDRAWN: frozenset(),
    WishStatus.DEPARTED: frozenset(),
}


class Stance(models.TextChoices):
    """What somebody declares (人体器官捐献和移植条例 Arts. 8, 9); a refusal binds everybody."""

    DONATE = "donate", _("愿意捐献")
    REFUSE = "refuse", _("不同意捐献")


class Item(models.TextChoices):
    """What a wish is about. Organs as in 人体器官捐献和移植条例 Art. 2; cornea, tissue and body have other rules."""

    ALL_ORGANS = "all_organs", _("全部器官")
    HEART = "heart", _("心脏")
    LUNG = "lung", _("肺脏")
    LIVER = "liver", _("肝脏")
    KIDNEY = "kidney", _("肾脏")
    PANCREAS = "pancreas", _("胰腺")
    INTESTINE = "intestine", _("小肠")
    CORNEA = "cornea", _("眼角膜")
    TISSUE = "tissue", _("其他组织")
    BODY = "body", _("遗体")


# 宁波市遗体捐献条例 Art. 10 lets these be registered by somebody else on the person's behalf; organs have no such rule.
BY_PROXY: frozenset[str] = frozenset({Item.CORNEA, Item.BODY})
SINGLE_ORGANS: frozenset[str] = frozenset(
    {Item.HEART, Item.LUNG, Item.LIVER, Item.KIDNEY, Item.PANCREAS, Item.INTESTINE}
)


class Purpose(models.TextChoices):
    """What a gift may be used for."""

    TRANSPLANT = "transplant", _("移植救治")
    TEACHING = "teaching", _("医学教学")
    DISSECTION = "dissection", _("临床解剖")
    RESEARCH = "research", _("医学科研")


# What a body is given for; the law knows no other use of one (宁波市遗体捐献条例 Art. 4).
BODY_PURPOSES: frozenset[str] = frozenset({Purpose.TEACHING, Purpose.DISSECTION, Purpose.RESEARCH})
# Where a form that gives a body or corneas has to name executor and receiving unit, and one that gives a body what
# becomes of it afterwards, by the beginning of the branch's code (宁波市遗体捐献条例 Arts. 2, 3, 11). Corneas alone
# leave the body to the executor (Art. 15).
FORM_DUTIES: frozenset[str] = frozenset({"3302"})


class Executor(models.TextChoices):
    """Who sees to it that the wish is carried out (宁波市遗体捐献条例 Art. 12)."""

    SPOUSE = "spouse", _("配偶")
    CHILD = "child", _("成年子女")
    PARENT = "parent", _("父母")
    KIN = "kin", _("其他近亲属")
    FRIEND = "friend", _("关系密切的其他人")
    EMPLOYER = "employer", _("所在单位")
    COMMITTEE = "committee", _("居（村）民委员会")
    HOME = "home", _("养老机构等单位")


class Sex(models.TextChoices):
    """As the registration form asks."""

    FEMALE = "female", _("女")
    MALE = "male", _("男")
