"""The witness record: written, signed by each by their own login, printed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted, say_refusal
from organizations.views.access import StaffRequest, desk_page
from registries.choices.cases import LEAST_COORDINATORS, CaseStatus, WitnessPoint
from registries.forms.cases import WitnessForm
from registries.forms.wishes import PurposeForm
from registries.models import Case, CaseWitness
from registries.permissions.cases import DOOR
from registries.selectors.cases import coordinators_of, lacks_coordinators
from registries.services.cases.reading import reveal_people, reveal_record
from registries.services.cases.witnessing import newest_witness, sign_witness, there_at, write_witness
from registries.views.cases.steps import carry_out, form_page, say_heeded, worked_case


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_witness(request: StaffRequest, number: str) -> HttpResponse:
    """The record that counts with its signatures; write it, or write it anew."""
    case = worked_case(request, number)
    form = WitnessForm(posted(request), case=case)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: write_witness(case_id=case.pk, seen=form.seen(), actor=request.user),
        _("见证记录已写下，请每位协调员用自己的账号登录后签字。"),
    ):
        return redirect("desk_case_witness", number=case.number)
    record = newest_witness(case)
    signatures = list(record.signatures.select_related("person").order_by("pk")) if record else []
    coordinators = coordinators_of(case)
    signs = there_at(case, record) if record else frozenset()
    still = signs - {one.person_id for one in signatures}
    context = {
        "case": case,
        "form": form,
        "record": record,
        "points": _point_labels(record),
        "signatures": signatures,
        "coordinators": [one for one in coordinators if one.person_id in signs],
        "too_few_were_there": record is not None and len(signs) < LEAST_COORDINATORS,
        "lacks_coordinators": lacks_coordinators(coordinators),
        "may_write": case.status == CaseStatus.CONSENTED,
        "may_sign": case.status == CaseStatus.CONSENTED and request.user.pk in still,
        "is_open": record is None or form.is_bound,
    }
    return render(request, "registries/cases/witness.html", context)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["POST"])
def case_sign(request: StaffRequest, number: str, record: int) -> HttpResponse:
    """Sign a witness record as oneself."""
    case = worked_case(request, number)
    try:
        moved = sign_witness(case_id=case.pk, witness_id=record, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_case_witness", number=case.number)
    if moved.status == CaseStatus.REFUSED_IN_LIFE:
        messages.warning(request, _("查到本人生前表示过不同意捐献，案例已终止，不得获取。"))
    elif moved.heeded:
        say_heeded(request, moved, "")
    elif moved.status == CaseStatus.WITNESSED:
        messages.success(request, _("您已签字；全部协调员都已签字，见证完成。"))
    else:
        messages.success(request, _("您已签字，等待其他协调员签字。"))
    return redirect("desk_case", number=case.number)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_witness_print(request: StaffRequest, number: str) -> HttpResponse:
    """The witness record for paper, for who says what for; each value is logged."""
    case = worked_case(request, number)
    form = PurposeForm(posted(request), initial={"purpose": _("打印见证记录归档")})
    if form.is_valid():
        try:
            return _printed(request, case, form.cleaned_data["purpose"])
        except DomainError as error:
            add_refusal(form, error)
    return form_page(
        request,
        case,
        form,
        title=_("打印见证记录"),
        lead=_("会显示捐献人身份和经过，谁、何时、为什么打印都留下记录。"),
        submit=_("显示打印页"),
    )


def _printed(request: StaffRequest, case: Case, purpose: str) -> HttpResponse:
    people = reveal_people(case=case, purpose=purpose, actor=request.user)
    record = reveal_record(case=case, purpose=purpose, actor=request.user)
    signatures = list(record.witness.signatures.select_related("person").order_by("pk")) if record.witness else []
    context = {
        "case": case,
        "people": people,
        "record": record,
        "points": _point_labels(record.witness),
        "signatures": signatures,
    }
    return render(request, "registries/cases/witness_print.html", context)


def _point_labels(record: CaseWitness | None) -> list[str]:
    return [str(WitnessPoint(one).label) for one in record.points] if record else []
