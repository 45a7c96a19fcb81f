"""Addresses of the ground floor."""

from django.urls import path

from core.views.design import design

urlpatterns = [
    path("desk/design/", design, name="design"),
]
