"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import cases, desk, donors, exchange, exports, figures, memorial, requests, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *desk.urlpatterns,
    *cases.urlpatterns,
    *donors.urlpatterns,
    *exchange.urlpatterns,
    *requests.urlpatterns,
    *memorial.urlpatterns,
    *exports.urlpatterns,
    *figures.urlpatterns,
]
