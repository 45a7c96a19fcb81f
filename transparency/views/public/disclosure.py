"""Everything that was published, newest first."""

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from core.clock import now
from core.views.caching import public_page
from donations.selectors.public.unclaimed import unclaimed_figures
from transparency.filters import DISCLOSURE_FILTERS, DisclosureFilterForm
from transparency.models import DisclosureItem
from transparency.selectors.network import branch_options
from transparency.selectors.published import DisclosureFilter, disclosure_years, disclosures

FEED_LENGTH = 50


@public_page
def disclosure_list(request: HttpRequest) -> HttpResponse:
    """A page of published items by branch, kind and year."""
    form = DisclosureFilterForm(request.GET)
    is_valid = form.is_valid()
    form.offer(branch_options(), disclosure_years())
    if not is_valid:
        return render(request, "public/disclosure/list.html", {"form": form}, status=400)
    page = disclosures(form.asked, request.GET.get("page", ""))
    kept = {name: request.GET[name] for name in DISCLOSURE_FILTERS if request.GET.get(name)}
    context = {
        "form": form,
        "as_of": now(),
        "items": page.items,
        "unclaimed": None if form.is_set else unclaimed_figures(),
        "next_url": "/disclosure/?" + urlencode({**kept, "page": page.next}) if page.next else "",
        "first_url": ("/disclosure/?" + urlencode(kept)) if "page" in request.GET else "",
    }
    return render(request, "public/disclosure/list.html", context)


class DisclosureFeed(Feed):  # cannot be subscripted when it runs
    """The newest published items as RSS."""

    feed_type = Rss201rev2Feed
    title = _("红十字会信息公开")
    link = "/disclosure/"
    description = _("各级红十字会最新公开的报告和事项。")

    def items(self) -> list[DisclosureItem]:
        """The newest items."""
        return disclosures(DisclosureFilter(), page_size=FEED_LENGTH).items

    def item_title(self, item: DisclosureItem) -> str:
        """The title as published."""
        return item.title

    def item_description(self, item: DisclosureItem) -> str:
        """Who published it."""
        return item.branch.name

    def item_link(self, item: DisclosureItem) -> str:
        """The report's page, else the list."""
        return f"/reports/{item.report.number}/" if item.report else f"/disclosure/?branch={item.branch.code}"

    def item_guid(self, item: DisclosureItem) -> str:
        """An item is the same for ever, wherever the portal moves to."""
        return f"disclosure-{item.pk}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: DisclosureItem) -> object:
        """When it was published."""
        return item.published_at
