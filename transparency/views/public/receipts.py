"""From a fiscal receipt to its gift: number, sum and day must all agree."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.identifiers import normalise_identifier
from core.throttling import Limit, count_once, place_of
from donations.selectors.receipts import gift_of_receipt
from transparency.filters import AmountField, day_field

LIMIT = Limit("receipt_search", 20, 600)


class ReceiptSearchForm(forms.Form):
    """What stands on a receipt."""

    number = forms.CharField(
        label=gettext_lazy("票据号码"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("财政票据右上角的号码，常见为 10 位数字。"),
    )
    amount = AmountField(label=gettext_lazy("金额（元）"), max_length=24)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"] = day_field(_("捐赠日期"))
        self.fields["received_on"].required = True
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_search(request: HttpRequest) -> HttpResponse:
    """Lead from a receipt's number, sum and day to its gift; asked too often from one place, it waits."""
    form = ReceiptSearchForm(request.POST or None)
    is_missing = False
    if form.is_valid():
        count_once(LIMIT, place_of(request))
        asked = {**form.cleaned_data, "number": normalise_identifier(form.cleaned_data["number"])}
        number = gift_of_receipt(**asked)
        if number:
            return redirect("donation", number=number)
        is_missing = True
    return render(request, "public/receipt_search.html", {"form": form, "is_missing": is_missing})
