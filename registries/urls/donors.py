"""Addresses of stem-cell donors at the desk."""

from django.urls import URLPattern, URLResolver, path

from registries.views import contacts_about, told_deaths
from registries.views.donors import batches, consents, entries, lists, person

_DONORS = "desk/registries/donors/"
_BATCH = _DONORS + "batches/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(_DONORS, lists.donor_list, name="desk_donors"),
    path(_DONORS + "find/", lists.donor_find, name="desk_donor_find"),
    path(_DONORS + "new/", lists.donor_new, name="desk_donor_new"),
    path(_DONORS + "drives/", lists.drive_list, name="desk_drives"),
    path(_DONORS + "drives/new/", lists.drive_new, name="desk_drive_new"),
    path(_DONORS + "drives/<int:drive_id>/", lists.drive_detail, name="desk_drive"),
    path(_DONORS + "batches/", batches.batch_list, name="desk_sample_batches"),
    path(_DONORS + "batches/new/", batches.batch_new, name="desk_sample_batch_new"),
    path(_BATCH, batches.batch_detail, name="desk_sample_batch"),
    path(_BATCH + "sheet/", batches.batch_sheet, name="desk_sample_batch_sheet"),
    path(_BATCH + "send/", batches.batch_send, name="desk_sample_batch_send"),
    path(_BATCH + "receipt/", batches.batch_receipt, name="desk_sample_batch_receipt"),
    path(_BATCH + "lost/", batches.batch_lost, name="desk_sample_batch_lost"),
    path(_DONORS + "<str:number>/", person.donor_detail, name="desk_donor"),
    path(_DONORS + "<str:number>/assign/", person.donor_assign, name="desk_donor_assign"),
    path(_DONORS + "<str:number>/correct/", person.donor_correct, name="desk_donor_correct"),
    path(_DONORS + "<str:number>/there/", person.donor_there, name="desk_donor_there"),
    path(_DONORS + "<str:number>/consents/<slug:subject>/", consents.donor_consent, name="desk_donor_consent"),
    path(_DONORS + "<str:number>/departed/", told_deaths.donor_departed, name="desk_donor_departed"),
    path(_DONORS + "<str:number>/entries/<slug:what>/<int:entry_id>/", entries.donor_entry, name="desk_donor_entry"),
    path(_DONORS + "<str:number>/contacts/", contacts_about.donor_contacts, name="desk_donor_contacts"),
    path(_DONORS + "<str:number>/kin/", person.donor_kin, name="desk_donor_kin"),
    path(_DONORS + "<str:number>/<slug:step>/", person.donor_step, name="desk_donor_step"),
]
