"""Funds and their statements in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import MISSING, PAGE, REFUSED, SIZE, page_address, page_size
from ledger.selectors.public_funds import ListedFund, fund_in_public, funds_after
from ledger.selectors.statements import Edge, fund_state
from transparency.api import serializers
from transparency.api.views import BRANCH
from transparency.selectors.funds import fund_rows
from transparency.selectors.network import branch_for_filter


class FundListView(APIView):
    """Funds by code."""

    @extend_schema(
        operation_id="funds_list",
        summary=gettext_lazy("资金池"),
        parameters=[BRANCH, PAGE, SIZE],
        responses={200: serializers.FundPageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Funds by code, closed ones included, with what each holds."""
        code = request.query_params.get("branch", "").strip()
        branch = branch_for_filter(code) if code else None
        funds, following = funds_after(
            branch, request.query_params.get("page", "")[:40], page_size(request.query_params)
        )
        rows = [fund_row(fund) for fund in funds]
        return Response(
            {
                "results": serializers.FundSerializer(rows, many=True).data,
                "next": page_address(request, following),
                "previous": None,
            }
        )


class FundView(APIView):
    """One fund."""

    @extend_schema(
        operation_id="funds_retrieve",
        summary=gettext_lazy("一个资金池"),
        responses={200: serializers.FundSerializer, **MISSING},
    )
    def get(self, request: Request, code: str) -> Response:
        """A fund by its code."""
        terms = fund_in_public(code)
        state = fund_state(terms.id)
        return Response(serializers.FundSerializer(fund_row(ListedFund(terms, state.in_hand, state.in_transit))).data)


class FundStatementView(APIView):
    """The statement of one fund."""

    @extend_schema(
        operation_id="funds_statement",
        summary=gettext_lazy("资金池逐笔流水"),
        parameters=[PAGE, SIZE],
        responses={200: serializers.StatementPageSerializer, **MISSING},
    )
    def get(self, request: Request, code: str) -> Response:
        """Each movement of a fund's money, newest first, with the balance after it."""
        account_id = fund_state(fund_in_public(code).id).account_id
        edge = Edge.parse(request.query_params.get("page", ""))
        page = fund_rows(account_id, edge, page_size(request.query_params))
        return Response(
            {
                "results": serializers.StatementRowSerializer(page.rows, many=True).data,
                "next": page_address(request, page.next),
                "previous": page_address(request, page.previous),
            }
        )


def fund_row(fund: ListedFund) -> dict[str, Any]:
    """A fund as the API gives it."""
    terms = fund.terms
    return {
        "code": terms.code,
        "name": terms.name,
        "branch": terms.branch_code,
        "branch_name": terms.branch_name,
        "is_restricted": terms.is_restricted,
        "restriction": terms.restriction,
        "fee_rate": terms.fee_rate,
        "opened_on": terms.opened_on,
        "closed_on": terms.closed_on,
        "successor": terms.successor_code or None,
        "in_hand": fund.in_hand,
        "in_transit": fund.in_transit,
        "statement": f"/api/v1/funds/{terms.code}/statement/",
    }
