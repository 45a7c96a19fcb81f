"""The family of a case: spoken with, listed, deciding; and when that is a consent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import posted, say_refusal
from organizations.views.access import StaffRequest, desk_page
from registries.choices.cases import DECIDABLE_CASE, EXITS, Basis, CaseStatus, Decision
from registries.forms.cases import ConsentForm, DecisionForm, FamilyForm, KinForm
from registries.models import Case, CaseKin
from registries.permissions.cases import DOOR
from registries.services.cases.basis import begin_family
from registries.services.cases.family import (
    confirm_consent,
    standings_of,
    strike_kin,
    write_decision,
    write_kin,
)
from registries.views.cases.steps import carry_out, form_page, to_case, worked_case
from registries.views.sure import SURE, Sure, ask_sure


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_family(request: StaffRequest, number: str) -> HttpResponse:
    """Begin to speak with the family."""
    case = worked_case(request, number)
    form = FamilyForm(posted(request))
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: begin_family(case_id=case.pk, **form.cleaned_data, actor=request.user),
        _("已记下。请列出在世的配偶、成年子女、父母和执行人。"),
    ):
        return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("重新核定依据") if case.status == CaseStatus.FAMILY_DECIDING else _("开始与家属商议"),
        lead=_("先核对本人生前的意愿：表示过不同意的，任何人不得再劝说，案例自动终止。捐献自愿、无偿，不得利诱。"),
        submit=_("核定依据") if case.status == CaseStatus.FAMILY_DECIDING else _("开始商议"),
    )


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_kin(request: StaffRequest, number: str) -> HttpResponse:
    """The kin who live, with what each signed; list one more."""
    case = worked_case(request, number)
    form = KinForm(posted(request))
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: write_kin(case_id=case.pk, kin=form.kin(), actor=request.user),
        _("已列入名单。"),
    ):
        return redirect("desk_case_kin", number=case.number)
    standings = standings_of(case)
    context = {
        "case": case,
        "form": form,
        "standings": standings,
        "may_list": case.status not in EXITS,
        "may_strike": not case.is_ended,
        "may_decide": case.status in DECIDABLE_CASE and case.basis == Basis.JOINT_KIN,
        "may_confirm": case.status == CaseStatus.FAMILY_DECIDING,
        "is_joint": case.basis == Basis.JOINT_KIN,
        "waiting_count": sum(1 for one in standings if one.decides and one.decision is None),
    }
    return render(request, "registries/cases/kin.html", context)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_decide(request: StaffRequest, number: str, kin: int) -> HttpResponse:
    """Write down what one of the kin signed, or strike one who was listed by mistake."""
    case = worked_case(request, number)
    row = get_object_or_404(CaseKin.objects.filter(case=case, struck_at=None), pk=kin)
    if request.method == "POST" and "strike" in request.POST:
        return _struck(request, case, row)
    form = DecisionForm(posted(request))
    if form.is_valid() and form.cleaned_data["decision"] == Decision.REFUSE and SURE not in request.POST:
        return _ask_refusal(request, case, row, form)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: write_decision(case_id=case.pk, kin_id=row.pk, **form.cleaned_data, actor=request.user),
        _("已记下这位家属的书面决定。"),
    ):
        return redirect("desk_case_kin", number=case.number)
    return form_page(request, case, form, kin=row, template="registries/cases/decide.html")


def _ask_refusal(request: StaffRequest, case: Case, row: CaseKin, form: DecisionForm) -> HttpResponse:
    place = CaseKin.objects.filter(case=case, struck_at=None, pk__lte=row.pk).count()
    sure = Sure(
        title=_("确认家属不同意"),
        question=_("登记这位家属不同意捐献？"),
        said=[(_("家属"), _("第 %(n)d 位 · %(relation)s") % {"n": place, "relation": row.get_relation_display()})],
        follows=[
            _("案例就此终止，不能恢复；任何人不得再劝说家属。"),
            _("决定登记以后不能修改。选错的，请点“先不办，返回”重填。"),
        ],
        submit=_("确认不同意，终止案例"),
        section=(_("捐献案例"), reverse("desk_cases")),
        thing=(_("家属名单"), reverse("desk_case_kin", args=[case.number])),
        eyebrow=case.number,
        action=request.path,
    )
    return ask_sure(request, sure, back=request.path, form=form)


def _struck(request: StaffRequest, case: Case, row: CaseKin) -> HttpResponse:
    try:
        strike_kin(case_id=case.pk, kin_id=row.pk, actor=request.user)
        messages.success(request, _("已从名单划去，记录保留备查。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_case_kin", number=case.number)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_consent(request: StaffRequest, number: str) -> HttpResponse:
    """Write the consent down as whole."""
    case = worked_case(request, number)
    form = ConsentForm(posted(request), case=case)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: confirm_consent(case_id=case.pk, **form.cleaned_data, actor=request.user),
        _("书面同意已登记。接下来由两名以上协调员见证。"),
    ):
        return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("登记书面同意"),
        lead=_("由您对名单的完整负责；见证完成以前，家属仍可以改变主意。"),
        submit=_("登记书面同意"),
    )
