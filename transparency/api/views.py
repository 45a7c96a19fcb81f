"""The addresses below /api/v1/."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import MISSING, PAGE, REFUSED, SIZE, page_address, page_size
from core.errors import DomainError
from donations.choices import GiftKind
from donations.selectors.public import Cursor, public_gift, public_gifts
from organizations.models import Branch
from training.api.courses import COURSE_PARAMETERS
from transparency.api import serializers
from transparency.choices import ReportKind
from transparency.filters import GIFT_FILTERS, read_gift_filter
from transparency.models import ReportRun
from transparency.selectors.listing import branch_row, branches_after, report_row, report_with_files, reports_after
from transparency.selectors.network import branch_for_filter
from transparency.selectors.open_data import open_rows
from transparency.selectors.published import published_report

BRANCH = OpenApiParameter("branch", str, description=gettext_lazy("红十字会编码，含下级"))
KIND = OpenApiParameter("kind", str, enum=ReportKind.values, description=gettext_lazy("报告种类"))
DAY: Any = OpenApiTypes.DATE
GIFT_PARAMETERS = [
    BRANCH,
    OpenApiParameter("from", DAY, description=gettext_lazy("捐赠日期从（含）")),
    OpenApiParameter("to", DAY, description=gettext_lazy("捐赠日期到（含）")),
    OpenApiParameter("q", str, description=gettext_lazy("公开显示名称的一部分，至少两个字")),
    OpenApiParameter("min", OpenApiTypes.DECIMAL, description=gettext_lazy("金额不低于（元）")),
    OpenApiParameter("max", OpenApiTypes.DECIMAL, description=gettext_lazy("金额不高于（元）")),
    OpenApiParameter("fund", str, description=gettext_lazy("资金池编码")),
    OpenApiParameter("kind", str, enum=GiftKind.values, description=gettext_lazy("类别")),
    PAGE,
    SIZE,
]


class GiftListView(APIView):
    """Gifts, newest first."""

    schema = AutoSchema()

    @extend_schema(
        operation_id="donations_list",
        summary=gettext_lazy("捐赠列表"),
        parameters=GIFT_PARAMETERS,
        responses={200: serializers.GiftPageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """A page of gifts by the same filters as the page /donations/."""
        asked = read_gift_filter({name: request.query_params.get(name, "") for name in GIFT_FILTERS})
        cursor = Cursor.parse(request.query_params.get("page", ""))
        page = public_gifts(asked, cursor, page_size(request.query_params))
        return Response(
            {
                "results": serializers.GiftSerializer(open_rows(page.rows), many=True).data,
                "next": page_address(request, page.next),
                "previous": page_address(request, page.previous),
            }
        )


class GiftView(APIView):
    """One gift."""

    @extend_schema(
        operation_id="donations_retrieve",
        summary=gettext_lazy("一笔捐赠"),
        responses={200: serializers.GiftSerializer, **MISSING},
    )
    def get(self, request: Request, number: str) -> Response:
        """A gift by its number."""
        return Response(serializers.GiftSerializer(open_rows([public_gift(number)])[0]).data)


class BranchListView(APIView):
    """The branch network."""

    @extend_schema(
        operation_id="branches_list",
        summary=gettext_lazy("各级红十字会"),
        parameters=[BRANCH, PAGE, SIZE],
        responses={200: serializers.BranchPageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Branches by code, closed ones included."""
        found = branches_after(_branch(request), request.query_params.get("page", ""), page_size(request.query_params))
        rows = [branch_row(branch) for branch in found.rows]
        return _page(request, serializers.BranchSerializer(rows, many=True).data, found.next)


class ReportListView(APIView):
    """Published reports."""

    @extend_schema(
        operation_id="reports_list",
        summary=gettext_lazy("公开报告"),
        parameters=[BRANCH, KIND, PAGE, SIZE],
        responses={200: serializers.ReportPageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Published reports, the last published first."""
        params = request.query_params
        found = reports_after(_branch(request), params.get("page", ""), page_size(params), _report_kind(params))
        rows = [report_row(run) for run in found.rows]
        return _page(request, serializers.ReportSerializer(rows, many=True).data, found.next)


class ReportView(APIView):
    """One published report."""

    @extend_schema(
        operation_id="reports_retrieve",
        summary=gettext_lazy("一份报告"),
        responses={200: serializers.ReportDetailSerializer, **MISSING},
    )
    def get(self, request: Request, number: str) -> Response:
        """A report by its number, with its files."""
        run: ReportRun = published_report(number)
        return Response(serializers.ReportDetailSerializer(report_with_files(run)).data)


def _report_kind(params: QueryDict) -> str:
    kind = params.get("kind", "")
    if kind and kind not in ReportKind.values:
        sentence = _("kind 应为以下之一：%(kinds)s。") % {"kinds": "、".join(ReportKind.values)}
        raise DomainError("kind_unknown", sentence, {"kind": sentence})
    return kind


def _branch(request: Request) -> Branch | None:
    code = request.query_params.get("branch", "").strip()
    return branch_for_filter(code) if code else None


def _page(request: Request, results: Any, next_cursor: str) -> Response:
    return Response({"results": results, "next": page_address(request, next_cursor), "previous": None})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API explained on a page of its own, without any script."""
    endpoints = [
        ("/api/v1/donations/", _("捐赠列表"), GIFT_PARAMETERS),
        ("/api/v1/branches/", _("各级红十字会"), [BRANCH, PAGE, SIZE]),
        ("/api/v1/funds/", _("资金池"), [BRANCH, PAGE, SIZE]),
        ("/api/v1/spending/", _("支出列表"), [BRANCH, PAGE, SIZE]),
        ("/api/v1/reports/", _("公开报告"), [BRANCH, KIND, PAGE, SIZE]),
        ("/api/v1/courses/", _("急救培训班"), COURSE_PARAMETERS),
    ]
    fields = [(name, field.help_text) for name, field in serializers.GiftSerializer().fields.items()]
    return render(request, "public/api.html", {"endpoints": endpoints, "gift_fields": fields})
