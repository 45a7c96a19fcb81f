"""What the list of gifts is compared with: a bare keyset view of `.values()` in the same project."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

from donations.models import Donation
from organizations.models import Branch
from redcross_portal.urls import urlpatterns as portal

COLUMNS = (
    *("number", "received_on", "posted_at", "display_name", "kind", "amount", "purpose"),
    *("fund__code", "fund__name", "branch__code", "branch__name"),
)
PAGE = """<!doctype html><title>bare</title><table>{% for row in rows %}<tr><td>{{ row.received_on|date:"Y-m-d" }}</td>
<td>{{ row.display_name }}</td><td>{{ row.amount }}</td><td>{{ row.purpose }}</td><td>{{ row.branch__name }}</td>
<td>{{ row.kind }}</td><td><a href="/donations/{{ row.number }}/">{{ row.number }}</a></td></tr>{% endfor %}</table>"""


def _rows(request: HttpRequest) -> list[dict[str, object]]:
    city = Branch.objects.get(code=request.GET["branch"])
    rows = Donation.objects.for_public_display().filter(
        Q(city_id=city.pk), received_on__gte=request.GET["from"], received_on__lte=request.GET["to"]
    )
    return list(rows.order_by("-received_on", "-id").values(*COLUMNS)[:50])


def as_page(request: HttpRequest) -> HttpResponse:
    """The rows in a table of a template of their own: no base, no filters, no totals."""
    template = engines["django"].from_string(PAGE) if not _kept else _kept[0]
    _kept[:] = [template]
    return HttpResponse(template.render({"rows": _rows(request)}, request))


def as_json(request: HttpRequest) -> JsonResponse:
    """The rows as JSON: what no page of HTML can be as quick as."""
    return JsonResponse({"results": _rows(request)})


_kept: list[object] = []
urlpatterns = [*portal, path("bare/page/", as_page), path("bare/json/", as_json)]
