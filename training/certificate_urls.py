"""Addresses of certificates, at the desk and for everybody who checks one."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
