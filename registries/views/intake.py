"""Bringing in donors who joined on paper: template, upload, check, release by a second person, progress."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, NotFound
from core.exporting import CSV_CONTENT_TYPE, XLSX_CONTENT_TYPE, Sheet, stream_csv, write_xlsx
from core.jobs import job_facts
from core.views.answers import add_refusal, place_before, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may
from organizations.views.access import StaffRequest, desk_page
from registries.choices import STEM_CONSENTS, ConsentSubject
from registries.choices.intake import COLUMNS, EXAMPLE, INTAKE_DAYS, MAY_BE_MISSING, MOST_BYTES, MOST_ROWS, IntakeStatus
from registries.forms.intake import IntakeForm
from registries.models import DonorIntake
from registries.permissions import intake_for
from registries.selectors.intake import (
    LINES_SHOWN,
    PAGE_SIZE,
    PROBLEMS_SHOWN,
    done_count,
    intake_history,
    intake_lines_done,
    intake_problems,
    intakes_for,
    spot_lines,
)
from registries.services.intake.files import (
    drop_intake,
    is_stuck,
    last_job,
    may_drop,
    open_intake,
    release_intake,
    resume_intake,
)
from registries.views.sure import Sure, ask_sure

EITHER = (Right.KEEP_REGISTRIES, Right.APPROVE_EXPORTS)
STEPS = {
    "release": (release_intake, gettext_lazy("已批准，正在带入，进度见下。")),
    "drop": (drop_intake, gettext_lazy("已作废，没有带入任何人。")),
    "resume": (resume_intake, gettext_lazy("已重新开始，从停下的地方接着办。")),
}
PROBLEM_COLUMNS = ("行", "哪一列", "什么问题，怎么办")
_TOLD: dict[str, Any] = {
    "出生日期": gettext_lazy("证件号码里有出生日期的（身份证、居住证）不填"),
    "证件类型": gettext_lazy("居民身份证、港澳台居民居住证、港澳台通行证、护照、军官证；不填的照号码判断"),
    "报名日期": gettext_lazy("签纸质同意书的日子，当天须满 18、不超过 45 周岁"),
    "同意书编号": gettext_lazy("纸质同意书在本会档案里的编号，每人一份"),
    "状态": gettext_lazy("只收“已入库”"),
    "入库日期": gettext_lazy("分型入库的日子，不早于报名"),
    "血样袋号": gettext_lazy("可以不填"),
    "住址": gettext_lazy("可以不填"),
    "同意电话联系": gettext_lazy("是或否；填“否”的不打电话，亲友也不保存"),
    "亲友1关系": gettext_lazy("配偶、父母、成年子女、兄弟姐妹、其他亲属、朋友"),
    "亲友2姓名": gettext_lazy("第二位亲友可以不填"),
}


@desk_page(*EITHER)
@never_cache
@require_http_methods(["GET", "POST"])
def intake_list(request: StaffRequest) -> HttpResponse:
    """The files of the person's branches, and the form for the next."""
    may_keep = holds_anywhere(request.user, Right.KEEP_REGISTRIES)
    data = posted(request) if may_keep else None
    form = IntakeForm(data, None if data is None else request.FILES, person=request.user)
    if form.is_valid() and (made := _opened(request, form)):
        messages.success(request, _("名单已加密保存，正在逐行核对。"))
        return redirect("desk_intake", number=made.number)
    found, place = intakes_for(request.user, before=place_before(request)), place_before(request)
    shown = found[:PAGE_SIZE]
    context = {
        "may_keep": may_keep,
        "form": form,
        "columns": [(name, _TOLD.get(name, ""), name in MAY_BE_MISSING, EXAMPLE.get(name, "")) for name in COLUMNS],
        "consents": [ConsentSubject(one).label for one in STEM_CONSENTS],
        "most_rows": MOST_ROWS,
        "most_megabytes": MOST_BYTES // (1024 * 1024),
        "days": INTAKE_DAYS,
        "rows": shown,
        "next_url": f"?before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if place else "",
    }
    return render(request, "registries/intakes.html", context)


def _opened(request: StaffRequest, form: IntakeForm) -> DonorIntake | None:
    data = form.cleaned_data
    try:
        return open_intake(
            source=data["file"].file,
            are_papers_kept=data["are_papers_kept"],
            branch=data["branch"],
            key=data["key"],
            actor=request.user,
        )
    except DomainError as error:
        add_refusal(form, error)
        return None


