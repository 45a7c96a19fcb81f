"""Addresses of the register of schools and other bodies, and of how they are covered."""

from django.urls import URLPattern, URLResolver, path

from training.views import organisations
from training.views.public import schools

_LIST = "desk/training/organisations/"
_ONE = _LIST + "<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("training/coverage/schools/", schools.schools, name="training_schools"),
    path("training/coverage/schools.csv", schools.schools_csv, name="training_schools_csv"),
    path(_LIST, organisations.organisation_list, name="desk_organisations"),
    path(_LIST + "new/", organisations.organisation_new, name="desk_organisation_new"),
    path(_LIST + "export.csv", organisations.organisations_csv, name="desk_organisations_csv"),
    path(_ONE, organisations.organisation_page, name="desk_organisation"),
    path(_ONE + "size/", organisations.organisation_size, name="desk_organisation_size"),
    path(_ONE + "change/", organisations.organisation_change, name="desk_organisation_change"),
    path(_ONE + "alias/", organisations.organisation_alias, name="desk_organisation_alias"),
    path(_ONE + "merge/", organisations.organisation_merge, name="desk_organisation_merge"),
    path(_ONE + "separate/", organisations.organisation_separate, name="desk_organisation_separate"),
]
