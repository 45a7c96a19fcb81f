"""All addresses of the registries, by their areas."""

from django.urls import URLPattern, URLResolver

from registries.urls import donors, figures, wishes

urlpatterns: list[URLPattern | URLResolver] = [
    *wishes.urlpatterns,
    *donors.urlpatterns,
    *figures.urlpatterns,
]
