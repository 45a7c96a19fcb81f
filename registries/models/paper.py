"""Pictures of the paper that somebody signed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WishPaper(models.Model):
    """A scan or photo of the signed form of a wish (P3, sealed on disk); destroyed with the wish.

    Append-only by trigger. It shows name and wish together, so nobody opens it who may not read wishes
    (services/evidence.py).
    """

    wish = models.ForeignKey(
        "registries.Wish", verbose_name=_("志愿登记"), on_delete=models.PROTECT, related_name="papers"
    )
    file = models.OneToOneField("core.StoredFile", verbose_name=_("文件"), on_delete=models.PROTECT, related_name="+")
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("存入人"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("登记表影像")
        verbose_name_plural = _("登记表影像")

    def __str__(self) -> str:
        return f"{self.wish_id} {self.at:%Y-%m-%d}"
