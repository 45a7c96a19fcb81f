"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import exports, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *exports.urlpatterns,
]
