"""Giving: match, asking again, examination, date, drug days, collection, follow-up; for whom is not known here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.numbers import take_serials
from core.sealed import seal_into
from registries.choices.contacts import ContactReason
from registries.choices.donors import (
    DONOR_TRANSITIONS,
    DRUG_DAYS_LEAST,
    DRUG_DAYS_MOST,
    FOLLOWED,
    Answer,
    DeferralReason,
    DonorStatus,
    FollowUpResult,
    GiftKind,
    MedicalVerdict,
)
from registries.errors import RegistryError, WrongState
from registries.models import Collection, Donor, DrugDay, FollowUp
from registries.services.clear_texts import clear_faults
from registries.services.contacts import cancel_contacts, plan_contact
from registries.services.donors.assigning import coordinator_of, plan_asking
from registries.services.donors.calendar import due_on
from registries.services.donors.states import (
    Step,
    check_day,
    check_match,
    check_status,
    keep_donor,
    locked_donor,
    move_donor,
    refuse_deferred,
)

if TYPE_CHECKING:
    from accounts.models import User

# The series of 第 n 例 runs through all years of a province.
CASES_YEAR, CASES_LETTERS = 0, "HSC"
LONGEST_HOSPITAL = 80
LONGEST_PLAN = datetime.timedelta(days=366)
# A follow-up sent twice is not the next one: that falls due weeks later.
EARLIEST_FOLLOW_UP = datetime.timedelta(days=7)


def note_match(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that the library says somebody matches; nobody here learns whom. Locks the donor.

    Also of who is lost, who is to be found first then, and of who has given. Raises WrongState for who gives no more.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_match(donor)
        reason = ContactReason.RECOVER if donor.status == DonorStatus.LOST else ContactReason.REMOBILISE
        move_donor(donor, DonorStatus.MATCHED, Step("matched", on, actor))
        plan_contact(about=donor, reason=reason, due_on=today(), coordinator=coordinator_of(donor))
    return donor


def ask_again(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Begin to ask a matched donor whether they still want to. Locks the donor. Raises WrongState."""
    return _moved(donor_id, DonorStatus.REMOBILISING, Step("asked", on, actor))


