"""The outbox of public records, from which the public log is sequenced."""

import uuid

from django.db import models
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from core.fields import SealedField

# The logical name of the salt in the sealed value's associated data (docs/personal-data.md).
SALT_FIELD = "core.publicrecord.salt"
# An entry of a bundle has its length before it in two bytes (c2sp.org/tlog-tiles).
LONGEST_RECORD_BYTES = 65_535
# The kind of a record that was signed before a restore and whose row is gone with it; its object id is its place.
LOST_KIND = "lost"


class PublicRecord(models.Model):
    """One public record: canonical JSON (RFC 8785) of a posted entry, certificate, disclosure or report.

    Written in the transaction that posts the thing itself, append-only by trigger. It holds no natural person's name
    and no free text: for those it holds commitments under a 128-bit salt, sealed here; emptying `sealed_salt`
    forgets the person and breaks no proof. That, and sealing it under another key, is all that the trigger lets
    through. The database adds a column `xid` with the writing transaction's id, by which the sequencer knows that no
    earlier record can still appear.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=40, db_collation="C")
    subject = models.CharField(_("编号"), max_length=60)
    object_id = models.BigIntegerField(_("对象编号"))
    branch_code = models.CharField(_("红十字会编码"), max_length=32)
    record = models.TextField(_("公开记录"))
    leaf_hash = models.BinaryField(_("叶哈希"), max_length=32)
    sealed_salt = SealedField(_("密封的盐"), logical=SALT_FIELD, row_field="uuid", purpose="salts", null=True)
    created_at = models.DateTimeField(_("写入时间"))

    class Meta:
        verbose_name = _("公开记录")
        verbose_name_plural = _("公开记录")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="publicrecord_once_per_object"),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    models.Func(models.F("record"), function="octet_length", output_field=models.IntegerField()),
                    LONGEST_RECORD_BYTES,
                ),
                name="publicrecord_fits_a_bundle",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
