"""The order of public records."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LogHead(models.Model):
    """The one row of the log's head: how many records have their place, and up to which transaction all were taken.

    `seen_xid` is the oldest transaction that was still running at the last sequencing: whatever it and later ones write
    is still to come, whatever is older has its place. Its row is the sequencer's lock. `tiled` of the leaves stand in
    tiles.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(_("长度"), default=0)
    seen_xid = models.BigIntegerField(_("已处理事务"), default=0)
    tiled = models.BigIntegerField(_("已入树"), default=0)

    class Meta:
        verbose_name = _("公开日志头")
        verbose_name_plural = _("公开日志头")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="loghead_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(tiled__gte=0, tiled__lte=models.F("size")), name="loghead_tiles_what_has_its_place"
            ),
        ]

    def __str__(self) -> str:
        return str(self.size)


class LogLeaf(models.Model):
    """The place of one public record in the log: from 0 without gap, given once by the sequencer. Append-only."""

    index = models.BigIntegerField(_("序号"), primary_key=True)
    record = models.OneToOneField(
        "core.PublicRecord", verbose_name=_("公开记录"), on_delete=models.PROTECT, related_name="leaf"
    )
    sequenced_at = models.DateTimeField(_("排序时间"))

    class Meta:
        verbose_name = _("公开日志项")
        verbose_name_plural = _("公开日志项")
        constraints = [models.CheckConstraint(condition=models.Q(index__gte=0), name="logleaf_index_not_negative")]

    def __str__(self) -> str:
        return str(self.index)


class LogTile(models.Model):
    """One tile of the tree: up to 256 hashes of 32 bytes each (c2sp.org/tlog-tiles); `transparency.merkle.tiles`.

    The last tile of a level grows to the right until it is full; a trigger lets nothing else happen to it. A partial
    tile of an earlier size is its beginning.
    """

    level = models.PositiveSmallIntegerField(_("层"))
    index = models.BigIntegerField(_("序号"))
    hashes = models.BinaryField(_("哈希"))

    class Meta:
        verbose_name = _("公开日志瓦片")
        verbose_name_plural = _("公开日志瓦片")
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="logtile_once"),
            models.CheckConstraint(condition=models.Q(index__gte=0), name="logtile_index_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class LogCheckpoint(models.Model):
    """A signed head of the log: how many leaves, their root, and the note as it is served. Append-only.

    A trigger refuses one that is not larger than all before it. `note` is a signed note (c2sp.org/tlog-checkpoint).
    """

    size = models.BigIntegerField(_("长度"), primary_key=True)
    root = models.BinaryField(_("根"), max_length=32)
    note = models.TextField(_("签名的检查点"))
    signed_at = models.DateTimeField(_("签名时间"), db_index=True)

    class Meta:
        verbose_name = _("检查点")
        verbose_name_plural = _("检查点")
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="logcheckpoint_has_leaves")]

    def __str__(self) -> str:
        return str(self.size)


class LogCosignature(models.Model):
    """A witness's line under a checkpoint (c2sp.org/tlog-cosignature), served with it. Append-only."""

    checkpoint = models.ForeignKey(
        LogCheckpoint, verbose_name=_("检查点"), on_delete=models.PROTECT, related_name="cosignatures"
    )
    name = models.CharField(_("见证方"), max_length=200)
    line = models.CharField(_("签名行"), max_length=600)
    cosigned_at = models.DateTimeField(_("见证时间"))
    added_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = _("见证签名")
        verbose_name_plural = _("见证签名")
        constraints = [models.UniqueConstraint(fields=["checkpoint", "line"], name="logcosignature_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint_id} {self.name}"


class LogKey(models.Model):
    """A key that has signed checkpoints, its public half: written when it signs for the first time. Append-only."""

    verifier = models.CharField(_("公钥"), max_length=400, unique=True)
    first_size = models.BigIntegerField(_("从此长度起"))
    added_at = models.DateTimeField(_("启用时间"))

    class Meta:
        verbose_name = _("日志公钥")
        verbose_name_plural = _("日志公钥")

    def __str__(self) -> str:
        return self.verifier
