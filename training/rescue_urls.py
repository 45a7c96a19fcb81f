"""Addresses of rescue cases."""

from django.urls import URLPattern, URLResolver, path

from training.views import rescues
from training.views.public import rescues as public

_CASE = "desk/training/rescues/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("training/rescues/", public.rescue_stories, name="rescues"),
    path("desk/training/rescues/", rescues.rescue_list, name="desk_rescues"),
    path("desk/training/rescues/new/", rescues.rescue_new, name="desk_rescue_new"),
    path(_CASE, rescues.rescue_detail, name="desk_rescue"),
    path(_CASE + "evidence/", rescues.rescue_evidence, name="desk_rescue_evidence"),
    path(_CASE + "<str:step>/", rescues.rescue_step, name="desk_rescue_step"),
]
