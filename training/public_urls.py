"""Addresses of sessions for the public: finding one, signing up, cancelling."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
