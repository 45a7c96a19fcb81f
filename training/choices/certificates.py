"""Certificates: kinds, states, reasons, and old ones that are brought in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from training.choices.sessions import CourseKind


class CertificateKind(models.TextChoices):
    """What a certificate says its holder is; stands in public records, so it is never renamed."""

    CPR_AED = "cpr_aed", _("心肺复苏（CPR+AED）证")
    FIRST_AIDER = "first_aider", _("红十字救护员证")
    INSTRUCTOR = "instructor", _("红十字救护师资证")
    SPECIAL = "special", _("专项培训证")


# A refresher renews the certificate of the first course.
CERTIFICATE_OF: dict[str, str] = {
    CourseKind.CPR_AED: CertificateKind.CPR_AED,
    CourseKind.FIRST_AIDER: CertificateKind.FIRST_AIDER,
    CourseKind.FIRST_AIDER_REFRESHER: CertificateKind.FIRST_AIDER,
    CourseKind.INSTRUCTOR: CertificateKind.INSTRUCTOR,
    CourseKind.SPECIAL: CertificateKind.SPECIAL,
}


# By which courses a certificate is renewed. Where there is no refresher, the course itself renews one that ends soon.
RENEWED_BY: dict[str, tuple[str, ...]] = {
    CertificateKind.FIRST_AIDER: (CourseKind.FIRST_AIDER_REFRESHER,),
    CertificateKind.CPR_AED: (CourseKind.CPR_AED,),
    CertificateKind.INSTRUCTOR: (CourseKind.INSTRUCTOR,),
    CertificateKind.SPECIAL: (CourseKind.SPECIAL,),
}


class CertificateStatus(models.TextChoices):
    """What stands in a certificate's row; whether it has expired follows from its dates."""

    VALID = "valid", _("有效")
    REVOKED = "revoked", _("已撤销")
    REPLACED = "replaced", _("已换发")


CERTIFICATE_TRANSITIONS: dict[str, frozenset[str]] = {
    CertificateStatus.VALID: frozenset({CertificateStatus.REVOKED, CertificateStatus.REPLACED}),
    CertificateStatus.REVOKED: frozenset(),
    CertificateStatus.REPLACED: frozenset(),
}


class ShownStatus(models.TextChoices):
    """What a certificate is on a day, as it is shown."""

    VALID = "valid", _("有效")
    EXPIRING = "expiring", _("有效，即将到期")
    EXPIRED = "expired", _("已过期")
    REVOKED = "revoked", _("已撤销")
    REPLACED = "replaced", _("已换发")


# From so many days before its end a certificate is shown as expiring.
EXPIRING_DAYS = 90


# Days before the end on which the holder is reminded.
REMINDER_DAYS: tuple[int, ...] = (90, 30, 7)


class CertificateSource(models.TextChoices):
    """Where a certificate comes from."""

    COURSE = "course", _("结业发证")
    REISSUE = "reissue", _("换发")
    LEGACY = "legacy", _("历史证书导入")


class LegacyStatus(models.TextChoices):
    """States of a file of certificates that were printed before the portal."""

    READING = "reading", _("校验中")
    READY = "ready", _("待复核")
    WRITING = "writing", _("写入中")
    DONE = "done", _("已写入")
    UNREADABLE = "unreadable", _("无法读取")
    DROPPED = "dropped", _("已作废")


LEGACY_TRANSITIONS: dict[str, frozenset[str]] = {
    LegacyStatus.READING: frozenset({LegacyStatus.READY, LegacyStatus.UNREADABLE, LegacyStatus.DROPPED}),
    LegacyStatus.READY: frozenset({LegacyStatus.WRITING, LegacyStatus.DROPPED}),
    LegacyStatus.WRITING: frozenset({LegacyStatus.DONE}),
    LegacyStatus.DONE: frozenset(),
    LegacyStatus.UNREADABLE: frozenset(),
    LegacyStatus.DROPPED: frozenset(),
}


class ReissueReason(models.TextChoices):
    """Why a new certificate takes the place of another."""

    REFRESHED = "refreshed", _("复训延期")
    NAME = "name", _("姓名更正")
    LOST = "lost", _("补发")
    MISTAKE = "mistake", _("登记有误")


class RevokeReason(models.TextChoices):
    """Why a certificate no longer counts; a code, since it is public."""

    MISTAKE = "mistake", _("发证有误")
    FRAUD = "fraud", _("弄虚作假")
    HOLDER = "holder", _("持证人申请")
