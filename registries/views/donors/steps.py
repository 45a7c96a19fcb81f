"""The steps that a donor's page offers: literal, each with its words, its form and its one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.clock import today
from registries.choices.donors import (
    ACCOMPANIED,
    AGEING,
    DRUG_DAYS_LEAST,
    DRUG_DAYS_MOST,
    FOLLOWED,
    IN_FORCE,
    DonorStatus,
    MedicalVerdict,
)
from registries.forms.donors import steps as step_forms
from registries.models import Donor
from registries.selectors.contacts import contact_keepers
from registries.services.donors import giving, leaving, sampling, support
from registries.services.donors.assigning import assign_donor
from registries.services.donors.contacting import note_contact
from registries.services.donors.states import can_match

if TYPE_CHECKING:
    from accounts.models import User
    from registries.selectors.donor import DonorPage

S = DonorStatus
Text = str | Promise
Run = Callable[[Donor, dict[str, Any], "User"], Any]


@dataclass(frozen=True)
class DeskStep:
    """A step: what its button says, what it means, where it is offered; `group` is next, note or end.

    `is_due` says whether it is offered beyond its state; `asks` gives what follows from what was entered, where that
    is asked once more before it is done; `given` what the form needs to know of the donor.
    """

    label: Text
    lead: Text
    form: Callable[..., forms.Form]
    run: Run
    states: frozenset[str]
    group: str = "next"
    is_due: Callable[[Donor, DonorPage], bool] = lambda _donor, _page: True
    asks: Callable[[Donor, dict[str, Any]], list[Text]] = lambda _donor, _said: []

    given: Callable[[Donor], dict[str, Any]] = lambda _donor: {}
    # Offered of whoever is known to have died alone.
    is_for_departed: bool = False

    @property
    def tone(self) -> str:
        """How it is asked: what ends something warns."""
        return "warning" if self.group == "end" else "info"


def _by(service: Callable[..., Any], **fixed: Any) -> Run:
    return lambda donor, said, actor: service(donor_id=donor.pk, **fixed, **said, actor=actor)


def _may_be_sampled(donor: Donor, _page: DonorPage) -> bool:
    return donor.sample_from <= today() and not is_deferred(donor)


def _after_unfit(donor: Donor, said: dict[str, Any]) -> list[Text]:
    if said["verdict"] != MedicalVerdict.UNFIT:
        return []
    if giving.has_given(donor):
        return [
            _("本次捐献取消，这位志愿者以后不再捐献，不能恢复。"),
            _("以前捐献的随访照常进行，资料保留。"),
            _("只是暂时不能捐的，请返回选“暂缓”。"),
        ]
    return [
        _("这位志愿者就此健康退库，不能恢复；本次捐献一并取消。"),
        _("从所有名单和待联系里消失，满三十日销毁资料。"),
        _("只是暂时不能捐的，请返回选“暂缓”。"),
    ]


def _people_of(donor: Donor) -> dict[str, Any]:
    return {"people": contact_keepers(donor.branch)}


def is_deferred(donor: Donor) -> bool:
    """Whether somebody waits until a day that is still ahead."""
    return donor.deferred_until is not None and donor.deferred_until > today()


_DAY = step_forms.DayForm
# In the order in which a page shows them: the first that fits is the main one.
STEPS: dict[str, DeskStep] = {
    "sample": DeskStep(
        _("登记采样"), _("七天考虑期已过。再问一次本人是否愿意，核对袋号后登记。"), step_forms.SampleForm,
        _by(sampling.take_sample), frozenset({S.ENROLLED}), is_due=_may_be_sampled,
    ),
    "typed": DeskStep(
        _("登记入库"), _("全国资料库回告已入库。分型数据不在这里保存。"), _DAY, _by(sampling.note_typed),
        frozenset({S.SENT}),
    ),
    "ask": DeskStep(
        _("开始再动员"), _("先打电话：说明情况、解答疑问，由本人决定，不劝说。"), _DAY, _by(giving.ask_again),
        frozenset({S.MATCHED}),
    ),
    "answer": DeskStep(
        _("登记本人答复"), _("不捐也是本人的权利；本人要退库的，请办“自愿退库”。"), step_forms.AnswerForm,
        _by(giving.take_answer), frozenset({S.REMOBILISING}),
    ),
    "high-res": DeskStep(
        _("登记高分辨结果"), _("只登记是否相合。"), step_forms.HighResForm, _by(giving.note_high_res),
        frozenset({S.HIGH_RES}),
    ),
    "date": DeskStep(
        _("安排采集日期"), _("体检已合格，与本人和医院商定日期。"), step_forms.PlannedForm, _by(giving.set_date),
        frozenset({S.MEDICAL}), is_due=lambda donor, _page: donor.fit_on is not None,
    ),
    "medical": DeskStep(
        _("登记体检结果"),
        _("只登记合格、不合格或暂缓；不登记检查内容。不合格即健康退库；捐献过的继续随访。"),
        step_forms.MedicalForm, _by(giving.note_medical), frozenset({S.MEDICAL}), asks=_after_unfit,
    ),
    "collect": DeskStep(
        _("登记采集完成"),
        _("造血干细胞登记后编为全省“第几例”，不能更改；随访日期自动排好。"),
        _DAY, _by(giving.collect), frozenset({S.SCHEDULED, S.MOBILISING}),
        is_due=lambda _donor, page: not page.needs_drug or page.drug_count >= DRUG_DAYS_LEAST,
    ),
    "drug": DeskStep(
        _("登记动员剂"), _("每天一条，共 4 至 5 天。"), step_forms.DrugForm, _by(giving.note_drug_day),
        frozenset({S.SCHEDULED, S.MOBILISING}),
        is_due=lambda _donor, page: page.needs_drug and page.drug_count < DRUG_DAYS_MOST,
    ),
    "home": DeskStep(
        _("登记出院，开始随访"), _("本人已平安回家。"), _DAY, _by(giving.begin_follow_up), frozenset({S.COLLECTED})
    ),
    "follow-up": DeskStep(
        _("登记随访"), _("只登记结果，不登记病情。下一次随访日期自动排好。"), step_forms.FollowUpForm,
        _by(giving.note_follow_up), FOLLOWED, is_due=lambda donor, _page: donor.follow_up_on is not None,
    ),
    "recover": DeskStep(
        _("已重新联系上"), _("核对并更新联系方式后登记；回到失联以前的位置。"), _DAY, _by(leaving.recover_donor),
        frozenset({S.LOST, S.MATCHED}),
        is_due=lambda donor, _page: donor.status == S.LOST or donor.unreached_on is not None,
    ),
    "match": DeskStep(
        _("登记初配相合"), _("按全国资料库的通知登记。这里不登记患者的任何信息。"), _DAY, _by(giving.note_match),
        frozenset({S.TYPED, S.LOST, S.FOLLOW_UP}), is_due=lambda donor, _page: can_match(donor),
    ),
    "again": DeskStep(
        _("登记二次捐献请求"), _("按全国资料库的通知。先征求本人意愿，同意后重新体检；不捐的，继续随访。"),
        step_forms.AgainForm, _by(giving.give_again), frozenset({S.FOLLOW_UP}), "note",
        lambda donor, _page: can_match(donor),
    ),
    "re-examine": DeskStep(
        _("取消日期，重新体检"), _("取消已定的日期，回到健康体检。"), _DAY, _by(giving.examine_again),
        frozenset({S.SCHEDULED}), "note",
    ),
    "spoilt": DeskStep(
        _("血样作废，重新采样"), _("还没有寄出的血样损坏或弄错了：作废，回到“已报名”。"), _DAY,
        _by(sampling.spoil_sample), frozenset({S.SAMPLED}), "note",
    ),
    "contact": DeskStep(
        _("记一次联系"), _("打过电话、当面谈过，都记下来；没接通也记。"), step_forms.ContactForm,
        _by(note_contact), IN_FORCE, "note",
    ),
    "expense": DeskStep(
        _("登记费用补助"), _("陪同、交通、食宿、误工和营养补助。捐献本身无偿。"), step_forms.ExpenseForm,
        _by(support.write_expense), frozenset(DonorStatus.values), "note",
        # Bills come in after somebody left as well, where they had come as far as the library.
        lambda donor, _page: donor.ended_at is None or donor.typed_on is not None,
    ),
    "escort": DeskStep(
        _("登记陪同"), _("谁陪同、哪几天。事先安排或事后补记都可以。"), step_forms.EscortForm,
        _by(support.write_escort), FOLLOWED, "note", given=_people_of,
    ),
    "coordinator": DeskStep(
        _("指定或移交协调员"), _("从相合到采集由一位协调员跟到底；待联系的事一并交给他。"), step_forms.PeopleForm,
        _by(assign_donor), ACCOMPANIED, "note", given=_people_of,
    ),
    "honour": DeskStep(
        _("登记荣誉"), _("证书、奖章和各级表彰。"), step_forms.HonourForm, _by(support.write_honour),
        frozenset(DonorStatus.values), "note", lambda _donor, page: page.has_given,
    ),
    "defer": DeskStep(
        _("暂缓"), _("暂缓期间不在待办名单里，到日子自动回来。"), step_forms.DeferralForm,
        _by(leaving.defer_donor), IN_FORCE - {S.LOST}, "note",
    ),
    "undefer": DeskStep(
        _("结束暂缓"), _("现在就可以继续办理。"), step_forms.NoDayForm, _by(leaving.end_deferral), IN_FORCE, "note",
        lambda donor, _page: donor.deferred_until is not None,
    ),
    "call-off": DeskStep(
        _("本次捐献取消"), _("对方或医生取消了本次捐献；志愿者仍在库里。"), _DAY, _by(giving.call_off),
        frozenset({S.MATCHED, S.HIGH_RES, S.MEDICAL, S.SCHEDULED, S.MOBILISING}), "end",
    ),
    "lost": DeskStep(
        _("登记失联"), _("本人和两位亲友都联系不上。会列入“失联待挽回”，找到后可以恢复。"), _DAY,
        _by(leaving.lose_donor), frozenset({S.ENROLLED, S.TYPED, S.MATCHED, S.REMOBILISING, S.FOLLOW_UP}), "end",
    ),
    "withdraw": DeskStep(
        _("自愿退库"), _("本人要退出，不问理由，马上办理。各项同意一并撤回，不再联系；没有寄出的血样作废。"),
        step_forms.LeaveForm, _by(leaving.withdraw_donor), IN_FORCE, "end",
    ),
    "health": DeskStep(
        _("健康退库"), _("按医生意见不再适合捐献。原因不在这里登记。退库后不能恢复，满三十日销毁资料。"), _DAY,
        _by(leaving.retire_donor, status=S.HEALTH), IN_FORCE, "end",
    ),
    "aged": DeskStep(
        _("年龄退库"), _("满 55 周岁当天起办理。谢谢多年的等候。退库后不能恢复，满三十日销毁资料。"), _DAY,
        _by(leaving.retire_donor, status=S.AGED), AGEING | {S.FOLLOW_UP}, "end",
        lambda donor, _page: donor.ages_out_month <= today(),
    ),
    "deceased": DeskStep(
        _("已故退库"),
        _("确知本人已去世。退库后不能恢复，满三十日销毁资料；还在全国资料库的，请随后告知全国资料库。"),
        _DAY, _by(leaving.retire_deceased_donor), IN_FORCE, "end", is_for_departed=True,
    ),
}  # fmt: skip


def offered(donor: Donor, page: DonorPage, *, is_departed: bool) -> list[tuple[str, DeskStep]]:
    """The steps that fit a donor at this moment, the main one first."""
    return [
        (name, one)
        for name, one in STEPS.items()
        if donor.status in one.states and one.is_due(donor, page) and (is_departed or not one.is_for_departed)
    ]
