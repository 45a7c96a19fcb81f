"""The branch tree, the grants of roles, and whose rows a person may see."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    """The branch tree, the grants of roles, and whose rows a person may see."""

    name = "organizations"
    verbose_name = _("组织网络")
    default_auto_field = "django.db.models.BigAutoField"
