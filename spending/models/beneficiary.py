"""The people whom a payment helps: sensitive, sealed, never in public."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.identifiers import normalise_identifier


class Beneficiary(SealedModel):
    """One person (P3) on the list of a payment, with what they get (yuan).

    Name, identity number and account lie sealed; one identity number stands once on a list.
    """

    payment = models.ForeignKey(
        "spending.Payment", verbose_name=_("支出单"), on_delete=models.PROTECT, related_name="beneficiaries"
    )
    row_number = models.PositiveIntegerField(_("行号"))
    name = SealedTextField(_("姓名"), logical="spending.beneficiary.name")
    identity = SealedTextField(
        _("证件号码"), logical="spending.beneficiary.identity", lookup=normalise_identifier, null=True
    )
    identity_digest = LookupDigestField(db_index=False)
    identity_digest_next = LookupDigestField(db_index=False)
    account = SealedTextField(_("收款账号"), logical="spending.beneficiary.account", null=True)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("受助人")
        verbose_name_plural = _("受助人")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="beneficiary_amount_positive"),
            models.UniqueConstraint(fields=["payment", "row_number"], name="beneficiary_row_once"),
            *unique_lookup("identity", "payment", name="beneficiary_identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}/{self.row_number}"
