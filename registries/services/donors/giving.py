"""Giving: match, asking again, examination, date, drug days, collection, follow-up; for whom is not known here."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.numbers import take_serials
from core.sealed import seal_into
from registries.choices.contacts import ContactReason
from registries.choices.donors import (
    DRUG_DAYS_LEAST,
    DRUG_DAYS_MOST,
    FOLLOW_UP_DAYS,
    FOLLOW_UP_MONTHS,
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
from registries.services.donors.states import (
    Step,
    check_day,
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
    """Write down that the library says somebody matches; nobody here learns whom. Locks the donor."""
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        move_donor(donor, DonorStatus.MATCHED, Step("matched", on, actor))
        plan_contact(about=donor, reason=ContactReason.REMOBILISE, due_on=today())
    return donor


def ask_again(*, donor_id: int, on: datetime.date, actor: User) -> Donor:
    """Begin to ask a matched donor whether they still want to. Locks the donor. Raises WrongState."""
    return _moved(donor_id, DonorStatus.REMOBILISING, Step("asked", on, actor))


def take_answer(*, donor_id: int, answer: str, on: datetime.date, actor: User) -> Donor:
    """Write down what somebody says to being asked, or that they were not reached, which is a task. Locks the donor.

    Who declines stays in the library; leaving it is withdraw_donor. Raises WrongState, RegistryError with fields.
    """
    if answer not in Answer.values:
        raise RegistryError("answer_wrong", _("请选择结果。"), {"answer": _("请选择结果。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, DonorStatus.REMOBILISING)
        if answer == Answer.NOT_REACHED:
            _not_reached(donor, on, actor)
        else:
            to_status = DonorStatus.HIGH_RES if answer == Answer.AGREE else DonorStatus.TYPED
            move_donor(donor, to_status, Step(f"answer_{answer}", on, actor), unreached_on=None)
            cancel_contacts(about=donor, reasons=[ContactReason.REMOBILISE, ContactReason.RECOVER], actor=actor)
    return donor


def note_high_res(*, donor_id: int, is_match: bool, on: datetime.date, actor: User) -> Donor:
    """Write down whether the second, finer comparison matches: on to the examination, or back. Locks the donor."""
    if not is_match:
        return _moved(donor_id, DonorStatus.TYPED, Step("high_res_no", on, actor))
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.HIGH_RES)
        move_donor(donor, DonorStatus.MEDICAL, Step("high_res_yes", on, actor))
        _begin(donor, GiftKind.STEM_CELLS)
    return donor


def give_again(*, donor_id: int, kind: str, on: datetime.date, actor: User) -> Donor:
    """Begin a second giving (二次捐献) of somebody who is followed up: a new row, examined anew. Locks the donor."""
    if kind not in GiftKind.values:
        raise RegistryError("kind_wrong", _("请选择采集内容。"), {"kind": _("请选择采集内容。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.FOLLOW_UP)
        move_donor(donor, DonorStatus.MEDICAL, Step("again", on, actor))
        _begin(donor, kind)
    return donor


def note_medical(
    *, donor_id: int, verdict: str, on: datetime.date, until: datetime.date | None = None, actor: User
) -> Donor:
    """Write down fit, unfit (which ends it) or deferred until a day; no finding is kept. Locks the donor.

    Raises RegistryError with fields, WrongState.
    """
    if verdict not in MedicalVerdict.values:
        raise RegistryError("verdict_wrong", _("请选择体检结果。"), {"verdict": _("请选择体检结果。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, DonorStatus.MEDICAL)
        if verdict == MedicalVerdict.UNFIT:
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
    """Write down that a donor has given: the next 第 n 例 of the province, and the follow-ups. Locks the donor.

    The serial's counter stays locked until the end, so that the series has no gap. Raises WrongState, RegistryError.
    """
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, DonorStatus.MOBILISING)
        collection = collection_under_way(donor)
        days = list(collection.drug_days.order_by("day"))
        if len(days) < DRUG_DAYS_LEAST or on < days[-1].on:
            sentence = _("须记满 %(least)d 天动员剂，采集不能早于最后一天。") % {"least": DRUG_DAYS_LEAST}
            raise RegistryError("drug_days_missing", sentence, {"on": sentence})
        move_donor(donor, DonorStatus.COLLECTED, Step("collected", on, actor), follow_up_on=due_on(on, 1))
        province = donor.branch.province or donor.branch
        serial = take_serials(province.code, CASES_YEAR, CASES_LETTERS) + settings.STEM_COLLECTIONS_BEFORE
        collection_under_way(donor, collected_on=on, serial=serial, cases_of=province)
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

    Who was not reached stays due and becomes a task. Locks the donor. Raises RegistryError with fields, WrongState.
    """
    if result not in FollowUpResult.values:
        raise RegistryError("result_wrong", _("请选择结果。"), {"result": _("请选择结果。")})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor, with_person=True)
        check_status(donor, DonorStatus.COLLECTED, DonorStatus.FOLLOW_UP)
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
            following = due_on(given.collected_on, step + 1)
            keep_donor(
                donor, Step("followed_up", on, actor, until=following), follow_up_on=following, unreached_on=None
            )
            cancel_contacts(about=donor, reasons=[ContactReason.FOLLOW_UP, ContactReason.RECOVER], actor=actor)
            plan_contact(about=donor, reason=ContactReason.FOLLOW_UP, due_on=following)
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
        back = DonorStatus.FOLLOW_UP if has_given(donor) else DonorStatus.TYPED
        move_donor(donor, back, Step("called_off", on, actor), deferred_until=None)
        cancel_contacts(about=donor, reasons=[ContactReason.REMOBILISE], actor=actor)
        call_off_under_way(donor, on=on)
    return donor


def has_given(donor: Donor) -> bool:
    """Whether somebody has given before; one query."""
    return bool(donor.collections.filter(collected_on__isnull=False).exists())


def due_on(collected_on: datetime.date, step: int) -> datetime.date:
    """When the n-th follow-up of a collection is due, from 1."""
    at = step - 1
    if at < len(FOLLOW_UP_DAYS):
        return collected_on + datetime.timedelta(days=FOLLOW_UP_DAYS[at])
    at -= len(FOLLOW_UP_DAYS)
    months = FOLLOW_UP_MONTHS[at] if at < len(FOLLOW_UP_MONTHS) else 12 * (at - len(FOLLOW_UP_MONTHS) + 2)
    return _months_after(collected_on, months)


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


def _not_reached(donor: Donor, on: datetime.date, actor: User) -> None:
    keep_donor(donor, Step("not_reached", on, actor), unreached_on=donor.unreached_on or on)
    plan_contact(about=donor, reason=ContactReason.RECOVER, due_on=today())


def _begin(donor: Donor, kind: str) -> None:
    last = donor.collections.order_by("-round").first()
    Collection.objects.create(donor=donor, round=last.round + 1 if last else 1, kind=kind, begun_at=now())


def _months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
