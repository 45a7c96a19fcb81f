"""Who works on a case and who may look: assigning, handing over, letting in; and the units of a province."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.clock import today
from core.errors import DomainError, NotFound
from core.views.answers import posted, say_refusal
from organizations.choices import BranchKind, Right
from organizations.models import Branch
from organizations.permissions import branches_with
from organizations.views.access import StaffRequest, desk_page
from registries.choices.cases import EXITS, CaseStatus
from registries.forms.cases import AssignForm, DoubtForm, GrantForm, UnitForm
from registries.models import Case, ReceivingUnit
from registries.permissions.cases import DOOR, case_for, require_head
from registries.selectors.cases import coordinators_of, grants_of, lacks_coordinators, units_of
from registries.services.cases.assigning import assign_coordinator, hand_over_case, release_coordinator
from registries.services.cases.basis import settle_doubt
from registries.services.cases.granting import end_case_grant, grant_case
from registries.services.cases.units import end_unit, open_unit
from registries.views.cases.steps import carry_out, form_page, to_case
from registries.views.sure import Sure, ask_sure


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_assign(request: StaffRequest, number: str) -> HttpResponse:
    """Send a coordinator to a case, or put one into the place of another; take one off."""
    case = _headed(request, number)
    if "release" in request.POST:
        return _released(request, case)
    if "release" in request.GET:
        return _ask_release(request, case)
    form = AssignForm(posted(request), case=case)
    if form.is_valid() and carry_out(request, form, lambda: _assigned(case, form, request), _("已指派，请电话告知。")):
        return redirect("desk_case_assign", number=case.number)
    coordinators = coordinators_of(case)
    context = {
        "case": case,
        "form": form,
        "may_assign": case.status not in EXITS,
        "coordinators": coordinators,
        "lacks_coordinators": lacks_coordinators(coordinators) and not case.is_ended,
    }
    return render(request, "registries/cases/assign.html", context)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_doubt(request: StaffRequest, number: str) -> HttpResponse:
    """Write down that what was declared in life was checked on paper, and no refusal stands."""
    case = _headed(request, number)
    form = DoubtForm(posted(request))
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: settle_doubt(case_id=case.pk, **form.cleaned_data, actor=request.user),
        _("已记下。协调员可以继续办理；这些项目按本人没有表示过办理。"),
    ):
        return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("核对生前意愿"),
        lead=_(
            "各登记机构保存的表示互相矛盾，或在死亡当天、以后有变动。请调取书面原件核对签字日期："
            "查明本人不同意的，不要在这里登记，请办理终止。"
        ),
        submit=_("没有有效的不同意，继续办理"),
    )


def _assigned(case: Case, form: AssignForm, request: StaffRequest) -> Any:
    data = form.cleaned_data
    said: dict[str, Any] = {"case_id": case.pk, "on": data["on"], "actor": request.user}
    if data["instead_of"] is None:
        return assign_coordinator(person=data["person"], **said)
    row = get_object_or_404(case.coordinators.filter(released_at=None), person=data["instead_of"])
    return hand_over_case(from_id=row.pk, to=data["person"], **said)


def _ask_release(request: StaffRequest, case: Case) -> HttpResponse:
    row = get_object_or_404(case.coordinators.filter(released_at=None), pk=_number(request.GET["release"]))
    follows = [
        _("从此看不到这个案例；已签过的字保留。"),
        _("名下这个案例还没做的联系，转为“没有人负责”，请另派人接手。"),
        _("撤出后还剩 %(n)d 名协调员。依法须两名以上才能见证，不足的请马上补派。")
        % {"n": len(coordinators_of(case)) - 1},
    ]
    if case.status == CaseStatus.CONSENTED:
        follows.append(_("其余协调员都已在见证记录上签字的，见证随之完成。"))
    sure = Sure(
        title=_("撤出协调员"),
        question=_("把这位协调员撤出案例？"),
        said=[(_("协调员"), row.person), (_("指派日期"), row.assigned_on.isoformat())],
        follows=follows,
        submit=_("撤出"),
        section=(_("捐献案例"), reverse("desk_cases")),
        thing=(_("指派和移交协调员"), reverse("desk_case_assign", args=[case.number])),
        eyebrow=case.number,
        action=request.path,
        name="release",
        value=str(row.pk),
    )
    return ask_sure(request, sure)


def _released(request: StaffRequest, case: Case) -> HttpResponse:
    row = get_object_or_404(case.coordinators, pk=_number(request.POST["release"]))
    try:
        release_coordinator(case_id=case.pk, from_id=row.pk, on=today(), actor=request.user)
        messages.success(request, _("已撤出，对方从此看不到这个案例。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_case_assign", number=case.number)


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_grants(request: StaffRequest, number: str) -> HttpResponse:
    """Let somebody look into this one case for a time, or let them out."""
    case = _headed(request, number)
    if "end" in request.POST:
        return _let_out(request, case)
    if "end" in request.GET:
        return _ask_let_out(request, case)
    form = GrantForm(posted(request), case=case, actor=request.user)
    if form.is_valid() and carry_out(
        request,
        form,
        lambda: grant_case(case_id=case.pk, **form.cleaned_data, actor=request.user),
        _("已准许，对方每次查看都会留下记录。"),
    ):
        return redirect("desk_case_grants", number=case.number)
    return render(request, "registries/cases/grants.html", {"case": case, "form": form, "rows": grants_of(case)})


def _ask_let_out(request: StaffRequest, case: Case) -> HttpResponse:
    pk = _number(request.GET["end"])
    row = next((one for one in grants_of(case) if one.pk == pk and one.ended_at is None), None)
    if row is None:
        raise NotFound("grant_not_found", _("这一条准许已经收回，请返回刷新。"))
    sure = Sure(
        title=_("收回查看准许"),
        question=_("收回这一条准许？"),
        said=[(_("准许谁"), row.person), (_("用途"), row.purpose), (_("最后一天"), row.until.isoformat())],
        follows=[
            _("马上生效：对方从此不能再查看这个案例。"),
            _("以前的查看记录保留。以后确有需要的，可以重新准许。"),
        ],
        submit=_("收回"),
        section=(_("捐献案例"), reverse("desk_cases")),
        thing=(_("准许他人查看"), reverse("desk_case_grants", args=[case.number])),
        eyebrow=case.number,
        action=request.path,
        name="end",
        value=str(row.pk),
    )
    return ask_sure(request, sure)


def _let_out(request: StaffRequest, case: Case) -> HttpResponse:
    try:
        end_case_grant(case_id=case.pk, grant_id=_number(request.POST["end"]), actor=request.user)
        messages.success(request, _("已收回，马上生效。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_case_grants", number=case.number)


@desk_page(Right.ASSIGN_COORDINATORS)
@never_cache
@require_http_methods(["GET", "POST"])
def receiving_units(request: StaffRequest) -> HttpResponse:
    """The units of a province that receive gifts: all may read who assign, the province's own head writes."""
    provinces = branches_with(request.user, Right.ASSIGN_COORDINATORS).filter(kind=BranchKind.PROVINCE)
    form = UnitForm(posted(request), provinces=provinces)
    if "end" in request.POST:
        return _ended(request)
    if "end" in request.GET:
        return _ask_end(request, provinces)
    if form.is_valid() and carry_out(
        request, form, lambda: open_unit(**form.cleaned_data, actor=request.user), _("已加入名单。")
    ):
        return redirect("desk_receiving_units")
    home = branches_with(request.user, Right.ASSIGN_COORDINATORS).select_related("province").first()
    context = {"form": form, "rows": units_of(home.province if home else None), "may_write": provinces.exists()}
    return render(request, "registries/cases/units.html", context)


