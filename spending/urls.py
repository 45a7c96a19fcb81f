"""Addresses of the desk for transfers and payments."""

from django.urls import path

from spending.views import papers, payment_steps, payments, transfer_steps, transfers

_TRANSFER = "desk/spending/transfers/<str:number>/"
_PAYMENT = "desk/spending/payments/<str:number>/"
_DOCUMENT = _PAYMENT + "documents/<int:document_id>/"

urlpatterns = [
    path("desk/spending/transfers/", transfers.transfer_list, name="desk_transfers"),
    path("desk/spending/transfers/new/", transfers.transfer_new, name="desk_transfer_new"),
    path("desk/spending/transfers.csv", transfers.transfer_csv, name="desk_transfers_csv"),
    path(_TRANSFER, transfers.transfer_detail, name="desk_transfer"),
    path(_TRANSFER + "edit/", transfers.transfer_edit, name="desk_transfer_edit"),
    path(_TRANSFER + "receive/", transfers.transfer_receive, name="desk_transfer_receive"),
    path(_TRANSFER + "evidence/", transfers.transfer_evidence, name="desk_transfer_evidence"),
    path(_TRANSFER + "<str:step>/", transfer_steps.transfer_step, name="desk_transfer_step"),
    path("desk/spending/payments/", payments.payment_list, name="desk_payments"),
    path("desk/spending/payments/new/", payments.payment_new, name="desk_payment_new"),
    path("desk/spending/payments.csv", payments.payment_csv, name="desk_payments_csv"),
    path("desk/spending/approvals/", payment_steps.approvals, name="desk_spending_approvals"),
    path("desk/spending/bands/<str:code>/", payments.bands, name="desk_spending_bands"),
    path(_PAYMENT, payments.payment_detail, name="desk_payment"),
    path(_PAYMENT + "edit/", payments.payment_edit, name="desk_payment_edit"),
    path(_PAYMENT + "print/", payments.payment_print, name="desk_payment_print"),
    path(_PAYMENT + "people/", papers.people, name="desk_payment_people"),
    path(_PAYMENT + "people/read/", papers.people_read, name="desk_payment_people_read"),
    path(_PAYMENT + "documents/", papers.document_add, name="desk_payment_document_add"),
    path(_DOCUMENT, papers.document_file, name="desk_payment_document"),
    path(_DOCUMENT + "remove/", papers.document_remove, name="desk_payment_document_remove"),
    path(_DOCUMENT + "copy/", papers.copy_offer, name="desk_payment_copy"),
    path(_DOCUMENT + "copy/file/", papers.copy_file, name="desk_payment_copy_file"),
    path(_DOCUMENT + "copy/release/", papers.copy_release, name="desk_payment_copy_release"),
    path(
        _PAYMENT + "reversals/<int:reversal_id>/<str:decision>/",
        payment_steps.reversal_decide,
        name="desk_reversal_decide",
    ),
    path(_PAYMENT + "<str:step>/", payment_steps.payment_step, name="desk_payment_step"),
]
