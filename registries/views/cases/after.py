"""After the witness record: hand-over, farewell and care, certificate, entitlements, the report of use."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import add_refusal, posted, private_file
from organizations.views.access import StaffRequest, desk_page
from registries.choices.cases import GIVEN_CASE, CaseStatus
from registries.forms.cases import DayForm
from registries.forms.cases_after import (
    AcceptanceForm,
    EntitlementForm,
    ExtractForm,
    HandOverAgainForm,
    HandOverForm,
    KinChoiceForm,
    UseForm,
)
from registries.forms.wishes import PurposeForm
from registries.models import Case, CaseCertificate, CaseKin
from registries.permissions.cases import DOOR
from registries.selectors.cases import (
    acceptance_of,
    body_unit,
    certificate_of,
    entitlements_of,
    hand_overs_of,
    uses_of,
)
from registries.services.cases.accepting import write_acceptance
from registries.services.cases.caring import is_use_wished, write_entitlement, write_use
from registries.services.cases.handing import give_certificate, go_on, hand_over_gift
from registries.services.cases.papers import print_certificate, use_extract
from registries.services.cases.putting_right import correct_certificate, correct_hand_over
from registries.views.cases.steps import carry_out, form_page, to_case, worked_case

# Steps that ask for their day alone: title, what it means, the button, what is said then.
STEPS = {
    CaseStatus.FAREWELL: (
        gettext_lazy("登记告别"),
        gettext_lazy("送别捐献人的日期。家属不办告别的，请返回选“不办告别，转入关怀”。"),
        gettext_lazy("登记告别"),
        gettext_lazy("已登记告别。"),
    ),
    CaseStatus.CARE: (
        gettext_lazy("转入后续关怀"),
        gettext_lazy("满一周、一月、百日、周年的关怀联系已自动排好，会出现在待联系里。"),
        gettext_lazy("转入后续关怀"),
        gettext_lazy("已转入后续关怀。"),
    ),
    CaseStatus.CLOSED: (
        gettext_lazy("办结案例"),
        gettext_lazy("办结以后不再安排关怀联系，还没做的联系会取消；证书、待遇和利用记录仍可补写。"),
        gettext_lazy("办结"),
        gettext_lazy("案例已办结。"),
    ),
}


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_hand_over(request: StaffRequest, number: str) -> HttpResponse:
    """Write down which unit took what; once that was done, put it right."""
    case = worked_case(request, number)
    if case.status in GIVEN_CASE:
        return _hand_over_again(request, case)
    form = HandOverForm(posted(request), case=case)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: hand_over_gift(case_id=case.pk, units=form.units(), on=form.cleaned_data["on"], actor=request.user),
        _("已登记移交，并排好对家属的关怀联系。"),
    ):
        return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("登记移交"),
        lead=_("只记接受单位。器官此后的去向由国家分配系统决定，本系统不记，也不向任何人透露。"),
        submit=_("登记移交"),
    )


def _hand_over_again(request: StaffRequest, case: Case) -> HttpResponse:
    """Put one kind of gift right: its unit or its day."""
    form = HandOverAgainForm(posted(request), case=case, kinds=[one.kind for one in hand_overs_of(case)])

    def act() -> None:
        kind, unit = form.cleaned_data["gift"]
        said = {"kind": kind, "unit_id": unit, "on": form.cleaned_data["on"]}
        correct_hand_over(case_id=case.pk, **said, actor=request.user)

    if form.is_valid() and carry_out(request, form, act, _("已更正，原记录保留备查。")):
        return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("更正移交记录"),
        lead=_("登记移交时写错了单位或日期的，在这里更正：写一条新的，原记录保留备查。已排好的关怀联系不变。"),
        submit=_("更正"),
    )


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """A step that asks for its day alone."""
    if step not in STEPS:
        raise Http404
    case = worked_case(request, number)
    title, lead, submit, done = STEPS[CaseStatus(step)]
    form = DayForm(posted(request))
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: go_on(case_id=case.pk, to_status=step, on=form.cleaned_data["on"], actor=request.user),
        str(done),
    ):
        return to_case(case)
    return form_page(request, case, form, title=title, lead=lead, submit=submit)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_acceptance(request: StaffRequest, number: str) -> HttpResponse:
    """Write down the receiving unit's certificate for a body, or put it right."""
    case = worked_case(request, number)
    there, body = acceptance_of(case), body_unit(case)
    form = AcceptanceForm(
        posted(request), initial={"number": there.number, "on": there.issued_on} if there is not None else None
    )
    if form.is_valid() and carry_out(
        request, form, lambda: write_acceptance(case_id=case.pk, **form.cleaned_data, actor=request.user), _("已记下。")
    ):
        return to_case(case)
    lead = _("家属凭接受遗体的证明，可以向捐献人生前所在单位领丧葬费用。给家属的告知书上会印出编号和日期。")
    if body is not None:
        lead = _("接受单位：%(unit)s。") % {"unit": body.unit.name} + lead
    return form_page(request, case, form, title=_("接受遗体的证明"), lead=lead, submit=_("记下"))


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_certificate(request: StaffRequest, number: str) -> HttpResponseBase:
    """Give the certificate to one of the kin; once given, print it for who says what for."""
    case = worked_case(request, number)
    given = certificate_of(case)
    if given is not None and "correct" in request.GET:
        return _certificate_again(request, case)
    if given is not None:
        return _certificate_pdf(request, case, given)
    form = KinChoiceForm(posted(request), kin=_kin_choices(case))
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: give_certificate(
            case_id=case.pk, kin_id=form.cleaned_data["kin"], on=form.cleaned_data["on"], actor=request.user
        ),
        _("已登记颁发，请打印证书。"),
    ):
        return redirect("desk_case_certificate", number=case.number)
    return form_page(
        request,
        case,
        form,
        title=_("颁发捐献证书"),
        lead=_("证书编号就是案例编号，颁发给捐献人的亲属。"),
        submit=_("登记颁发"),
    )


