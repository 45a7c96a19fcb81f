"""Addresses of the desk for gifts."""

from django.urls import path

from donations.views import (
    batches,
    corrections,
    counter,
    drafts,
    gifts,
    givers,
    importing,
    letters,
    names,
    receipts,
    rows,
    steps,
)

_BATCH = "desk/donations/batches/<str:number>/"
_ROW = _BATCH + "rows/<int:row_number>/"
_GIFT = "desk/donations/gifts/<str:number>/"

urlpatterns = [
    path("desk/donations/", gifts.gift_list, name="desk_gifts"),
    path("desk/donations/new/", counter.counter, name="desk_counter"),
    path("desk/donations/new/draft/", drafts.draft_save, name="desk_draft"),
    path("desk/donations/new/draft/discard/", drafts.draft_discard, name="desk_draft_discard"),
    path("desk/donations/new/givers/", drafts.giver_look_up, name="desk_giver_look_up"),
    path("desk/donations/new/givers/pick/", drafts.giver_pick, name="desk_giver_pick"),
    path("desk/donations/by-name/", names.name_search, name="desk_name_search"),
    path("desk/donations/new/amount/", counter.counter_amount, name="desk_counter_amount"),
    path("desk/donations/new/<str:number>/<int:row_number>/", counter.counter_row, name="desk_counter_row"),
    path("desk/donations/import/", importing.import_list, name="desk_import"),
    path("desk/donations/import/template.xlsx", importing.import_template, name="desk_import_template"),
    path("desk/donations/batches/", importing.batch_list, name="desk_batches"),
    path(_BATCH, batches.batch_detail, name="desk_batch"),
    path(_BATCH + "progress/", batches.batch_progress, name="desk_batch_progress"),
    path(_BATCH + "file/", batches.batch_file, name="desk_batch_file"),
    path(_BATCH + "problems.xlsx", batches.batch_problems, name="desk_batch_problems"),
    path(_BATCH + "mapping/", batches.batch_mapping, name="desk_batch_mapping"),
    path(_BATCH + "resume/", steps.batch_resume, name="desk_batch_resume"),
    path(_BATCH + "duplicates/<str:decision>/", rows.duplicates_all, name="desk_batch_duplicates"),
    path(_ROW, rows.row_edit, name="desk_row"),
    path(_ROW + "voucher/", rows.row_voucher_file, name="desk_row_voucher"),
    path(_ROW + "letter/", letters.row_letter_file, name="desk_row_letter"),
    path(_ROW + "<str:act>/", rows.row_act, name="desk_row_act"),
    path(_BATCH + "<str:step>/", steps.batch_step, name="desk_batch_step"),
    path(_GIFT, gifts.gift_detail, name="desk_gift"),
    path(_GIFT + "name/", gifts.gift_name, name="desk_gift_name"),
    path(_GIFT + "display/", gifts.gift_display, name="desk_gift_display"),
    path(_GIFT + "voucher/", gifts.gift_voucher, name="desk_gift_voucher"),
    path(_GIFT + "correction/", corrections.correction_new, name="desk_correction_new"),
    path(
        _GIFT + "correction/<int:correction_id>/<str:decision>/",
        corrections.correction_decide,
        name="desk_correction_decide",
    ),
    path(_GIFT + "receipt/", receipts.receipt_new, name="desk_receipt_new"),
    path(_GIFT + "receipt/<int:receipt_id>/cancel/", receipts.receipt_cancel, name="desk_receipt_cancel"),
    path(_GIFT + "papers/<str:kind>/", receipts.paper, name="desk_paper"),
    path("desk/receipts/", receipts.receipt_list, name="desk_receipts"),
    path("desk/receipts/import/", receipts.receipts_import, name="desk_receipts_import"),
    path(_GIFT + "contact/", givers.contact, name="desk_contact"),
    path(_GIFT + "feedback/", givers.feedback, name="desk_feedback"),
    path(_GIFT + "requests/<int:request_id>/", givers.request_answer, name="desk_request"),
    path("desk/requests/", givers.request_list, name="desk_requests"),
    path("desk/approvals/", steps.approvals, name="desk_approvals"),
]
