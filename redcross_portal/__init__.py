"""Wiring of the portal: settings, addresses, processes."""

from redcross_portal.celery import app as celery_app

__all__ = ["celery_app"]
