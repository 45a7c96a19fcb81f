"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import desk, donors, memorial, requests, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *donors.urlpatterns,
    *desk.urlpatterns,
    *requests.urlpatterns,
    *memorial.urlpatterns,
]
