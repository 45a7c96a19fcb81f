"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import cases, desk, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *cases.urlpatterns,
    *desk.urlpatterns,
]
