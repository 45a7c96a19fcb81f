"""The Celery application: long work and the calendar, never the truth (that is in rows)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")

app = Celery("redcross_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
