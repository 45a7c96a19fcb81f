"""A certificate by its code; there is no list of them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.throttling import count_once, place_of
from training.api.serializers import CertificateErrorSerializer, CertificateSerializer
from training.selectors.public_certificates import certificate_by_code, shown
from training.services.checking import LOOKS


class CertificateView(APIView):
    """One certificate."""

    schema = AutoSchema()

    @extend_schema(
        operation_id="certificates_retrieve",
        summary=gettext_lazy("按查验码核对救护证书"),
        responses={200: CertificateSerializer, 404: CertificateErrorSerializer, 429: CertificateErrorSerializer},
    )
    def get(self, request: Request, code: str) -> Response:
        """What the certificate with this code is today."""
        count_once(LOOKS, place_of(request))
        response = Response(CertificateSerializer(shown(certificate_by_code(code))).data)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response