def _ask_end(request: StaffRequest, provinces: QuerySet[Branch]) -> HttpResponse:
    rows = ReceivingUnit.objects.filter(province__in=provinces, ended_at=None)
    unit = get_object_or_404(rows, pk=_number(request.GET["end"]))
    sure = Sure(
        title=_("停用接受单位"),
        question=_("停用这个单位？"),
        said=[(_("名称"), unit.name), (_("类别"), unit.get_kind_display())],
        follows=[
            _("从现在起，全省登记移交时都不能再选这个单位；正在办理的案例也一样。"),
            _("以前的移交记录不变。停用不能撤回；以后要再用，须重新加入名单。"),
        ],
        submit=_("停用"),
        section=(_("捐献案例"), reverse("desk_cases")),
        thing=(_("接受单位名单"), reverse("desk_receiving_units")),
        action=request.path,
        name="end",
        value=str(unit.pk),
    )
    return ask_sure(request, sure)


def _ended(request: StaffRequest) -> HttpResponse:
    unit = get_object_or_404(ReceivingUnit, pk=_number(request.POST["end"]))
    try:
        end_unit(unit_id=unit.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, _("已停用；以前的移交记录不变。"))
    return redirect("desk_receiving_units")


def _headed(request: StaffRequest, number: str) -> Case:
    case = case_for(request.user, number)
    require_head(request.user, case)
    return case


def _number(written: str) -> int:
    """The id that a button sent; 0, which nothing has, for what is no number."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0
