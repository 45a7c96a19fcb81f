"""Addresses of the desk for transfers and payments."""

from django.urls import path

from spending.views import transfer_steps, transfers

_TRANSFER = "desk/spending/transfers/<str:number>/"

urlpatterns = [
    path("desk/spending/transfers/", transfers.transfer_list, name="desk_transfers"),
    path("desk/spending/transfers/new/", transfers.transfer_new, name="desk_transfer_new"),
    path("desk/spending/transfers.csv", transfers.transfer_csv, name="desk_transfers_csv"),
    path(_TRANSFER, transfers.transfer_detail, name="desk_transfer"),
    path(_TRANSFER + "edit/", transfers.transfer_edit, name="desk_transfer_edit"),
    path(_TRANSFER + "receive/", transfers.transfer_receive, name="desk_transfer_receive"),
    path(_TRANSFER + "evidence/", transfers.transfer_evidence, name="desk_transfer_evidence"),
    path(_TRANSFER + "<str:step>/", transfer_steps.transfer_step, name="desk_transfer_step"),
]
