"""Addresses of cases at the desk."""

from django.urls import URLPattern, URLResolver, path

from registries.views import contacts_about
from registries.views.cases import after, desk, family, people, witness

_ALL = "desk/registries/cases/"
_CASE = _ALL + "<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(_ALL, desk.case_list, name="desk_cases"),
    path(_ALL + "new/", desk.case_new, name="desk_case_new"),
    path(_ALL + "units/", people.receiving_units, name="desk_receiving_units"),
    path(_CASE, desk.case_detail, name="desk_case"),
    path(_CASE + "person/", desk.case_person, name="desk_case_person"),
    path(_CASE + "end/", desk.case_end, name="desk_case_end"),
    path(_CASE + "assign/", people.case_assign, name="desk_case_assign"),
    path(_CASE + "doubt/", people.case_doubt, name="desk_case_doubt"),
    path(_CASE + "grants/", people.case_grants, name="desk_case_grants"),
    path(_CASE + "family/", family.case_family, name="desk_case_family"),
    path(_CASE + "kin/", family.case_kin, name="desk_case_kin"),
    path(_CASE + "kin/<int:kin>/", family.case_decide, name="desk_case_decide"),
    path(_CASE + "consent/", family.case_consent, name="desk_case_consent"),
    path(_CASE + "witness/", witness.case_witness, name="desk_case_witness"),
    path(_CASE + "witness/<int:record>/sign/", witness.case_sign, name="desk_case_sign"),
    path(_CASE + "witness/print/", witness.case_witness_print, name="desk_case_witness_print"),
    path(_CASE + "hand-over/", after.case_hand_over, name="desk_case_hand_over"),
    path(_CASE + "step/<str:step>/", after.case_step, name="desk_case_step"),
    path(_CASE + "acceptance/", after.case_acceptance, name="desk_case_acceptance"),
    path(_CASE + "contacts/", contacts_about.case_contacts, name="desk_case_contacts"),
    path(_CASE + "certificate/", after.case_certificate, name="desk_case_certificate"),
    path(_CASE + "entitlements/", after.case_entitlements, name="desk_case_entitlements"),
    path(_CASE + "use/", after.case_use, name="desk_case_use"),
    path(_CASE + "use/print/", after.case_use_print, name="desk_case_use_print"),
]
