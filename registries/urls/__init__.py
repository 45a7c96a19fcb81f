"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import cases, desk, donors, exchange, exports, figures, intake, memorial, requests, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *desk.urlpatterns,
    *cases.urlpatterns,
    # Before donors by their number.
    *intake.urlpatterns,
    *donors.urlpatterns,
    *exchange.urlpatterns,
    *requests.urlpatterns,
    *memorial.urlpatterns,
    *exports.urlpatterns,
    *figures.urlpatterns,
]
