"""What lists of the API share: size and address of a page, the shape of errors, and how the schema says both."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from core.errors import DomainError

PAGE_SIZE, LARGEST_PAGE = 50, 500
PAGE = OpenApiParameter("page", str, description=gettext_lazy("翻页游标，取自 next 或 previous"))
SIZE = OpenApiParameter("page_size", int, description=gettext_lazy("每页条数，1 至 500，默认 50"))


class Fields(serializers.Serializer):  # cannot be subscripted when it runs
    """Named fields, for reading alone."""


class ErrorSerializer(Fields):
    """The one shape of errors."""

    code = serializers.CharField(help_text=gettext_lazy("稳定的错误代码"))
    message = serializers.CharField(help_text=gettext_lazy("说明"))

    def get_fields(self) -> dict[str, Any]:
        """Add `fields`, a name that a serializer has a use of its own for."""
        named = serializers.DictField(child=serializers.CharField(), help_text=gettext_lazy("各参数的说明"))
        return {**super().get_fields(), "fields": named}


REFUSED = {400: ErrorSerializer, 429: ErrorSerializer}
MISSING = {404: ErrorSerializer, 429: ErrorSerializer}


def page_size(params: QueryDict) -> int:
    """Read `page_size`; raises DomainError for anything but 1 to 500."""
    text = params.get("page_size", "")
    if not text:
        return PAGE_SIZE
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_PAGE:
        return int(text)
    sentence = _("page_size 应为 1 至 %(largest)d 的整数。") % {"largest": LARGEST_PAGE}
    raise DomainError("page_size_invalid", sentence, {"page_size": sentence})


def page_address(request: Request, cursor: object) -> str | None:
    """The full address of another page of the same list; None where there is none."""
    if not cursor:
        return None
    params = request.query_params.copy()
    params["page"] = str(cursor)
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
