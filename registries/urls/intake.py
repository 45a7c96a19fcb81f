"""Addresses of donors who joined on paper."""

from django.urls import URLPattern, URLResolver, path

from registries.views import intake

_INTAKE = "desk/registries/donors/from-paper/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/registries/donors/from-paper/", intake.intake_list, name="desk_intakes"),
    path("desk/registries/donors/from-paper/template/", intake.intake_template, name="desk_intake_template"),
    path(_INTAKE, intake.intake_detail, name="desk_intake"),
    path(_INTAKE + "problems/", intake.intake_problem_list, name="desk_intake_problems"),
    path(_INTAKE + "<slug:step>/", intake.intake_step, name="desk_intake_step"),
]
