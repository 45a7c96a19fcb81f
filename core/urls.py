"""Addresses of the ground floor."""

from django.urls import path

from core.views import health, jobs
from core.views.design import design

urlpatterns = [
    path("desk/design/", design, name="design"),
    path("desk/jobs/", jobs.job_list, name="desk_jobs"),
    path("desk/jobs/<uuid:job_id>/", jobs.job_detail, name="desk_job"),
    path("desk/jobs/<uuid:job_id>/retry/", jobs.job_retry, name="desk_job_retry"),
    path("desk/jobs/<uuid:job_id>/cancel/", jobs.job_cancel, name="desk_job_cancel"),
    path("desk/jobs/<uuid:job_id>/file/", jobs.job_file, name="desk_job_file"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
