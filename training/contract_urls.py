"""Addresses of contracts of services."""

from django.urls import URLPattern, URLResolver, path

from training.views import contracts

_CONTRACT = "desk/training/contracts/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("training/contracts/", contracts.contracts, name="training_contracts"),
    path("desk/training/contracts/", contracts.contract_list, name="desk_contracts"),
    path("desk/training/contracts/new/", contracts.contract_new, name="desk_contract_new"),
    path(_CONTRACT, contracts.contract_detail, name="desk_contract"),
    path(_CONTRACT + "session/", contracts.contract_session, name="desk_contract_session"),
    path(_CONTRACT + "accept/", contracts.contract_accept, name="desk_contract_accept"),
    path(_CONTRACT + "end/", contracts.contract_end, name="desk_contract_end"),
]
