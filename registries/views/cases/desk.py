"""Cases at the desk: the list, a notification, one case, who died, and the end without a gift."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from organizations.choices import Right
from organizations.permissions import holds_anywhere
from organizations.views.access import StaffRequest, desk_page
from registries.choices.cases import EXITS
from registries.forms.cases import EndForm, NoticeForm, PersonForm
from registries.forms.wishes import PurposeForm
from registries.models import Case
from registries.permissions.cases import (
    DOOR,
    case_for,
    grant_of,
    holds_within,
    is_coordinator,
    is_taker,
    require_head,
)
from registries.selectors.cases import (
    CASE_TABS,
    PAGE_SIZE,
    body_unit,
    case_counts,
    case_history,
    case_steps,
    case_tabs,
    cases_for,
    coordinators_of,
    lacks_coordinators,
    next_action,
    other_actions,
    same_person_cases,
)
from registries.services.cases.family import standings_of
from registries.services.cases.handing import end_case
from registries.services.cases.notifying import notify_case, write_person
from registries.services.cases.reading import (
    masked_people,
    note_look,
    reveal_people,
    reveal_record,
    reveal_wish_in_life,
)
from registries.services.cases.wish_in_life import is_in_doubt
from registries.views.cases.steps import carry_out, form_page, taken_case, to_case


@desk_page(*DOOR)
@never_cache
@require_safe
def case_list(request: StaffRequest) -> HttpResponse:
    """The cases that the person may open, their own first; whoever counts sees how many there are."""
    is_keeper = holds_anywhere(request.user, Right.KEEP_CASES)
    tab = request.GET.get("show", "mine" if is_keeper else "open")
    tab = tab if tab in CASE_TABS else "open"
    place = place_before(request)
    found, counts = cases_for(request.user, tab, before=place), case_tabs(request.user)
    shown = found[:PAGE_SIZE]
    names = masked_people(shown, reader=request.user) if tab == "mine" else {}
    context = {
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == tab}
            for name, label in CASE_TABS.items()
        ],
        "rows": [(one, names.get(one.pk, "")) for one in shown],
        "has_names": tab == "mine",
        "next_url": f"?show={tab}&before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
        "may_write": is_keeper,
        "may_units": holds_anywhere(request.user, Right.ASSIGN_COORDINATORS),
        "counts": case_counts(request.user),
    }
    return render(request, "registries/cases/list.html", context)


@desk_page(Right.KEEP_CASES)
@never_cache
@require_http_methods(["GET", "POST"])
def case_new(request: StaffRequest) -> HttpResponse:
    """Take a notification down, on the telephone, at night."""
    form = NoticeForm(posted(request), person=request.user)
    if form.is_valid():
        made: list[Case] = []

        def act() -> Case:
            made.append(notify_case(notice=form.notice(), actor=request.user))
            return made[0]

        if carry_out(request, form, act, _("已登记。请马上电话通知捐献工作负责人指派两名协调员。")):
            return to_case(made[0])
    return render(request, "registries/cases/new.html", {"form": form})


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One case: its steps, what comes next; its people are shown once, to who says what for."""
    case = case_for(request.user, number)
    note_look(case, actor=request.user)
    form = PurposeForm(posted(request))
    shown = _shown(request, case, form) if form.is_valid() else {}
    return render(request, "registries/cases/case.html", {"purpose_form": form, **_context(request, case), **shown})


def _context(request: StaffRequest, case: Case) -> dict[str, Any]:
    person = request.user
    is_worker = is_coordinator(person, case) or is_taker(person, case)
    is_head = holds_within(person, Right.ASSIGN_COORDINATORS, case.branch)
    body, coordinators = body_unit(case), coordinators_of(case)
    is_doubtful = not case.is_ended and case.handed_over_on is None and is_in_doubt(case)
    has_document = case.person.document is not None
    others = other_actions(
        case, is_worker=is_worker, is_head=is_head, has_body=body is not None, is_doubtful=is_doubtful
    )
    following = next_action(case, is_worker=is_worker, is_head=is_head, has_document=has_document)
    return {
        "case": case,
        "steps": case_steps(case),
        "following": following,
        "others": [one for one in others if following is None or one.url != following.url],
        "coordinators": coordinators,
        "lacks_coordinators": lacks_coordinators(coordinators) and not case.is_ended,
        "standings": standings_of(case) if is_worker else [],
        "body": body,
        "is_doubtful": is_doubtful,
        "same_person": same_person_cases(case) if (is_worker or is_head) and not case.is_ended else [],
        "may_see_wish": is_coordinator(person, case) and case.status not in EXITS,
        "history": case_history(case),
        "may_read": is_worker or grant_of(person, case) is not None,
    }


def _shown(request: StaffRequest, case: Case, form: PurposeForm) -> dict[str, Any]:
    """What a person asked to see once: `people`, `record` or `wishes`."""
    asked: dict[str, Any] = {"case": case, "purpose": form.cleaned_data["purpose"], "actor": request.user}
    try:
        if request.POST.get("show") == "record":
            return {"record": reveal_record(**asked)}
        if request.POST.get("show") == "wish":
            return {"wishes": reveal_wish_in_life(**asked)}
        return {"people": reveal_people(**asked)}
    except DomainError as error:
        add_refusal(form, error)
        return {}


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_person(request: StaffRequest, number: str) -> HttpResponse:
    """Write down or put right who died; a refusal in life that is found ends the case."""
    case = taken_case(request, number)
    form = PersonForm(posted(request), case=case)
    if form.is_valid():
        said = {**form.cleaned_data, **{name: tuple(form.cleaned_data[name]) for name in ("kinds", "organs")}}
        if carry_out(
            request, form, lambda: write_person(case_id=case.pk, **said, actor=request.user), _("已保存捐献人。")
        ):
            return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("补写或更正捐献人"),
        lead=_("照证件填写。保存时会核对本人生前有没有表示不同意；查到的，案例立即终止。"),
        submit=_("保存"),
    )


@desk_page(*DOOR)
@never_cache
@require_http_methods(["GET", "POST"])
def case_end(request: StaffRequest, number: str) -> HttpResponse:
    """End a case without a gift."""
    case = case_for(request.user, number)
    if not (is_coordinator(request.user, case) or is_taker(request.user, case)):
        require_head(request.user, case)
    form = EndForm(posted(request), case=case)
    if form.is_valid():

        def act() -> Any:
            said = {"reason": form.cleaned_data["reason"], "on": form.cleaned_data["on"]}
            end_case(case_id=case.pk, to_status=form.to_status(), **said, actor=request.user)

        if carry_out(request, form, act, _("案例已终止。请向家属表示感谢和慰问。")):
            return to_case(case)
    return form_page(
        request,
        case,
        form,
        title=_("没有捐成，办理终止"),
        lead=_("终止以后不能再继续办理；只记原因的类别，不写医学情况。"),
        submit=_("终止案例"),
        tone="danger",
    )
