"""What a coordinator says and checks at each kind of contact: literal, gentle, for paper as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from registries.choices.contacts import ContactReason


@dataclass(frozen=True)
class Script:
    """How to begin, what to check, how to end; `never` is what is not said."""

    opening: Any
    checks: tuple[Any, ...]
    closing: Any
    never: tuple[Any, ...]


# True of every contact.
ALWAYS_CHECKS: tuple[Any, ...] = (
    _("先确认接电话的是本人；不是本人的，只说“红十字会，请他方便时回电”，不说是什么事。"),
    _("先问“现在方便说话吗”；不方便的，约好时间再打。"),
)
_NO_PRESSURE = _("不催促、不劝说；本人随时可以改变主意，不用说理由。")
_NO_LINK = _("不说受者或捐献者一方的任何情况，也不打听。")

SCRIPTS: dict[str, Script] = {
    ContactReason.UPKEEP: Script(
        opening=_("您好，我是红十字会的协调员。您在我们这里有过登记，今天打给您，只是核对一下联系方式还对不对。"),
        checks=(
            _("手机号、住址有没有变；变了的，请本人到“我的登记”里改，或到本会窗口改。"),
            _("以后还愿不愿意接到我们的联系；不愿意的，马上记下，以后不再打。"),
            _("本人想变更或撤回的，说明怎么办，不问理由。"),
        ),
        closing=_("谢谢您一直记得这件事。有什么想问的，随时打给我们。"),
        never=(_NO_PRESSURE,),
    ),
    ContactReason.FOLLOW_UP: Script(
        opening=_("您好，我是红十字会的协调员。捐献以后您身体怎么样？我们一直惦记着您。"),
        checks=(
            _("睡眠、饮食、体力怎么样；有没有哪里不舒服。"),
            _("有不舒服的，请本人尽快去采集医院复查，并告诉本会负责人。"),
            _("复查做了没有；费用、误工有没有没办完的。"),
            _("下一次回访的日子，和本人商量着定。"),
        ),
        closing=_("谢谢您。您做的事很了不起，照顾好自己。"),
        never=(_NO_LINK, _("不下诊断、不给用药意见，请本人问医生。")),
    ),
    ContactReason.REMOBILISE: Script(
        opening=_("您好，我是红十字会的协调员。您以前报名当过造血干细胞捐献志愿者，现在有一位患者可能和您配型相合。"),
        checks=(
            _("本人还记不记得报名的事；不记得的，慢慢说明。"),
            _("近来身体怎么样，有没有怀孕、生病、用药；只记“是否适合继续”，病情不写进备注。"),
            _("说清后面的步骤：再抽一次血、体检、采集；每一步都可以停下。"),
            _("说清停下的后果：患者开始预处理以后再停，会有生命危险；所以请现在想清楚，和家人商量。"),
            _("给几天考虑，约好再联系的日子。"),
        ),
        closing=_("不管您怎么决定，我们都谢谢您。您慢慢想，我改天再打给您。"),
        never=(_NO_PRESSURE, _NO_LINK),
    ),
    ContactReason.CARE: Script(
        opening=_("您好，我是红十字会的协调员。今天没有别的事，就是想问候您和家里人。"),
        checks=(
            _("家里人最近怎么样，有没有难处；多听，少说。"),
            _("减免、抚恤、优先等事项办到哪一步，有没有要帮着办的。"),
            _("愿不愿意参加缅怀活动；不愿意的，不再提。"),
            _("有需要救助或心理支持的，告诉本会负责人。"),
        ),
        closing=_("请多保重。有什么需要，随时找我们。"),
        never=(_NO_LINK, _("不提宣传、采访；家属自己愿意的，另找时间谈。")),
    ),
    ContactReason.RECOVER: Script(
        opening=_("您好，我是红十字会的工作人员，想找一位多年前在我们这里登记过的朋友，不知道是不是打对了？"),
        checks=(
            _("号码已换人的：道歉，记“号码不对”，不再打这个号码。"),
            _("找到本人的：核对联系方式，问愿不愿意继续；愿意的，改好联系方式。"),
            _("登记时留了联系人的，按登记时的同意去问；只请对方转告回电。"),
        ),
        closing=_("谢谢您，打扰了。"),
        never=(_("不对别人说登记的是什么。"), _NO_PRESSURE),
    ),
    ContactReason.VISIT: Script(
        opening=_("您好，我是红十字会的协调员。又过了一年，打给您问个好，也看看登记的内容还要不要改。"),
        checks=(
            _("近来可好；高龄、独居的，问问有没有要帮忙的。"),
            _("联系方式、执行人有没有变；变了的，告诉本人怎么办理变更。"),
            _("登记“不同意捐献”的，只问好和核对联系方式，不谈捐献。"),
            _("家里人知不知道这份登记；愿意的，请本人再和家人说一说。"),
        ),
        closing=_("谢谢您。祝您和家人都好。"),
        never=(_NO_PRESSURE,),
    ),
    ContactReason.STEP: Script(
        opening=_("您好，我是红十字会的协调员。您这边有一步手续要办，打给您约个时间。"),
        checks=(
            _("说清这一步是什么、要带什么、在哪里办、大概多久。"),
            _("问本人方便的时间和是否需要接送、上门。"),
            _("本人想停一停的，记下，不催。"),
        ),
        closing=_("好的，那我们到时候见。有变化随时打给我。"),
        never=(_NO_PRESSURE, _NO_LINK),
    ),
}
