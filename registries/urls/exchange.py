"""Addresses of the exchange of files with the national library."""

from django.urls import URLPattern, URLResolver, path

from registries.views import exchange

_FILE = "desk/registries/exchange/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/registries/exchange/", exchange.exchange_list, name="desk_exchange"),
    path("desk/registries/exchange/out/", exchange.exchange_out, name="desk_exchange_out"),
    path("desk/registries/exchange/in/", exchange.exchange_in, name="desk_exchange_in"),
    path(_FILE, exchange.exchange_file, name="desk_exchange_file"),
    path(_FILE + "download/", exchange.exchange_download, name="desk_exchange_download"),
    path(_FILE + "manifest/", exchange.exchange_manifest, name="desk_exchange_manifest"),
    path(_FILE + "problems/", exchange.exchange_problem_list, name="desk_exchange_problems"),
    path(_FILE + "<slug:step>/", exchange.exchange_step, name="desk_exchange_step"),
]
