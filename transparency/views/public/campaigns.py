"""Campaigns: the list, one campaign as a page, its plan and documents, and both as files and feed."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.canonical import canonical_bytes
from core.charts import tile_grid
from core.charts.tiles import Tile
from core.clock import now, today
from core.errors import DomainError
from core.exporting import CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, stream_csv, stream_json
from core.files import path_of
from core.money import format_yuan
from core.views.caching import public_page
from donations.selectors.public.campaigns import (
    PAGE_SIZE,
    PublicCampaign,
    PublicFile,
    public_campaign,
    public_campaigns,
    public_plan,
)
from donations.selectors.public.giving import channels_of
from transparency.filters import branch_select
from transparency.selectors.campaigns import (
    CAMPAIGN_FIELDS,
    CampaignFigures,
    CountyShare,
    campaign_row,
    campaign_story,
    county_shares,
    sum_sentence,
    with_figures,
)
from transparency.selectors.network import branch_for_filter, branch_options
from transparency.selectors.published import reports_of_campaign

FEED_LENGTH = 50
REPORTS_SHOWN = 30


@public_page
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Campaigns, newest first, with their figures."""
    code = request.GET.get("branch", "").strip()
    branch = branch_for_filter(code) if code else None
    before = before_of(request)
    found = public_campaigns(branch, before)
    rows = with_figures(found[:PAGE_SIZE])
    kept = {"branch": code} if code else {}
    following = str(found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else ""
    context = {
        "as_of": now(),
        "branch": branch,
        "branch_select": branch_select(branch_options(), code),
        "rows": rows,
        "next_url": "/campaigns/?" + urlencode({**kept, "page": following}) if following else "",
        "first_url": "/campaigns/?" + urlencode(kept) if before else "",
        "query": f"?{urlencode(kept)}" if kept else "",
    }
    return render(request, "public/campaigns/list.html", context)


def before_of(request: HttpRequest) -> int:
    """Where a list of newest first goes on; raises DomainError for what is no such place."""
    text = request.GET.get("page", "")
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
    raise DomainError("page_unreadable", sentence, {"page": sentence})


@public_page
def campaign_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One campaign; an emergency with its timeline first."""
    campaign = public_campaign(slug)
    figures = with_figures([campaign])[0]
    shares = county_shares(campaign)
    context = {
        "as_of": now(),
        "campaign": campaign,
        "figures": figures,
        "flows": figures.flows,
        "goal_percent": min(int(figures.share * 100), 100) if figures.share is not None else None,
        "sum": sum_sentence(figures.flows),
        "updated": updated_words(figures),
        "story": campaign_story(figures),
        "channels": channels_of(campaign.id),
        "grid": county_grid(shares),
        "county_head": [_("红十字会"), _("收到拨付")],
        "county_rows": [[share.name, format_yuan(share.amount)] for share in shares if share.amount is not None],
        "reports": list(reports_of_campaign(campaign.id)[:REPORTS_SHOWN]),
        "plan_sha256": hashlib.sha256(canonical_bytes(public_plan(slug))).hexdigest(),
    }
    return render(request, "public/campaigns/detail.html", context)


def updated_words(figures: CampaignFigures) -> str:
    """How long ago anything changed."""
    days = figures.updated_days
    return _("今天更新") if days <= 0 else _("更新于 %(days)d 天前") % {"days": days}


def county_grid(shares: list[CountyShare]) -> str:
    """What each association below accepted, as tiles; empty where none stands below."""
    if not any(share.amount is not None for share in shares):
        return ""
    tiles = [Tile(share.city, share.name, share.amount) for share in shares]
    return tile_grid(tiles, title=_("拨付到各地的款项"), unit=_("元"))


@public_page
def campaign_file(request: HttpRequest, slug: str, file_id: int) -> FileResponse:
    """Hand out a released document."""
    file = next((one for one in public_campaign(slug).files if one.id == file_id), None)
    if file is None or not path_of(file.sha256).is_file():
        raise Http404(_("没有找到这份文件。"))
    return _document(file)


def _document(file: PublicFile) -> FileResponse:
    response = FileResponse(
        path_of(file.sha256).open("rb"), as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@public_page
def campaign_json(request: HttpRequest, slug: str) -> JsonResponse:
    """One campaign with its figures and its plan: the plan's canonical JSON has the digest that stands in the log."""
    figures = with_figures([public_campaign(slug)])[0]
    return JsonResponse({**campaign_row(figures), "plan": public_plan(slug)}, json_dumps_params={"ensure_ascii": False})


@public_page
def campaigns_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All public campaigns as CSV."""
    rows = (tuple(row[name] for name in CAMPAIGN_FIELDS) for row in _all_rows(request))
    return download(stream_csv(CAMPAIGN_FIELDS, rows), CSV_CONTENT_TYPE, _("募捐活动"), "csv")


@public_page
def campaigns_json(request: HttpRequest) -> StreamingHttpResponse:
    """All public campaigns as one JSON array."""
    return download(stream_json(_all_rows(request)), JSON_CONTENT_TYPE, _("募捐活动"), "json")


def _all_rows(request: HttpRequest) -> Any:
    code = request.GET.get("branch", "").strip()
    branch = branch_for_filter(code) if code else None
    before = 0
    while True:
        found = public_campaigns(branch, before)
        yield from (campaign_row(one) for one in with_figures(found[:PAGE_SIZE]))
        if len(found) <= PAGE_SIZE:
            return
        before = found[PAGE_SIZE - 1].id


def download(content: Any, content_type: str, what: str, ending: str) -> StreamingHttpResponse:
    """A stream to be kept as a file of today."""
    response = StreamingHttpResponse(content, content_type=content_type)
    name = _("%(what)s_%(day)s") % {"what": what, "day": today().isoformat()}
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{ending}") or ""
    return response


class CampaignFeed(Feed):  # cannot be subscripted when it runs
    """The newest campaigns as RSS."""

    feed_type = Rss201rev2Feed
    title = gettext_lazy("红十字会募捐活动")
    link = "/campaigns/"
    description = gettext_lazy("各级红十字会公开募捐活动的开放、截止和结项。")
    item_guid_is_permalink = False

    def items(self) -> list[PublicCampaign]:
        """The newest campaigns."""
        return public_campaigns(size=FEED_LENGTH)[:FEED_LENGTH]

    def item_title(self, item: PublicCampaign) -> str:
        """Its name and what it is today."""
        return _("%(name)s（%(stage)s）") % {"name": item.name, "stage": item.stage}

    def item_description(self, item: PublicCampaign) -> str:
        """Who raises for what."""
        return _("%(branch)s：%(use)s") % {"branch": item.branch_name, "use": item.use}

    def item_link(self, item: PublicCampaign) -> str:
        """Its page."""
        return f"/campaigns/{item.slug}/"

    def item_guid(self, item: PublicCampaign) -> str:
        """A campaign in a state: another state is news."""
        return f"campaign-{item.slug}-{item.status}"

    def item_pubdate(self, item: PublicCampaign) -> object:
        """When it changed last."""
        return item.changed_at
