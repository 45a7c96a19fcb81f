"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import desk, memorial, requests, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *desk.urlpatterns,
    *requests.urlpatterns,
    *memorial.urlpatterns,
from registries.urls import cases, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *cases.urlpatterns,
]
