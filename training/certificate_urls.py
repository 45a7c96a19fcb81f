"""Addresses of certificates, at the desk and for everybody who checks one."""

from django.urls import URLPattern, URLResolver, path

from training.api.certificates import CertificateView
from training.views import expiring
from training.views.certificates import desk, legacy, printing, public, steps

_DESK = "desk/training/certificates/"
_ONE = _DESK + "<str:code>/"
_LEGACY = _DESK + "legacy/"
_PRINT = "desk/training/sessions/<str:number>/certificates/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("certificates/", public.search, name="certificate_search"),
    path("certificates/keys.json", public.keys, name="certificate_keys"),
    path("certificates/status/<int:number>.json", public.status, name="certificate_status"),
    path("certificates/<str:code>.json", public.credential, name="certificate_json"),
    path("certificates/<str:code>/", public.certificate, name="certificate"),
    path(_DESK, desk.certificate_list, name="desk_certificates"),
    path("desk/training/expiring/", expiring.expiring, name="desk_expiring"),
    path("desk/training/expiring.csv", expiring.expiring_csv, name="desk_expiring_csv"),
    # Before the certificates, whose address takes any word.
    path(_LEGACY, legacy.import_list, name="desk_legacy_imports"),
    path(_LEGACY + "template.xlsx", legacy.import_template, name="desk_legacy_template"),
    path(_LEGACY + "<uuid:key>/", legacy.import_detail, name="desk_legacy_import"),
    path(_LEGACY + "<uuid:key>/problems/", legacy.import_problems, name="desk_legacy_problems"),
    path(_LEGACY + "<uuid:key>/<str:step>/", legacy.import_step, name="desk_legacy_step"),
    path(_ONE, desk.certificate_detail, name="desk_certificate"),
    path(_ONE + "read/", desk.certificate_read, name="desk_certificate_read"),
    path(_ONE + "pdf/", printing.certificate_pdf, name="desk_certificate_pdf"),
    path(_ONE + "revoke/", steps.certificate_revoke, name="desk_certificate_revoke"),
    path(_ONE + "reissue/", steps.certificate_reissue, name="desk_certificate_reissue"),
    path(_PRINT + "print/", printing.session_print, name="desk_certificate_print"),
    path(_PRINT + "file/", printing.session_file, name="desk_certificate_print_file"),
    path("api/v1/certificates/<str:code>/", CertificateView.as_view(), name="api_certificate"),
]
