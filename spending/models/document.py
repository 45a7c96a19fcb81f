"""Papers of a payment: private as they came, public only as a redacted copy that a second person released."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spending.choices import DocumentKind


class PaymentDocument(models.Model):
    """One paper. `file` is private; `public_file` is a file of its own, offered by one person, released by another."""

    payment = models.ForeignKey(
        "spending.Payment", verbose_name=_("支出单"), on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("种类"), max_length=10, choices=DocumentKind)
    file = models.ForeignKey("core.StoredFile", verbose_name=_("原件"), on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("上传人"), on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("上传时间"))
    removed_at = models.DateTimeField(_("移除时间"), null=True)
    public_file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("公开副本"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("脱敏人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("公开批准人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("公开时间"), null=True)

    class Meta:
        verbose_name = _("支出凭证")
        verbose_name_plural = _("支出凭证")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="paymentdocument_kind_known"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None)
                | (
                    Q(
                        released_at__isnull=False,
                        released_by__isnull=False,
                        offered_by__isnull=False,
                        public_file__isnull=False,
                    )
                    & ~Q(released_by=F("offered_by"))
                ),
                name="paymentdocument_released_by_another",
            ),
            models.CheckConstraint(
                condition=Q(public_file=None) | ~Q(public_file=F("file")), name="paymentdocument_copy_is_another_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.kind}"
