"""Files to and from the national library at the desk: made, downloaded with a purpose, checked, confirmed, applied."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, NotFound
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from core.jobs import job_facts
from core.views.answers import add_refusal, place_before, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from registries.choices.donors import BatchStatus
from registries.choices.exchange import IN_COLUMNS, MOST_FILE_DOWNLOADS, Direction, FileStatus, Result
from registries.forms.exchange import IncomingForm, OutgoingForm
from registries.forms.wishes import PurposeForm
from registries.models import ExchangeFile
from registries.permissions import exchange_file_for
from registries.selectors.exchange import (
    LEFT_SHOWN,
    PAGE_SIZE,
    ROWS_SHOWN,
    exchange_changes,
    exchange_counts,
    exchange_files,
    exchange_history,
    exchange_problems,
    left_after,
    left_after_count,
    lost_count,
    lost_in,
)
from registries.services.exchange.files import (
    confirm_file,
    drop_file,
    expires_on,
    is_stuck,
    last_job,
    may_drop,
    open_outgoing,
    release_file,
    resume_file,
)
from registries.services.exchange.incoming import open_incoming
from registries.services.exchange.outgoing import download_outgoing, manifest_of
from registries.views.places import number_after
from registries.views.sure import Sure, ask_sure

EITHER = (Right.KEEP_REGISTRIES, Right.APPROVE_EXPORTS)
STEPS = {
    "release": (release_file, gettext_lazy("已批准，正在生成；申请人会在这里下载。")),
    "confirm": (confirm_file, gettext_lazy("已开始办理，进度见下。")),
    "drop": (drop_file, gettext_lazy("已作废，没有办理任何一行。")),
    "resume": (resume_file, gettext_lazy("已重新开始，从停下的地方接着办。")),
}
PROBLEM_COLUMNS = ("行", "哪一格", "有什么问题", "怎么办")


@desk_page(*EITHER)
@never_cache
@require_safe
def exchange_list(request: StaffRequest) -> HttpResponse:
    """The files of the person's branches, with the forms for the next."""
    return _list(request, OutgoingForm(person=request.user), IncomingForm(person=request.user))


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_POST
def exchange_out(request: StaffRequest) -> HttpResponse:
    """Ask for a file that goes out."""
    form = OutgoingForm(request.POST, person=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            row = open_outgoing(branch=data["branch"], batch_number=data["batch"], key=data["key"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("desk_exchange_file", number=row.number)
    return _list(request, form, IncomingForm(person=request.user))


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_POST
def exchange_in(request: StaffRequest) -> HttpResponse:
    """Take in a file that came."""
    form = IncomingForm(request.POST, request.FILES, person=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            row = open_incoming(
                source=data["file"].file, manifest=data["manifest"], branch=data["branch"], actor=request.user
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("校验值对得上，文件已加密保存，正在逐行核对。"))
            return redirect("desk_exchange_file", number=row.number)
    return _list(request, OutgoingForm(person=request.user), form)


def _list(request: StaffRequest, outgoing: OutgoingForm, incoming: IncomingForm) -> HttpResponse:
    found, place = exchange_files(request.user, before=place_before(request)), place_before(request)
    shown = found[:PAGE_SIZE]
    context = {
        "may_keep": holds_anywhere(request.user, Right.KEEP_REGISTRIES),
        "outgoing": outgoing,
        "incoming": incoming,
        "columns": "、".join(IN_COLUMNS),
        "results": "、".join(str(one.label) for one in Result),
        "rows": shown,
        "next_url": f"?before={shown[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": "?" if place else "",
    }
    return render(request, "registries/exchange.html", context)


@desk_page(*EITHER)
@never_cache
@require_safe
def exchange_file(request: StaffRequest, number: str) -> HttpResponse:
    """One file: how far it is, what it holds in counts, what is wrong, what it changed."""
    row = exchange_file_for(request.user, number)
    if request.GET.get("ask") == "drop" and may_drop(row):
        return _ask_drop(request, row)
    job = last_job(row)
    context = {
        "row": row,
        "job": job,
        "facts": job_facts(job) if job else None,
        "is_stuck": is_stuck(row),
        "may_read": may(request.user, Right.READ_REGISTRANTS, row.branch),
        "purpose_form": PurposeForm(),
        "history": exchange_history(row),
        "expires_on": expires_on(row),
        "downloads_left": MOST_FILE_DOWNLOADS - row.download_count,
        "may_release": _may_release(request, row),
        "may_drop": may_drop(row),
        **({**_left(request, row), **_lost(request, row)} if row.direction == Direction.OUT else {}),
        **(_rows(request, row) if row.direction == Direction.IN else {}),
    }
    is_part = request.headers.get("HX-Request") == "true" and job is not None
    return render(request, f"registries/exchange_{'part' if is_part else 'file'}.html", context)


def _may_release(request: StaffRequest, row: ExchangeFile) -> bool:
    is_others = row.status == FileStatus.ASKED and row.made_by_id != request.user.pk
    return is_others and may(request.user, Right.APPROVE_EXPORTS, row.branch)


def _left(request: StaffRequest, row: ExchangeFile) -> dict[str, Any]:
    """Whom the library has to be told of, a page of them (`?left=<number>`: behind that one), and how many in all."""
    found = left_after(row, after=number_after(request, "left"))
    shown = found[:LEFT_SHOWN]
    return {
        "left": shown,
        "left_count": left_after_count(row) if found else 0,
        "left_url": f"?left={shown[-1]}" if len(found) > LEFT_SHOWN else "",
    }


def _lost(request: StaffRequest, row: ExchangeFile) -> dict[str, Any]:
    """Whose bags were lost on the way, a page of them (`?lost=<number>`: behind that one), and how many in all.

    `is_lost`: nobody is left of whom the file is.
    """
    found = lost_in(row, after=number_after(request, "lost"))
    shown, count = found[:LEFT_SHOWN], lost_count(row) if found else 0
    is_asked = row.status == FileStatus.ASKED
    box_is_lost = row.batch is not None and row.batch.status == BatchStatus.LOST
    return {
        "lost": shown,
        "lost_count": count,
        "lost_url": f"?lost={shown[-1]}" if len(found) > LEFT_SHOWN else "",
        "is_lost": box_is_lost if is_asked else count == row.row_count,
    }


def _rows(request: StaffRequest, row: ExchangeFile) -> dict[str, Any]:
    after = request.GET.get("after", "")
    found = exchange_changes(row, after=int(after) if after.isascii() and after.isdecimal() and len(after) < 9 else 0)
    shown = found[:ROWS_SHOWN]
    problems = [one for one, _n in zip(exchange_problems(row), range(ROWS_SHOWN), strict=False)]
    return {
        "counts": exchange_counts(row),
        "changes": shown,
        "next_url": f"?after={shown[-1].line}" if len(found) > ROWS_SHOWN else "",
        "problems": problems,
        "good_count": row.row_count - row.bad_count,
        "may_confirm": row.status == FileStatus.CHECKED and row.row_count > row.bad_count,
    }


_DROPPED_IN = [
    gettext_lazy("一行也不办理，志愿者的状态不变。"),
    gettext_lazy("行里的查询编号马上清空，原文件今夜销毁；编号、行数和经过保留。"),
    gettext_lazy("作废不能撤回。要办的，请重新上传文件，再核对一遍。"),
]
_DROPPED_READY = [
    gettext_lazy("文件马上销毁。里面的人没有报送出去，还在库的会在下一份文件里。"),
    gettext_lazy("已经有人下载的不能作废。还要报送的，请重新申请。"),
]
_DROPPED_OUT = [
    gettext_lazy("不生成文件，没有打开任何人的资料；采样的人以后还可以报送。"),
    gettext_lazy("作废不能撤回。还要报送的，请重新申请。"),
]


def _dropped_rows(row: ExchangeFile) -> list[tuple[str, Any]]:
    return [(_("行数"), row.row_count), (_("可以办理、因此不办的行"), row.row_count - row.bad_count)]


def _ask_drop(request: StaffRequest, row: ExchangeFile) -> HttpResponse:
    title, follows = {
        FileStatus.ASKED: (_("作废报送申请"), _DROPPED_OUT),
        FileStatus.READY: (_("作废报送文件"), _DROPPED_READY),
    }.get(FileStatus(row.status), (_("作废接收文件"), _DROPPED_IN))
    sure = Sure(
        title=title,
        question=_("这份文件不办了，作废？"),
        said=[(_("文件编号"), row.number), *(_dropped_rows(row) if row.direction == Direction.IN else [])],
        follows=follows,
        submit=_("作废"),
        section=(_("骨髓库文件"), reverse("desk_exchange")),
        thing=(row.number, reverse("desk_exchange_file", args=[row.number])),
        action=reverse("desk_exchange_step", args=[row.number, "drop"]),
    )
    return ask_sure(request, sure)


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["POST"])
def exchange_download(request: StaffRequest, number: str) -> HttpResponseBase:
    """Hand a file out to who says what for."""
    row = exchange_file_for(request.user, number)
    require(request.user, Right.READ_REGISTRANTS, row.branch)
    form = PurposeForm(posted(request))
    try:
        purpose = form.cleaned_data["purpose"] if form.is_valid() else ""
        source = download_outgoing(file_id=row.pk, purpose=purpose, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("desk_exchange_file", number=row.number)
    return private_file(source, filename=row.filename, content_type=CSV_CONTENT_TYPE)


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_safe
def exchange_manifest(request: StaffRequest, number: str) -> HttpResponse:
    """What goes along with a file: digest, name, number, rows, sender, day."""
    row = exchange_file_for(request.user, number)
    if not row.file_sha256:
        messages.info(request, _("这份文件还没有校验文件，生成好以后才有。"))
        return redirect("desk_exchange_file", number=row.number)
    response = HttpResponse(manifest_of(row), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.filename}.sha256"'
    return response


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_safe
def exchange_problem_list(request: StaffRequest, number: str) -> StreamingHttpResponse:
    """All rows that are not applied, with what is wrong and what to do; by line, nobody named."""
    row = exchange_file_for(request.user, number)
    rows = ((one.line, one.field, one.wrong, one.do) for one in exchange_problems(row))
    response = StreamingHttpResponse(stream_csv(PROBLEM_COLUMNS, rows), content_type=CSV_CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{row.number}-problems.csv"'
    return response


@desk_page(*EITHER)
@never_cache
@require_POST
def exchange_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Release, confirm, drop, or go on."""
    row = exchange_file_for(request.user, number)
    if step not in STEPS:
        raise NotFound("step_unknown", _("没有这一步。"))
    service, sentence = STEPS[step]
    try:
        service(file_id=row.pk, actor=request.user)
    except DomainError as error:
        say_refusal(request, error)
    else:
        messages.success(request, sentence)
    return redirect("desk_exchange_file", number=row.number)