def take_answer(*, donor_id: int, answer: str, on: datetime.date, actor: User) -> Donor:
    """Write down what somebody says to being asked, or that they were not reached, which is a task. Locks the donor.

    Who declines stays in the library, or followed up where they gave before; leaving it is withdraw_donor. Who agrees
    to a second giving is examined. Raises WrongState, RegistryError with fields.
    """
    if answer not in Answer.values:
        raise RegistryError("answer_wrong", _("请选择结果。"), {"answer": _("请选择结果。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, DonorStatus.REMOBILISING)
        if answer == Answer.NOT_REACHED:
            _not_reached(donor, on, actor)
        else:
            _answered(donor, answer, Step(f"answer_{answer}", on, actor))
    return donor


def note_high_res(*, donor_id: int, is_match: bool, on: datetime.date, actor: User) -> Donor:
    """Write down whether the second, finer comparison matches: on to the examination, or back. Locks the donor."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.HIGH_RES)
        if is_match:
            move_donor(donor, DonorStatus.MEDICAL, Step("high_res_yes", on, actor))
            _begin(donor, GiftKind.STEM_CELLS)
        else:
            move_donor(donor, _where_they_were(donor), Step("high_res_no", on, actor))
    return donor


def give_again(*, donor_id: int, kind: str, on: datetime.date, actor: User) -> Donor:
    """Write down that a second giving (二次捐献) is asked for: a new row, and a person who asks them first.

    As after a match; who agrees is examined anew. Locks the donor. Raises WrongState for who gives no more.
    """
    if kind not in GiftKind.values:
        raise RegistryError("kind_wrong", _("请选择采集内容。"), {"kind": _("请选择采集内容。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, DonorStatus.FOLLOW_UP)
        check_match(donor)
        move_donor(donor, DonorStatus.MATCHED, Step("again", on, actor))
        _begin(donor, kind)
        plan_contact(about=donor, reason=ContactReason.REMOBILISE, due_on=today(), coordinator=coordinator_of(donor))
    return donor


def note_medical(
    *, donor_id: int, verdict: str, on: datetime.date, until: datetime.date | None = None, actor: User
) -> Donor:
    """Write down fit, unfit or deferred until a day; no finding is kept. Locks the donor.

    Unfit ends it; who has given before is followed up all the same, and never asked again. Raises RegistryError with
    fields, WrongState.
    """
    if verdict not in MedicalVerdict.values:
        raise RegistryError("verdict_wrong", _("请选择体检结果。"), {"verdict": _("请选择体检结果。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.MEDICAL)
        if verdict == MedicalVerdict.UNFIT:
            if has_given(donor):
                step = Step("no_more", on, actor)
                move_donor(donor, DonorStatus.FOLLOW_UP, step, deferred_until=None, gives_no_more=True)
            else:
                move_donor(donor, DonorStatus.HEALTH, Step("left_health", on, actor), deferred_until=None)
            call_off_under_way(donor, on=on)
        elif verdict == MedicalVerdict.DEFERRED:
            if until is None or until <= on:
                sentence = _("请填写暂缓到哪一天。")
                raise RegistryError("until_missing", sentence, {"until": sentence})
            columns = seal_into(donor, deferral_reason=DeferralReason.MEDICAL)
            values = {name: getattr(donor, name) for name in columns}
            keep_donor(donor, Step("medical_deferred", on, actor, until=until), deferred_until=until, fit_on=None,
                       **values)  # fmt: skip
        else:
            refuse_deferred(donor, on)
            keep_donor(donor, Step("medical_fit", on, actor), fit_on=on, deferred_until=None)
            collection_under_way(donor, fit_on=on)
    return donor


def set_date(*, donor_id: int, planned_on: datetime.date, hospital: str, on: datetime.date, actor: User) -> Donor:
    """Set the day and place of a collection for who is fit. Locks the donor. Raises RegistryError with fields."""
    place = " ".join(hospital.split())
    faults = {}
    if not today() < planned_on <= today() + LONGEST_PLAN:
        faults["planned_on"] = _("请填写今天以后、一年以内的日期。")
    if not 2 <= len(place) <= LONGEST_HOSPITAL:
        faults["hospital"] = _("请填写采集医院。")
    faults |= clear_faults(hospital=place)
    if faults:
        raise RegistryError("date_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.MEDICAL)
        if donor.fit_on is None:
            raise WrongState("not_fit_yet", _("体检还没有合格，不能定日期。"))
        move_donor(donor, DonorStatus.SCHEDULED, Step("scheduled", on, actor, until=planned_on))
        collection_under_way(donor, planned_on=planned_on, hospital=place)
    return donor


def examine_again(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Give up a date that was set and go back to the examination. Locks the donor. Raises WrongState."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.SCHEDULED)
        move_donor(donor, DonorStatus.MEDICAL, Step("date_dropped", on, actor))
        collection_under_way(donor, planned_on=None, fit_on=None)
    return donor


def note_drug_day(*, donor_id: int, on: datetime.date, is_tolerated: bool, actor: User) -> DrugDay:
    """Write down a day of the mobilising drug; the first moves a donor on. Locks the donor.

    Raises RegistryError with the field `on` for a day twice or a sixth, WrongState.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.SCHEDULED, DonorStatus.MOBILISING)
        collection = collection_under_way(donor)
        if collection.kind == GiftKind.LYMPHOCYTES:
            raise WrongState("no_drug_needed", _("采集淋巴细胞不用动员剂，采集后直接登记采集完成。"))
        number = collection.drug_days.count() + 1
        if number > DRUG_DAYS_MOST:
            sentence = _("动员剂最多 %(most)d 天。") % {"most": DRUG_DAYS_MOST}
            raise RegistryError("drug_days_full", sentence, {"on": sentence})
        if donor.status == DonorStatus.SCHEDULED:
            move_donor(donor, DonorStatus.MOBILISING, Step("drug_begun", on, actor))
        else:
            check_day(donor, on)
        row = DrugDay(collection=collection, day=number, on=on, is_tolerated=is_tolerated, written_by=actor, at=now())
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            sentence = _("这一天已经记过。")
            raise RegistryError("drug_day_twice", sentence, {"on": sentence}) from None
    return row


def collect(*, donor_id: int, on: datetime.date, actor: User) -> Collection:
    """Write down that a donor has given: stem cells as the next 第 n 例; and plan the follow-ups. Locks the donor.

    Lymphocytes need no mobilising drug and stand in no series. The serial's counter stays locked until the end, so that
    the series has no gap. Raises WrongState, RegistryError.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, DonorStatus.SCHEDULED, DonorStatus.MOBILISING)
        collection = collection_under_way(donor)
        is_counted = collection.kind == GiftKind.STEM_CELLS
        if is_counted:
            check_status(donor, DonorStatus.MOBILISING)
            _check_drug_days(collection, on)
        values, ended = _no_longer_sought(DonorStatus.COLLECTED)
        move_donor(donor, DonorStatus.COLLECTED, Step("collected", on, actor), follow_up_on=due_on(on, 1), **values)
        counted = _next_case(donor) if is_counted else {}
        collection_under_way(donor, collected_on=on, **counted)
        # Those of an earlier giving end with the new one, which begins after a week.
        cancel_contacts(about=donor, reasons=[ContactReason.FOLLOW_UP, *ended], actor=actor)
        plan_contact(about=donor, reason=ContactReason.FOLLOW_UP, due_on=due_on(on, 1))
        collection.refresh_from_db()
    return collection


def begin_follow_up(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that a donor is at home again and followed up from now on. Locks the donor. Raises WrongState."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.COLLECTED)
        move_donor(donor, DonorStatus.FOLLOW_UP, Step("home", on, actor))
    return donor


def note_follow_up(*, donor_id: int, result: str, on: datetime.date, actor: User) -> FollowUp:
    """Write a follow-up down; the next falls due after a week, one, six and twelve months, then every year.

    Also while a second giving is under way. Who was not reached stays due and becomes a task. Locks the donor. Raises
    RegistryError with fields, WrongState.
    """
    if result not in FollowUpResult.values:
        raise RegistryError("result_wrong", _("请选择结果。"), {"result": _("请选择结果。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, *FOLLOWED)
        given = donor.collections.filter(collected_on__isnull=False).order_by("-round").first()
        if given is None or donor.follow_up_on is None or given.collected_on is None:
            raise WrongState("no_follow_up", _("没有要做的随访。"))
        if on < donor.follow_up_on - EARLIEST_FOLLOW_UP:
            sentence = _("下一次随访在 %(day)s，还没到时候；刚才的一次可能已经记下，请刷新页面查看。")
            raise WrongState("follow_up_early", sentence % {"day": donor.follow_up_on.isoformat()})
        step = given.follow_ups.exclude(result=FollowUpResult.NOT_REACHED).count() + 1
        row = FollowUp(
            collection=given, step=step, due_on=donor.follow_up_on, done_on=on, result=result, written_by=actor,
            at=now(),
        )  # fmt: skip
        if result == FollowUpResult.NOT_REACHED:
            _not_reached(donor, on, actor)
        else:
            following, was_sought = due_on(given.collected_on, step + 1), donor.unreached_on is not None
            keep_donor(
                donor, Step("followed_up", on, actor, until=following), follow_up_on=following, unreached_on=None
            )
            cancel_contacts(about=donor, reasons=[ContactReason.FOLLOW_UP, ContactReason.RECOVER], actor=actor)
            plan_contact(about=donor, reason=ContactReason.FOLLOW_UP, due_on=following)
            if was_sought and donor.status in (DonorStatus.MATCHED, DonorStatus.REMOBILISING):
                plan_asking(donor)
        row.save(force_insert=True)
    return row


def call_off(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Write down that a giving comes to nothing, by the other side's or a doctor's word: back to where they were.

    Locks the donor. Raises WrongState.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(
            donor,
            DonorStatus.MATCHED,
            DonorStatus.HIGH_RES,
            DonorStatus.MEDICAL,
            DonorStatus.SCHEDULED,
            DonorStatus.MOBILISING,
        )
        to_status = _where_they_were(donor)
        values, ended = _no_longer_sought(to_status)
        move_donor(donor, to_status, Step("called_off", on, actor), deferred_until=None, **values)
        cancel_contacts(about=donor, reasons=[ContactReason.REMOBILISE, *ended], actor=actor)
        call_off_under_way(donor, on=on)
    return donor


def has_given(donor: Donor) -> bool:
    """Whether somebody has given before; one query."""
    return bool(donor.collections.filter(collected_on__isnull=False).exists())


def collection_under_way(donor: Donor, **values: object) -> Collection:
    """The giving of a locked donor that is under way, with what is new of it. Raises WrongState."""
    row = donor.collections.select_for_update().filter(collected_on=None, called_off_on=None).first()
    if row is None:
        raise WrongState("no_collection", _("没有正在办理的捐献。"))
    for name, value in values.items():
        setattr(row, name, value)
    if values:
        row.save(update_fields=list(values))
    return row


def call_off_under_way(donor: Donor, *, on: datetime.date) -> None:
    """Write down that what is under way of a locked donor comes to nothing, where there is anything."""
    donor.collections.filter(collected_on=None, called_off_on=None).update(called_off_on=on)


def _moved(donor_id: int, to_status: str, step: Step) -> Donor:
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=step.actor)
        move_donor(donor, to_status, step)
    return donor


def _answered(donor: Donor, answer: str, step: Step) -> None:
    """Move who was asked: on, where a second giving waits to the examination at once; or back to where they were."""
    agrees = answer == Answer.AGREE
    if agrees:
        is_again = donor.collections.filter(collected_on=None, called_off_on=None).exists()
        to_status: str = DonorStatus.MEDICAL if is_again else DonorStatus.HIGH_RES
    else:
        to_status = _where_they_were(donor, is_reached=answer == Answer.DECLINE)
    values, ended = _no_longer_sought(to_status)
    move_donor(donor, to_status, step, **values)
    if not agrees:
        call_off_under_way(donor, on=step.on)
    cancel_contacts(about=donor, reasons=[ContactReason.REMOBILISE, *ended], actor=step.actor)


def _where_they_were(donor: Donor, *, is_reached: bool = False) -> str:
    """Where a locked donor belongs of whom nothing comes this time: lost as before, followed up, or in the library."""
    # Whoever agreed since was found, even if a follow-up did not reach them.
    if donor.unreached_on is not None and not is_reached and DonorStatus.LOST in DONOR_TRANSITIONS[donor.status]:
        came = donor.events.filter(to_status=DonorStatus.MATCHED).exclude(from_status=DonorStatus.MATCHED)
        if came.order_by("-pk").values_list("from_status", flat=True).first() == DonorStatus.LOST:
            return DonorStatus.LOST
    return DonorStatus.FOLLOW_UP if has_given(donor) else DonorStatus.TYPED


def _no_longer_sought(to_status: str) -> tuple[dict[str, Any], list[str]]:
    """What changes in the row of who need not be found any more, and the contacts that end; of who is lost, none."""
    return ({}, []) if to_status == DonorStatus.LOST else ({"unreached_on": None}, [ContactReason.RECOVER])


def _check_drug_days(collection: Collection, on: datetime.date) -> None:
    days = list(collection.drug_days.order_by("day"))
    if len(days) < DRUG_DAYS_LEAST or on < days[-1].on:
        sentence = _("须记满 %(least)d 天动员剂，采集不能早于最后一天。") % {"least": DRUG_DAYS_LEAST}
        raise RegistryError("drug_days_missing", sentence, {"on": sentence})


def _next_case(donor: Donor) -> dict[str, Any]:
    """The next 第 n 例 of a donor's province; locks its counter."""
    province = donor.branch.province or donor.branch
    serial = take_serials(province.code, CASES_YEAR, CASES_LETTERS) + settings.STEM_COLLECTIONS_BEFORE
    return {"serial": serial, "cases_of": province}


def _not_reached(donor: Donor, on: datetime.date, actor: User) -> None:
    keep_donor(donor, Step("not_reached", on, actor), unreached_on=donor.unreached_on or on)
    plan_contact(about=donor, reason=ContactReason.RECOVER, due_on=today(), coordinator=coordinator_of(donor))


def _begin(donor: Donor, kind: str) -> None:
    last = donor.collections.order_by("-round").first()
    Collection.objects.create(donor=donor, round=last.round + 1 if last else 1, kind=kind, begun_at=now())
