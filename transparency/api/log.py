"""The public log in the API: its head, and proofs in JSON for those who do not read tiles."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import MISSING
from core.errors import NotFound
from transparency.models import LogCheckpoint
from transparency.selectors.public_log import (
    checkpoint_note,
    checkpoint_of,
    consistency_of,
    inclusion_of,
    latest_checkpoint,
    log_verifiers,
)

SIZE = OpenApiParameter("size", int, description=gettext_lazy("检查点的长度，不写为最新"))
OLD_SIZE = OpenApiParameter("from", int, description=gettext_lazy("较早的检查点的长度，不写为最新"))
HASH = gettext_lazy("32 字节的哈希，base64")


class LogHeadSerializer(serializers.Serializer[Any]):
    """The newest signed head."""

    size = serializers.IntegerField()
    root_hash = serializers.CharField(help_text=HASH)
    signed_at = serializers.DateTimeField()
    checkpoint = serializers.CharField(help_text=gettext_lazy("签名的检查点全文"))
    keys = serializers.ListField(child=serializers.CharField(), help_text=gettext_lazy("日志的公钥，从旧到新"))


class InclusionSerializer(serializers.Serializer[Any]):
    """That a record stands in the log (RFC 9162 section 2.1.3)."""

    index = serializers.IntegerField()
    size = serializers.IntegerField()
    record = serializers.CharField(help_text=gettext_lazy("公开记录原文；叶哈希由它的字节算出"))
    leaf_hash = serializers.CharField(help_text=HASH)
    proof = serializers.ListField(child=serializers.CharField(help_text=HASH))
    checkpoint = serializers.CharField()


class ConsistencySerializer(serializers.Serializer[Any]):
    """That an earlier head is the beginning of a later one (RFC 9162 section 2.1.4)."""

    old_size = serializers.IntegerField()
    size = serializers.IntegerField()
    proof = serializers.ListField(child=serializers.CharField(help_text=HASH))
    old_checkpoint = serializers.CharField()
    checkpoint = serializers.CharField()


class LogView(APIView):
    """The head of the log."""

    schema = AutoSchema()

    @extend_schema(
        operation_id="log_head", summary=gettext_lazy("公开日志"), responses={200: LogHeadSerializer, **MISSING}
    )
    def get(self, request: Request) -> Response:
        """The newest signed head and the keys."""
        checkpoint = _checkpoint(request, "size")
        head = {
            "size": checkpoint.size,
            "root_hash": _text(bytes(checkpoint.root)),
            "signed_at": checkpoint.signed_at,
            "checkpoint": checkpoint_note(checkpoint),
            "keys": log_verifiers(),
        }
        return Response(LogHeadSerializer(head).data)


class LogRecordView(APIView):
    """One record of the log with its proof."""

    schema = AutoSchema()

    @extend_schema(
        operation_id="log_record",
        summary=gettext_lazy("公开记录及其包含证明"),
        parameters=[SIZE],
        responses={200: InclusionSerializer, **MISSING},
    )
    def get(self, request: Request, index: int) -> Response:
        """The record at an index, and the proof that a signed head covers it."""
        found = inclusion_of(index, _checkpoint(request, "size"))
        if found is None:
            raise NotFound("not_in_log", _("公开日志的这个检查点里没有第 %(index)d 条。") % {"index": index})
        said = {
            "index": index,
            "size": found.checkpoint.size,
            "record": found.record,
            "leaf_hash": _text(found.leaf_hash),
            "proof": _texts(found.proof),
            "checkpoint": checkpoint_note(found.checkpoint),
        }
        return Response(InclusionSerializer(said).data)


class LogConsistencyView(APIView):
    """How the log grew."""

    schema = AutoSchema()

    @extend_schema(
        operation_id="log_consistency",
        summary=gettext_lazy("两个检查点的一致性证明"),
        parameters=[OLD_SIZE, SIZE],
        responses={200: ConsistencySerializer, **MISSING},
    )
    def get(self, request: Request) -> Response:
        """The proof that one signed head is the beginning of another."""
        older, newer = _checkpoint(request, "from"), _checkpoint(request, "size")
        if older.size > newer.size:
            raise NotFound("not_in_log", _("较早的检查点不能比另一个长。"))
        said = {
            "old_size": older.size,
            "size": newer.size,
            "proof": _texts(consistency_of(older, newer).proof),
            "old_checkpoint": checkpoint_note(older),
            "checkpoint": checkpoint_note(newer),
        }
        return Response(ConsistencySerializer(said).data)


def _checkpoint(request: Request, name: str) -> LogCheckpoint:
    """The head that a parameter names, the newest where it names none."""
    text = request.query_params.get(name, "")
    if not text:
        found = latest_checkpoint()
    else:
        found = checkpoint_of(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if found is None:
        raise NotFound("no_checkpoint", _("没有这个长度的检查点。"))
    return found


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _texts(values: Sequence[bytes]) -> list[str]:
    return [_text(value) for value in values]
