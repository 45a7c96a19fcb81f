"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import desk, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *desk.urlpatterns,
from registries.urls import memorial, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *memorial.urlpatterns,
]
