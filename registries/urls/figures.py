"""Addresses of the figures of the registries: for everybody, and at the desk."""

from django.urls import URLPattern, URLResolver, path

from registries.views import figures, national
from registries.views.public import figures as public

urlpatterns: list[URLPattern | URLResolver] = [
    path("organ/figures/", public.registry_figures, name="registry_figures"),
    path("organ/figures.csv", public.registry_figures_csv, name="registry_figures_csv"),
    path("organ/figures.json", public.registry_figures_json, name="registry_figures_json"),
    path("desk/registries/figures/", figures.desk_figures, name="desk_registry_figures"),
    path("desk/registries/figures/national/", national.national_list, name="desk_national"),
    path("desk/registries/figures/national/new/", national.national_new, name="desk_national_new"),
    path("desk/registries/figures/national/<int:figure_id>/", national.national_confirm, name="desk_national_confirm"),
]
