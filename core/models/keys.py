"""What the database knows about the keys: never a key, only which were seen and which are in use."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class KeyFingerprint(models.Model):
    """A key that this database was used with, told by its fingerprint (`core.crypto.Keyring.fingerprints`).

    A start with another key under the same id, or without a key that values are still sealed with, is refused.
    """

    name = models.CharField(_("用途和编号"), max_length=60, primary_key=True, db_collation="C")
    fingerprint = models.CharField(_("指纹"), max_length=16)
    first_seen_at = models.DateTimeField(_("首次使用时间"))
    retired_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = _("密钥指纹")
        verbose_name_plural = _("密钥指纹")

    def __str__(self) -> str:
        return self.name


class LookupKeys(models.Model):
    """The one row that says under which look-up keys the two digest columns of sealed fields are written.

    `digest` columns are written under `current`, `digest_next` columns under `following`. Usually both are one key.
    A rotation changes first the following key, fills, then the current one, and fills again: at each moment one of the
    two columns holds digests of one key for all rows, so uniqueness holds throughout (core.sealed.digests).
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    current = models.CharField(_("当前查找密钥"), max_length=32)
    following = models.CharField(_("下一查找密钥"), max_length=32)
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = _("查找密钥状态")
        verbose_name_plural = _("查找密钥状态")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="lookupkeys_one_row")]

    def __str__(self) -> str:
        return f"{self.current} → {self.following}"


class KeyRotation(models.Model):
    """One change of keys: begun, carried out in small steps that may be broken off and taken up again, finished."""

    targets = models.JSONField(_("新密钥编号"))
    started_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = _("密钥轮换")
        verbose_name_plural = _("密钥轮换")
        constraints = [
            models.UniqueConstraint(fields=["finished_at"], nulls_distinct=False, name="keyrotation_one_unfinished")
        ]

    def __str__(self) -> str:
        return ", ".join(f"{purpose}/{key_id}" for purpose, key_id in sorted(self.targets.items()))
