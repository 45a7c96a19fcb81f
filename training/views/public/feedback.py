"""Saying how a session was: by the code of one's place, or from the QR of the class."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.views.answers import add_refusal, posted
from training.forms.feedback import FeedbackForm
from training.models import Enrolment
from training.selectors.public.places import own_place
from training.services.feedback import give_feedback, takes_feedback
from training.views.public.places import known_place
from training.views.public.remembering import remembered_codes


@never_cache
@require_safe
def feedback_of_class(request: HttpRequest, number: str) -> HttpResponse:
    """The QR of a class leads here: on to one's own place where this device knows it, else to typing its code."""
    rows = Enrolment.objects.unscoped("places that this device knows").filter(code__in=remembered_codes(request))
    code = rows.filter(session__number=number.replace("\x00", "")).values_list("code", flat=True).first()
    if code is None:
        messages.info(request, _("请填写报名编号（在短信里），再点“评价本次培训”。"))
        return redirect("training_places")
    return redirect("training_place_feedback", code=code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_feedback(request: HttpRequest, code: str) -> HttpResponse:
    """Three marks and a comment, once."""
    enrolment = known_place(request, code)
    place = own_place(enrolment)
    form = FeedbackForm(posted(request))
    if form.is_valid():
        try:
            give_feedback(enrolment_id=enrolment.pk, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("谢谢，评价已收到。"))
            return redirect("training_place", code=enrolment.code)
    context = {"place": place, "session": place.session, "form": form, "is_open": takes_feedback(enrolment)}
    return render(request, "public/training/feedback.html", context)
