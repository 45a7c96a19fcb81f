"""The pool: how old it is, its list, gifts into it and out of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import now
from core.errors import DomainError, NotFound
from core.views.answers import add_refusal
from donations.forms.claims import PoolFilterForm, PoolForm, ReasonOnlyForm
from donations.permissions import gift_for
from donations.selectors.batches import batch_by_number
from donations.selectors.claims.pool import AGES, ageing, pool_page, pooled_of, total_of, unknown_of_batch
from donations.selectors.desk import gift_facts
from donations.services.claims.pooling import KnownOfGift, leave_pool, pool_gifts, why_not_pooled
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page


@desk_page(Right.VIEW_GIFTS)
@require_safe
def pool_list(request: StaffRequest) -> HttpResponse:
    """How long gifts wait for their givers, by branch, and the list of them, the longest waiting first."""
    form = PoolFilterForm(request.GET or None, person=request.user)
    asked = form.asked()
    page = pool_page(request.user, asked, request.GET.get("page", ""))
    query = request.GET.copy()
    query["page"] = page.next_cursor
    lines = ageing(request.user)
    context = {
        "form": form,
        "page": page,
        "as_of": now(),
        "ages": AGES,
        "lines": lines,
        "total": total_of(lines),
        "is_open": bool({name for name in request.GET if name != "page"}),
        "next_url": f"?{query.urlencode()}" if page.next_cursor else "",
    }
    return render(request, "donations/claims/pool.html", context)


@desk_page(Right.SERVE_GIVERS)
@require_http_methods(["GET", "POST"])
def gift_pool(request: StaffRequest, number: str) -> HttpResponse:
    """Put one gift into the pool, or take it out again."""
    gift = gift_for(request.user, number)
    require(request.user, Right.SERVE_GIVERS, gift.branch)
    pooled = pooled_of(gift)
    is_leaving = pooled is not None and pooled.state == "open"
    form = (ReasonOnlyForm if is_leaving else PoolForm)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            if pooled is not None and is_leaving:
                leave_pool(pooled_id=pooled.pk, actor=request.user, reason=data["reason"])
                messages.success(request, _("已移出待认领。"))
            else:
                known = KnownOfGift(gift, data["payer_name"], data["account"])
                pool_gifts(gifts=[known], reason=data["reason"], actor=request.user)
                messages.success(request, _("已列入待认领，公众可以认领；账上和公开的合计不变。"))
        except DomainError as error:
            add_refusal(form, error)
        else:
            return redirect("desk_gift", number=gift.number)
    why_not = "" if is_leaving else why_not_pooled(gift)
    context = {"gift": gift_facts(gift), "form": form, "is_leaving": is_leaving, "why_not": why_not}
    return render(request, "donations/claims/gift_pool.html", context)


@desk_page(Right.SERVE_GIVERS)
@require_http_methods(["GET", "POST"])
def batch_pool(request: StaffRequest, number: str) -> HttpResponse:
    """Put all gifts of a posted batch into the pool that came without a giver."""
    batch = batch_by_number(number, request.user)
    require(request.user, Right.SERVE_GIVERS, batch.branch)
    gifts = unknown_of_batch(batch)
    form = ReasonOnlyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if not gifts:
                raise DomainError("nothing_to_pool", _("这个批次里没有可以列入待认领的捐赠。"))
            known = [KnownOfGift(gift) for gift in gifts]
            done = pool_gifts(gifts=known, reason=form.cleaned_data["reason"], actor=request.user)
        except NotFound:
            raise
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已列入待认领 %(n)d 笔。") % {"n": done.count})
            return redirect("desk_batch", number=batch.number)
    context = {"batch": batch, "gifts": gifts, "form": form, "amount": sum(gift.amount for gift in gifts)}
    return render(request, "donations/claims/batch_pool.html", context)
