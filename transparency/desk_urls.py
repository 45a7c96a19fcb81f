"""Addresses of the desk's first page, of reports at the desk, and of the auditors' corner."""

from django.urls import path

from transparency.views.desk import annual, anomalies, audit, audit_log, home, reports, steps

_REPORT = "desk/reports/<str:number>/"
_ANNUAL = "desk/reports/annual/<str:code>/<int:year>/"

urlpatterns = [
    path("desk/", home.desk_home, name="desk_home"),
    path("desk/reports/", reports.report_list, name="desk_reports"),
    path("desk/reports/new/", steps.report_new, name="desk_report_new"),
    path("desk/reports/schedules/", steps.schedule_list, name="desk_schedules"),
    path("desk/reports/annual/", annual.annual_list, name="desk_annual_list"),
    path(_ANNUAL, annual.annual_draft, name="desk_annual"),
    path(_ANNUAL + "preview/", annual.annual_preview, name="desk_annual_preview"),
    path(_ANNUAL + "preview.pdf", annual.annual_pdf, name="desk_annual_pdf"),
    path(_ANNUAL + "opinion/", annual.annual_opinion, name="desk_annual_opinion"),
    path(_ANNUAL + "opinion.pdf", annual.annual_opinion_file, name="desk_annual_opinion_file"),
    path(_ANNUAL + "chapters/<str:chapter>/", annual.annual_chapter, name="desk_annual_chapter"),
    path(_ANNUAL + "chapters/<str:chapter>/versions/", annual.annual_versions, name="desk_annual_versions"),
    path(_ANNUAL + "chapters/<str:chapter>/restore/", annual.annual_restore, name="desk_annual_restore"),
    path(_REPORT, reports.report_detail, name="desk_report"),
    path(_REPORT + "progress/", reports.report_progress, name="desk_report_progress"),
    path(_REPORT + "preview/", reports.report_preview, name="desk_report_preview"),
    path(_REPORT + "files/<str:role>/<int:part>/", reports.report_file, name="desk_report_file"),
    path(_REPORT + "check/", steps.report_check, name="desk_report_check"),
    path(_REPORT + "withdraw/", steps.report_withdraw, name="desk_report_withdraw"),
    path(_REPORT + "publish/", steps.report_publish, name="desk_report_publish"),
    path(_REPORT + "anomalies/", anomalies.report_anomalies, name="desk_report_anomalies"),
    path(_REPORT + "decline/", steps.report_decline, name="desk_report_decline"),
    path(_REPORT + "correct/", steps.report_correct, name="desk_report_correct"),
    path(_REPORT + "retry/", steps.report_retry, name="desk_report_retry"),
    path("audit/", audit.audit_home, name="audit_home"),
    path("audit/reports/<str:number>/", audit.audit_report, name="audit_report"),
    path("audit/trail/", audit.audit_trail, name="audit_trail"),
    path("audit/trail.csv", audit.audit_trail_csv, name="audit_trail_csv"),
    path("audit/log/", audit_log.audit_log, name="audit_log"),
    path("audit/log/<slug:day>.txt", audit_log.audit_log_checkpoint, name="audit_log_checkpoint"),
    path("audit/checks/", audit.audit_checks, name="audit_checks"),
]
