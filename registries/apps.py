"""The registries of donors: who they are, what they wish, and what became of it."""

from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    """Registries of organ, tissue, body and stem-cell donors."""

    name = "registries"
    verbose_name = "捐献登记"
