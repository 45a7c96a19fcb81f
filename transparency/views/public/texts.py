"""Pages of text, and what crawlers read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.views.caching import public_page
from organizations.models import Branch
from transparency.selectors.published import published_reports

SITEMAP_PAGES = (
    "/",
    "/donations/",
    "/spending/",
    "/campaigns/",
    "/give/",
    "/notices/",
    "/reports/",
    "/disclosure/",
    "/branches/",
    "/training/",
    "/organ/",
    "/stemcell/",
    "/training/coverage/",
    "/training/rescues/",
    "/training/contracts/",
    "/aed/",
    "/verify/",
    "/about/",
    "/privacy/",
    "/accessibility/",
)
SITEMAP_LIMIT = 5000


@public_page
def about(request: HttpRequest) -> HttpResponse:
    """What the portal is, and how its figures can be checked."""
    return render(request, "public/texts/about.html")


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of people and what is shown of them."""
    return render(request, "public/texts/privacy.html")


@public_page
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was done so that everybody can use the portal, and what is still missing."""
    return render(request, "public/texts/accessibility.html")


@public_page
def report_error(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a mistake; nothing is stored here."""
    return render(request, "public/texts/report_error.html", {"about": request.GET.get("about", "")[:40]})


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers leave alone: the desk, sign-in, and looked-up names."""
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {path}"
            for path in (
                "/desk/",
                "/audit/",
                "/admin/",
                "/accounts/",
                "/search/",
                "/api/",
                "/training/place/",
                "/organ/mine/",
                "/memorial/",
                "/booked/",
            )
        ),
        # Places are to be found; pages of people are not, and not to be copied.
        "Allow: /memorial/places/",
        "Disallow: /donations.csv",
        "Disallow: /donations.json",
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """The fixed pages, the branches and the published reports; gifts are left to the list."""
    branches = Branch.objects.valid().order_by("code").values_list("code", flat=True)[:SITEMAP_LIMIT]
    reports = published_reports().values_list("number", flat=True)[:SITEMAP_LIMIT]
    paths = [
        *SITEMAP_PAGES,
        *(f"/branches/{code}/" for code in branches),
        *(f"/reports/{number}/" for number in reports),
    ]
    addresses = [request.build_absolute_uri(path) for path in paths]
    return render(request, "public/sitemap.xml", {"addresses": addresses}, content_type="application/xml")
