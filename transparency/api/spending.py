"""Payments in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import MISSING, PAGE, REFUSED, SIZE, page_address, page_size
from spending.choices import PaymentKind
from spending.selectors.public import PaymentCursor, public_payment, public_payments
from transparency.api import serializers
from transparency.api.views import BRANCH
from transparency.selectors.spending import spending_rows
from transparency.spending_filters import SPENDING_FILTERS, read_spending_filter

DAY: Any = OpenApiTypes.DATE
SPENDING_PARAMETERS = [
    BRANCH,
    OpenApiParameter("from", DAY, description=gettext_lazy("付款日期从（含）")),
    OpenApiParameter("to", DAY, description=gettext_lazy("付款日期到（含）")),
    OpenApiParameter("fund", str, description=gettext_lazy("资金池编码")),
    OpenApiParameter("kind", str, enum=PaymentKind.values, description=gettext_lazy("种类")),
    OpenApiParameter("area", str, description=gettext_lazy("使用地区代码的前 2、4 或 6 位")),
    PAGE,
    SIZE,
]


class SpendingListView(APIView):
    """Payments, newest first."""

    @extend_schema(
        operation_id="spending_list",
        summary=gettext_lazy("支出列表"),
        parameters=SPENDING_PARAMETERS,
        responses={200: serializers.SpendingPageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """A page of payments by the same filters as the page /spending/."""
        asked = read_spending_filter({name: request.query_params.get(name, "") for name in SPENDING_FILTERS})
        cursor = PaymentCursor.parse(request.query_params.get("page", ""))
        page = public_payments(asked, cursor, page_size(request.query_params))
        return Response(
            {
                "results": serializers.SpendingSerializer(spending_rows(page.rows), many=True).data,
                "next": page_address(request, page.next),
                "previous": page_address(request, page.previous),
            }
        )


class SpendingView(APIView):
    """One payment."""

    @extend_schema(
        operation_id="spending_retrieve",
        summary=gettext_lazy("一笔支出"),
        responses={200: serializers.SpendingSerializer, **MISSING},
    )
    def get(self, request: Request, number: str) -> Response:
        """A payment by its number."""
        return Response(serializers.SpendingSerializer(spending_rows([public_payment(number)])[0]).data)
