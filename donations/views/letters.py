"""Givers' letters of large gifts: handed in with a row, read by its makers and approvers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.views.answers import private_file, say_refusal
from donations.forms.gifts import LetterForm
from donations.models import Batch
from donations.permissions import row_letter
from donations.selectors.batches import batch_by_number
from donations.services.appeals.papers import keep_letter
from donations.services.files import open_row_letter
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.ENTER_GIFTS, Right.APPROVE_GIFTS)
@require_http_methods(["GET", "POST"])
def row_letter_file(request: StaffRequest, number: str, row_number: int) -> HttpResponseBase:
    """Take in the letter of a row, or hand it out; the reading is recorded."""
    batch = batch_by_number(number, request.user)
    if request.method == "POST":
        return _keep(request, batch, row_number)
    letter = row_letter(batch, row_number)
    source = open_row_letter(batch=batch, letter=letter, actor=request.user)
    is_picture = letter.content_type.startswith("image/")
    return private_file(source, filename=letter.name, content_type=letter.content_type, attachment=not is_picture)


def _keep(request: StaffRequest, batch: Batch, row_number: int) -> HttpResponse:
    require(request.user, Right.ENTER_GIFTS, batch.branch)
    form = LetterForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请选择捐赠函的照片或 PDF，再点上传。"))
    else:
        try:
            keep_letter(
                batch_id=batch.pk, row_number=row_number, upload=form.cleaned_data["letter"], actor=request.user
            )
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("第 %(row)d 行的捐赠函已保存。") % {"row": row_number})
    return redirect("desk_row", number=batch.number, row_number=row_number)
