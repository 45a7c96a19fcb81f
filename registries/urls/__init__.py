"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import desk, memorial, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *desk.urlpatterns,
    *memorial.urlpatterns,
]
