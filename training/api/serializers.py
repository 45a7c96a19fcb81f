"""The shapes of training in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from training.choices import CertificateKind, RevokeReason, ShownStatus


class CertificateSerializer(serializers.Serializer[Any]):
    """A certificate as anybody sees it."""

    code = serializers.CharField(help_text=_("查验码"))
    number = serializers.CharField(help_text=_("证书编号"))
    kind = serializers.ChoiceField(choices=CertificateKind.choices)
    kind_name = serializers.CharField()
    status = serializers.ChoiceField(choices=ShownStatus.choices, help_text=_("今天的状态"))
    status_name = serializers.CharField()
    name = serializers.CharField(source="shown_name", help_text=_("持证人，掩码"))
    issued_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True, help_text=_("从这天起失效；长期有效的为空"))
    ended_on = serializers.DateField(allow_null=True, help_text=_("撤销或换发的日期"))
    reason = serializers.ChoiceField(choices=RevokeReason.choices, allow_blank=True, help_text=_("撤销原因"))
    branch = serializers.CharField(source="branch_code")
    branch_name = serializers.CharField()


class CertificateErrorSerializer(serializers.Serializer[Any]):
    """The one shape of errors."""

    code = serializers.CharField(help_text=_("稳定的错误代码"))
    message = serializers.CharField(help_text=_("说明"))
