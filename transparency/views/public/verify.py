"""Verifying what one holds: a report, a record of the log, an old checkpoint."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.throttling import Limit, count_once, place_of
from transparency.selectors.public_log import latest_checkpoint, log_verifiers
from transparency.services.verifying_reports.counting import count_file
from transparency.services.verifying_reports.examining import examine_file
from transparency.services.verifying_reports.reading import MOST_BYTES
from transparency.verify_forms import HeadForm, NoLargerThan, PickForm, RecordForm, Sha256Form, UploadForm

LIMIT = Limit("verify_file", 30, 600)


@csrf_exempt  # checked below, once the limit on what comes in stands
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask by SHA-256 (GET), or send a file to be looked into (POST); the rest of the page works in the browser."""
    limit = NoLargerThan(MOST_BYTES)
    if request.method == "POST":
        request.upload_handlers.insert(0, limit)
    return _verify(request, limit)


@csrf_protect
def _verify(request: HttpRequest, limit: NoLargerThan) -> HttpResponse:
    asked = Sha256Form(request.GET if "sha256" in request.GET else None)
    sent = UploadForm()
    if request.method == "POST":
        sent = UploadForm(request.POST, request.FILES, was_too_large=limit.was_too_large)
    answer = asked.answer if asked.is_valid() else None
    if sent.is_valid():
        count_once(LIMIT, place_of(request))
        answer = _examined(sent)
    return render(
        request, "public/verify/page.html", {**_page(request), "asked": asked, "sent": sent, "answer": answer}
    )


def _examined(sent: UploadForm) -> Any:
    """The answer about a file that was sent, which is gone afterwards."""
    with sent.cleaned_data["file"] as file:
        count_file()
        try:
            return examine_file(file)
        except DomainError as refusal:
            sent.add_error("file", refusal.message)
            return None


def _page(request: HttpRequest) -> dict[str, Any]:
    record = request.GET.get("record", "")
    return {
        "picking": PickForm(),
        "recording": RecordForm(),
        "heading": HeadForm(),
        "record": record if record.isascii() and record.isdigit() and len(record) < 19 else "",
        "keys": log_verifiers(),
        "checkpoint": latest_checkpoint(),
    }