@desk_page(*EITHER)
@never_cache
@require_safe
def intake_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One file: how far it is, what it holds in counts, what is wrong, who was brought in."""
    row = intake_for(request.user, number)
    if request.GET.get("ask") == "drop" and may_drop(row):
        return _ask_drop(request, row)
    job = last_job(row)
    is_waiting = row.status == IntakeStatus.CHECKED
    is_own = row.made_by_id == request.user.pk
    context = {
        "row": row,
        "job": job,
        "facts": job_facts(job) if job else None,
        "is_stuck": is_stuck(row),
        "history": intake_history(row),
        "may_drop": may_drop(row),
        "is_waiting": is_waiting and row.good_count,
        "may_release": is_waiting
        and row.good_count
        and not is_own
        and may(request.user, Right.APPROVE_EXPORTS, row.branch),
        "spots": spot_lines(row) if is_waiting else [],
        **_lines(request, row),
    }
    is_part = request.headers.get("HX-Request") == "true" and job is not None
    return render(request, f"registries/intake{'_part' if is_part else ''}.html", context)


def _lines(request: StaffRequest, row: DonorIntake) -> dict[str, Any]:
    after = request.GET.get("after", "")
    found = intake_lines_done(row, after=int(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0)
    shown = found[:LINES_SHOWN]
    return {
        "done": shown,
        "done_count": done_count(row) if shown else 0,
        "next_url": f"?after={shown[-1].line}" if len(found) > LINES_SHOWN else "",
        "problems": list(islice(intake_problems(row), PROBLEMS_SHOWN)),
    }


_FOLLOWS = [
    gettext_lazy("一个人也不带入，本会的登记不变。"),
    gettext_lazy("每一行的内容马上清空，原文件今夜销毁；编号、行数、问题和经过保留。"),
    gettext_lazy("作废不能撤回。还要带入的，请改好后重新上传。"),
]


def _ask_drop(request: StaffRequest, row: DonorIntake) -> HttpResponse:
    sure = Sure(
        title=_("作废原有志愿者名单"),
        question=_("这份名单不办了，作废？"),
        said=[(_("编号"), row.number), (_("行数"), row.row_count), (_("可以带入、因此不办的行"), row.good_count)],
        follows=_FOLLOWS,
        submit=_("作废"),
        section=(_("带入原有志愿者"), reverse("desk_intakes")),
        thing=(row.number, reverse("desk_intake", args=[row.number])),
        action=reverse("desk_intake_step", args=[row.number, "drop"]),
    )
    return ask_sure(request, sure)


@desk_page(*EITHER)
@never_cache
@require_safe
def intake_problem_list(request: StaffRequest, number: str) -> StreamingHttpResponse:
    """All that is wrong with lines that are not brought in; by line and column, nobody named."""
    row = intake_for(request.user, number)
    rows = ((one.line, one.column, one.sentence) for one in intake_problems(row))
    response = StreamingHttpResponse(stream_csv(PROBLEM_COLUMNS, rows), content_type=CSV_CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{row.number}-problems.csv"'
    return response


@desk_page(*EITHER)
@require_safe
def intake_template(request: StaffRequest) -> FileResponse:
    """An empty workbook with the header, and a second sheet that says what goes into each column, with an example."""
    told = [
        (name, "" if name in MAY_BE_MISSING else _("必有"), str(_TOLD.get(name, "")), EXAMPLE.get(name, ""))
        for name in COLUMNS
    ]
    with tempfile.TemporaryDirectory(prefix="intake-") as folder:
        path = Path(folder) / "template.xlsx"
        header = (_("列"), _("必有"), _("怎么填"), _("例子"))
        write_xlsx(path, [Sheet(_("名单"), COLUMNS, []), Sheet(_("填写说明和例子"), header, told)])
        return private_file(path.open("rb"), filename=_("原有志愿者名单模板.xlsx"), content_type=XLSX_CONTENT_TYPE)


@desk_page(*EITHER)
@never_cache
@require_POST
def intake_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Release, drop, or go on."""
    row = intake_for(request.user, number)
    if step not in STEPS:
        raise NotFound("step_unknown", _("没有这一步。"))
    service, sentence = STEPS[step]
    try:
        service(intake_id=row.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, sentence)
    return redirect("desk_intake", number=row.number)
