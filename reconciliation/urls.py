"""Addresses of the desk for statements and reconciliation."""

urlpatterns: list[object] = []
