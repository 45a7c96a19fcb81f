"""What was disclosed, when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import BranchLineage


class DisclosureItem(BranchLineage):
    """One published item (信息条目); an item that corrects another is a new item. Append-only by trigger."""

    kind = models.CharField(_("种类"), max_length=40)
    title = models.CharField(_("标题"), max_length=200)
    report = models.OneToOneField(
        "transparency.ReportRun", verbose_name=_("报告"), null=True, on_delete=models.PROTECT, related_name="disclosure"
    )
    published_at = models.DateTimeField(_("公开时间"))

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="disclosure_by_time"),
            models.Index(fields=["branch", "-published_at", "-id"], name="disclosure_by_branch"),
        ]

    def __str__(self) -> str:
        return self.title
