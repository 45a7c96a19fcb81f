"""Addresses of the desk's first page, of reports at the desk, and of the auditors' corner."""

from django.urls import path

from transparency.views.desk import anomalies, audit, home, reports, steps

_REPORT = "desk/reports/<str:number>/"

urlpatterns = [
    path("desk/", home.desk_home, name="desk_home"),
    path("desk/reports/", reports.report_list, name="desk_reports"),
    path("desk/reports/new/", steps.report_new, name="desk_report_new"),
    path("desk/reports/schedules/", steps.schedule_list, name="desk_schedules"),
    path(_REPORT, reports.report_detail, name="desk_report"),
    path(_REPORT + "progress/", reports.report_progress, name="desk_report_progress"),
    path(_REPORT + "preview/", reports.report_preview, name="desk_report_preview"),
    path(_REPORT + "files/<str:role>/<int:part>/", reports.report_file, name="desk_report_file"),
    path(_REPORT + "publish/", steps.report_publish, name="desk_report_publish"),
    path(_REPORT + "anomalies/", anomalies.report_anomalies, name="desk_report_anomalies"),
    path(_REPORT + "decline/", steps.report_decline, name="desk_report_decline"),
    path(_REPORT + "correct/", steps.report_correct, name="desk_report_correct"),
    path(_REPORT + "retry/", steps.report_retry, name="desk_report_retry"),
    path("audit/", audit.audit_home, name="audit_home"),
    path("audit/reports/<str:number>/", audit.audit_report, name="audit_report"),
    path("audit/trail/", audit.audit_trail, name="audit_trail"),
    path("audit/trail.csv", audit.audit_trail_csv, name="audit_trail_csv"),
    path("audit/checks/", audit.audit_checks, name="audit_checks"),
]
