"""阿里云短信服务: Dysmsapi 2017-05-25, SendSms, signed by ACS3-HMAC-SHA256.

Sources: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature (signature V3),
https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms (SendSms and its error codes).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from django.conf import settings

from core.clock import wall_clock
from core.notifying.backends.asking import ask
from core.notifying.backends.base import UNKNOWN_CODE, NotSent, safe_code
from core.notifying.backends.filed import filled, template_name

ENDPOINT = "https://dysmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"
VERSION, ACTION = "2017-05-25", "SendSms"
# `isv.…` says what is wrong with this message: it ends. These say what is wrong with the account, which its owner can
# put right while the message waits.
_ACCOUNT = frozenset(
    {
        "isv.ACCOUNT_ABNORMAL",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.BILLING_DEDUCTION_ERROR",
        "isv.OUT_OF_SERVICE",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE",
    }
)


class AliyunNotifier:
    """Sends by 阿里云短信服务, with the sign name and the filed templates of the settings."""

    def carries(self, purpose: str) -> bool:
        """Whether a template is set for the purpose."""
        return template_name(purpose) in settings.SMS_TEMPLATES

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Send the template of the purpose with its values. Raises NotSent with the provider's code."""
        content = filled(settings.SMS_TEMPLATES, purpose, values)
        query = canonical_query(
            {
                "PhoneNumbers": phone,
                "SignName": settings.SMS_SIGN_NAME,
                "TemplateCode": content.template,
                "TemplateParam": json.dumps(content.values, ensure_ascii=False, separators=(",", ":")),
            }
        )
        endpoint = settings.SMS_ENDPOINT or ENDPOINT
        headers = {
            "host": urlsplit(endpoint).netloc,
            "x-acs-action": ACTION,
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
            # The provider refuses what is more than 15 minutes off: the machine's own clock, never a demo's.
            "x-acs-date": f"{wall_clock():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-version": VERSION,
        }
        signed = authorization(query, headers, key_id=settings.SMS_ACCESS_KEY_ID, secret=settings.SMS_ACCESS_KEY_SECRET)
        answer = ask(
            "POST", f"{endpoint}/?{query}", headers={**headers, "Authorization": signed, "Accept": "application/json"}
        )
        code = answer.content.get("Code")
        if code == "OK":
            return
        if not isinstance(code, str):
            raise NotSent(f"HTTP {answer.status}" if answer.status >= 300 else UNKNOWN_CODE)
        raise NotSent(safe_code(code), is_final=code.startswith("isv.") and code not in _ACCOUNT)


def canonical_query(values: Mapping[str, str]) -> str:
    """Return the query string, sorted and encoded by RFC 3986."""
    pairs = ((_encoded(name), _encoded(value)) for name, value in values.items())
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def authorization(query: str, headers: Mapping[str, str], *, key_id: str, secret: str) -> str:
    """Return the header Authorization of a POST to `/`: every header given is signed, names in lower case."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", query, lines, names, headers["x-acs-content-sha256"]))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
