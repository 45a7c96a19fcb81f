"""All addresses of the portal."""

from django.urls import include, path

urlpatterns = [
    path("", include("organizations.urls")),
    path("accounts/", include("allauth.urls")),
]