def _certificate_again(request: StaffRequest, case: Case) -> HttpResponse:
    """Put right whom the certificate was given to, or when."""
    form = KinChoiceForm(posted(request), kin=_kin_choices(case))
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: correct_certificate(
            case_id=case.pk, kin_id=form.cleaned_data["kin"], on=form.cleaned_data["on"], actor=request.user
        ),
        _("已更正，请重新打印证书。"),
    ):
        return redirect("desk_case_certificate", number=case.number)
    return form_page(
        request,
        case,
        form,
        title=_("更正证书颁发"),
        lead=_("写错了领取的家属或日期的，在这里更正：写一条新的，原记录保留备查。证书编号不变。"),
        submit=_("更正"),
    )


def _certificate_pdf(request: StaffRequest, case: Case, given: CaseCertificate) -> HttpResponseBase:
    form = PurposeForm(posted(request), initial={"purpose": _("打印捐献证书")})
    if form.is_valid():
        try:
            paper = print_certificate(case=case, purpose=form.cleaned_data["purpose"], actor=request.user)
            return private_file(paper, filename=f"certificate-{case.number}.pdf", content_type="application/pdf")
        except DomainError as error:
            add_refusal(form, error)
    return form_page(
        request,
        case,
        form,
        title=_("打印捐献证书"),
        lead=_("%(day)s 已颁发给%(whom)s。证书上有捐献人姓名，每次打印都留下记录。")
        % {"day": given.given_on.isoformat(), "whom": given.kin.get_relation_display()},
        submit=_("生成 PDF"),
        aside=(_("领取的家属或日期写错了？"), "?correct=1"),
    )


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_entitlements(request: StaffRequest, number: str) -> HttpResponse:
    """What the family was given or declined; add a row, or put one right."""
    case = worked_case(request, number)
    rows = entitlements_of(case)
    form = EntitlementForm(
        posted(request), rows=[(one.pk, f"{one.on.isoformat()} {one.get_kind_display()}") for one in rows]
    )
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: write_entitlement(
            case_id=case.pk,
            entitled=form.entitled(),
            replaces_id=form.cleaned_data["replaces"],
            actor=request.user,
        ),
        _("已记下。"),
    ):
        return redirect("desk_case_entitlements", number=case.number)
    return render(request, "registries/cases/entitlements.html", {"case": case, "rows": rows, "form": form})


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_use(request: StaffRequest, number: str) -> HttpResponse:
    """The report of use that the receiving unit filed; add a line."""
    case = worked_case(request, number)
    rows = uses_of(case)
    form = UseForm(posted(request), rows=[(one.pk, f"{one.on.isoformat()} {one.get_use_display()}") for one in rows])
    if form.is_valid() and carry_out(request, form, lambda: _used(request, case, form), _("已记下。")):
        return redirect("desk_case_use", number=case.number)
    context = {"case": case, "rows": rows, "form": form, "body": body_unit(case)}
    return render(request, "registries/cases/use.html", context)


def _used(request: StaffRequest, case: Case, form: UseForm) -> None:
    """Write a line of use down, and say where the dead person named no such use."""
    said = {name: value for name, value in form.cleaned_data.items() if name != "replaces"}
    write_use(case_id=case.pk, **said, replaces_id=form.cleaned_data["replaces"], actor=request.user)
    if not is_use_wished(case=case, use=said["use"]):
        messages.warning(request, _("本人登记的用途里没有这一项：请马上向接受单位核实，并请其停止。"))


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_use_print(request: StaffRequest, number: str) -> HttpResponse:
    """An extract of the report of use for one of the kin who asks."""
    case = worked_case(request, number)
    form = ExtractForm(posted(request), kin=_kin_choices(case))
    if form.is_valid():
        try:
            extract = use_extract(
                case=case,
                kin_id=form.cleaned_data["kin"],
                purpose=form.cleaned_data["purpose"],
                actor=request.user,
            )
            return render(request, "registries/cases/use_print.html", {"case": case, "extract": extract})
        except DomainError as error:
            add_refusal(form, error)
    return form_page(
        request,
        case,
        form,
        title=_("打印利用情况给家属"),
        lead=_("近亲属和执行人有权查询遗体的利用情况。先核对身份，再打印；每次打印都留下记录。"),
        submit=_("显示打印页"),
    )


def _kin_choices(case: Case) -> list[tuple[int, str]]:
    """The kin by relation and order in the list, without a name."""
    rows = CaseKin.objects.filter(case=case, struck_at=None).order_by("pk")
    return [
        (one.pk, _("第 %(n)d 位 · %(relation)s") % {"n": n, "relation": one.get_relation_display()})
        for n, one in enumerate(rows, start=1)
    ]
