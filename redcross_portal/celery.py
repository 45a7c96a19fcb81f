"""The Celery application: long work and the calendar, never the truth (that is in rows)."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

from redcross_portal.start_check import refuse_wrong_keys_at_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redcross_portal.settings")

app = Celery("redcross_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def _check_keys(**_facts: object) -> None:
    refuse_wrong_keys_at_start()
