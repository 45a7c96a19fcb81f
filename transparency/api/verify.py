"""What a file is, asked by its SHA-256."""

from __future__ import annotations

from typing import Any

from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import REFUSED
from transparency.choices import FileVerdict
from transparency.services.verifying_reports.examining import examine_sha256

# A report may be corrected at any time, so an answer is kept no longer than a page.
SECONDS = 60


class VerifiedReportSerializer(serializers.Serializer[Any]):
    """The report that a file belongs to."""

    number = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    branch = serializers.CharField()
    branch_name = serializers.CharField()
    scope = serializers.CharField()
    period = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    correction_note = serializers.CharField()
    url = serializers.CharField()


class VerifiedFileSerializer(serializers.Serializer[Any]):
    """A file of a report."""

    role = serializers.CharField()
    part = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.CharField(help_text=gettext_lazy("不公开下载的为空"))
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    volume = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("分册的册号"))
    first_row = serializers.IntegerField(allow_null=True)
    last_row = serializers.IntegerField(allow_null=True)


class VerdictSerializer(serializers.Serializer[Any]):
    """The answer about a file."""

    verdict = serializers.ChoiceField(choices=FileVerdict.choices)
    # `label` is a property of every serializer's field.
    label = serializers.CharField()  # type: ignore[assignment]
    why = serializers.CharField()
    advice = serializers.CharField()
    sha256 = serializers.CharField()
    report = VerifiedReportSerializer(allow_null=True)
    file = VerifiedFileSerializer(allow_null=True)
    newest = VerifiedReportSerializer(allow_null=True, help_text=gettext_lazy("更正它的最新版"))
    right = VerifiedFileSerializer(allow_null=True, help_text=gettext_lazy("应当使用的文件"))
    differences = serializers.ListField(child=serializers.CharField())
    record_index = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("报告的公开记录在日志里的序号"))


class VerifyView(APIView):
    """A file by its SHA-256."""

    schema = AutoSchema()

    @extend_schema(
        operation_id="verify_file",
        summary=gettext_lazy("按 SHA-256 核对报告文件"),
        responses={200: VerdictSerializer, **REFUSED},
    )
    def get(self, request: Request, sha256: str) -> Response:
        """What the file with these bytes is; `not_ours` for every file that was never published."""
        response = Response(VerdictSerializer(examine_sha256(sha256).as_dict()).data)
        patch_cache_control(response, public=True, max_age=SECONDS)
        return response
