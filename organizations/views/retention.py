"""How long data is kept: the table, what each night destroyed, what is held."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.retention import lift_hold, open_hold, place_hold, retention_facts
from organizations.choices import Right
from organizations.forms import HoldForm, show_error
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.MANAGE_RETENTION)
def retention(request: StaffRequest) -> HttpResponse:
    """The table, the runs and the holds; a hold is placed here."""
    form = HoldForm(request.POST or None)
    if form.is_valid():
        try:
            place_hold(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("已登记：这一项到期也不销毁，直到解除。"))
            return redirect("desk_retention")
    return render(request, "organizations/retention.html", {"form": form, "facts": retention_facts()})


@desk_page(Right.MANAGE_RETENTION)
def hold_lift(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask once more, then let the object go its way again."""
    hold = open_hold(pk)
    if request.method == "POST":
        lift_hold(hold_id=hold.row.pk, actor=request.user)
        messages.success(request, _("已解除，到期后照常销毁。"))
        return redirect("desk_retention")
    return render(request, "organizations/hold_lift.html", {"hold": hold})
