"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import exchange, requests, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *requests.urlpatterns,
    *exchange.urlpatterns,
]
