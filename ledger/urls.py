"""Addresses of funds at the desk."""

from django.urls import path

from ledger.views import funds, opening

urlpatterns = [
    path("desk/funds/", funds.fund_list, name="desk_funds"),
    path("desk/funds/new/", funds.fund_new, name="desk_fund_new"),
    path("desk/funds/opening/", opening.opening_list, name="desk_opening"),
    path("desk/funds/opening/template.csv", opening.opening_template, name="desk_opening_template"),
    path("desk/funds/opening/<int:pk>/", opening.opening_batch, name="desk_opening_batch"),
    path("desk/funds/opening/<int:pk>/submit/", opening.opening_act, {"act": "submit"}, name="desk_opening_submit"),
    path("desk/funds/opening/<int:pk>/approve/", opening.opening_act, {"act": "approve"}, name="desk_opening_approve"),
    path("desk/funds/opening/<int:pk>/return/", opening.opening_act, {"act": "return"}, name="desk_opening_return"),
    path("desk/funds/opening/<int:pk>/drop/", opening.opening_act, {"act": "drop"}, name="desk_opening_drop"),
    path("desk/funds/<str:code>/", funds.fund_detail, name="desk_fund"),
    path("desk/funds/<str:code>/close/", funds.fund_close, name="desk_fund_close"),
]
