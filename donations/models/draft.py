"""What a clerk is typing at the counter, kept until it is sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import SealedModel, SealedTextField


class CounterDraft(SealedModel):
    """The form that a person is filling in: one a person, sealed (it names a giver), gone when it is sent.

    `edit_count` tells two windows apart: the older one is told, and overwrites nothing.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("录入人"), on_delete=models.PROTECT, related_name="+"
    )
    content = SealedTextField(_("内容"), logical="donations.counterdraft.content", null=True)
    edit_count = models.PositiveIntegerField(_("保存次数"), default=0)
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("录入草稿")
        verbose_name_plural = _("录入草稿")

    def __str__(self) -> str:
        return f"{self.owner_id}"
