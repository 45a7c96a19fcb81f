"""Addresses of a session while it is held: roster, roll call, scores, signature, issuing."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
