"""Addresses of AEDs and places of first aid."""

from django.urls import URLPattern, URLResolver, path

from training.views import places
from training.views.public import aeds as public

urlpatterns: list[URLPattern | URLResolver] = [
    path("aed/", public.aed_list, name="aed"),
    path("aed.csv", public.aed_csv, name="aed_csv"),
    path("aed.json", public.aed_json, name="aed_json"),
    path("desk/training/aeds/", places.aed_list, name="desk_aeds"),
    path("desk/training/aeds/new/", places.aed_new, name="desk_aed_new"),
    path("desk/training/aeds/<int:pk>/", places.aed_detail, name="desk_aed"),
    path("desk/training/aeds/<int:pk>/inspect/", places.aed_inspect, name="desk_aed_inspect"),
    path("desk/training/aeds/<int:pk>/withdraw/", places.aed_withdraw, name="desk_aed_withdraw"),
    path("desk/training/places/", places.place_list, name="desk_places"),
    path("desk/training/places/new/", places.place_new, name="desk_place_new"),
    path("desk/training/places/<int:pk>/edit/", places.place_edit, name="desk_place_edit"),
    path("desk/training/places/<int:pk>/close/", places.place_close, name="desk_place_close"),
]
