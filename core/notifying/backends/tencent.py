"""腾讯云短信: SendSms 2021-01-11, signed by TC3-HMAC-SHA256.

Sources: https://cloud.tencent.com/document/api/382/52072 (signature V3),
https://cloud.tencent.com/document/api/382/55981 (SendSms), https://cloud.tencent.com/document/api/382/52075 (codes).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from core.clock import wall_clock
from core.notifying.backends.asking import ask
from core.notifying.backends.base import UNKNOWN_CODE, NotSent, safe_code
from core.notifying.backends.filed import filled, template_name

ENDPOINT = "https://sms.tencentcloudapi.com"
ALGORITHM = "TC3-HMAC-SHA256"
SERVICE, VERSION, ACTION = "sms", "2021-01-11", "SendSms"
CONTENT_TYPE = "application/json; charset=utf-8"
# These say what is wrong with this message: it ends. The others (InternalError, RequestLimitExceeded, AuthFailure,
# UnauthorizedOperation …) pass, or can be put right while the message waits.
_FINAL = ("FailedOperation.", "InvalidParameter", "LimitExceeded", "MissingParameter", "UnsupportedOperation")
_ACCOUNT = frozenset({"FailedOperation.InsufficientBalanceInSmsPackage"})


class TencentNotifier:
    """Sends by 腾讯云短信, with the application, sign name and filed templates of the settings."""

    def carries(self, purpose: str) -> bool:
        """Whether a template is set for the purpose."""
        return template_name(purpose) in settings.SMS_TEMPLATES

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Send the template of the purpose with its values. Raises NotSent with the provider's code."""
        content = filled(settings.SMS_TEMPLATES, purpose, values)
        facts = {
            "PhoneNumberSet": [f"+86{phone}"],
            "SmsSdkAppId": settings.SMS_APP_ID,
            "SignName": settings.SMS_SIGN_NAME,
            "TemplateId": content.template,
            "TemplateParamSet": list(content.values.values()),
        }
        body = json.dumps(facts, ensure_ascii=False).encode()
        endpoint = settings.SMS_ENDPOINT or ENDPOINT
        signed = {"content-type": CONTENT_TYPE, "host": urlsplit(endpoint).netloc, "x-tc-action": ACTION}
        # Signed with the machine's own clock: the provider refuses what is more than five minutes off.
        at = int(wall_clock().timestamp())
        headers = {
            **signed,
            "x-tc-version": VERSION,
            "x-tc-region": settings.SMS_REGION,
            "x-tc-timestamp": str(at),
            "Authorization": authorization(
                body,
                signed,
                at=at,
                service=SERVICE,
                key_id=settings.SMS_ACCESS_KEY_ID,
                secret=settings.SMS_ACCESS_KEY_SECRET,
            ),
        }
        answer = ask("POST", f"{endpoint}/", body=body, headers=headers)
        code = _code(answer.content)
        if code == "Ok":
            return
        if not code:
            raise NotSent(f"HTTP {answer.status}" if answer.status >= 300 else UNKNOWN_CODE)
        raise NotSent(safe_code(code), is_final=code.startswith(_FINAL) and code not in _ACCOUNT)


def authorization(body: bytes, headers: Mapping[str, str], *, at: int, service: str, key_id: str, secret: str) -> str:
    """Return the header Authorization of a POST to `/` at a Unix time: every header given is signed, in lower case."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", "", lines, names, hashlib.sha256(body).hexdigest()))
    day = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def _code(content: dict[str, Any]) -> str:
    """The code of the whole answer where it failed, else that of the one number; empty where there is neither."""
    response = content.get("Response")
    if not isinstance(response, dict):
        return ""
    statuses = response.get("SendStatusSet")
    found = response.get("Error") or (statuses[0] if isinstance(statuses, list) and statuses else None)
    code = found.get("Code") if isinstance(found, dict) else None
    return code if isinstance(code, str) else ""
