"""微信服务号: template messages to people who bound their WeChat, and by which account a page was opened.

Sources: https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html (stable_token),
https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.html (template messages),
https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html (who opened a page).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache

from core.crypto import KeyringError, seal, unseal
from core.notifying.backends.asking import Answer, ask
from core.notifying.backends.base import UNKNOWN_CODE, NotSent, safe_code
from core.notifying.backends.filed import CODE, filled, template_name

API = "https://api.weixin.qq.com"
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
# The token is over, whatever its time said: another one was fetched elsewhere, or it was taken back.
_TOKEN_OVER = frozenset({40001, 40014, 42001})
# WeChat will not take this message for this person, however often it is asked: unknown person, no template, not
# followed any more, wrong or forbidden words.
_FINAL = frozenset({40003, 40036, 40037, 43004, 43019, 43101, 45168, 47001, 47003, 50005})
_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}", re.ASCII)
_FIELD, _ROW = "core.notifying.wechat_token", uuid.UUID("7b1d4b8e-3a55-4c0e-9a63-5f5a5f1f0c11")
_SAFETY_SECONDS = 120


def is_set_up() -> bool:
    """Whether the portal has a 微信服务号 at all."""
    return bool(settings.WECHAT_APP_ID)


def carries(purpose: str) -> bool:
    """Whether messages of this purpose may go by WeChat; codes never do."""
    name = template_name(purpose)
    return is_set_up() and name != CODE and name in settings.WECHAT_TEMPLATES


def authorize_url(*, back: str, state: str) -> str:
    """Return where a page in WeChat sends its reader, who comes back to `back` with a code and the state."""
    query = urlencode(
        {
            "appid": settings.WECHAT_APP_ID,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
    )
    return f"{AUTHORIZE}?{query}#wechat_redirect"


def openid_of(code: str) -> str:
    """Return the account by which the page was opened; a code counts once. Raises NotSent."""
    query = urlencode(
        {
            "appid": settings.WECHAT_APP_ID,
            "secret": settings.WECHAT_APP_SECRET,
            "code": code,
            "grant_type": "authorization_code",
        }
    )
    answer = ask("GET", f"{_api()}/sns/oauth2/access_token?{query}")
    openid = answer.content.get("openid")
    if not isinstance(openid, str) or not _OPENID.fullmatch(openid):
        raise _refusal(answer)
    return openid


def send(*, openid: str, purpose: str, values: Mapping[str, str], key: uuid.UUID) -> None:
    """Send the template of a purpose with its values; the same `key` twice within ten minutes is sent once.

    The token is fetched anew once where WeChat says that it is over. Raises NotSent.
    """
    content = filled(settings.WECHAT_TEMPLATES, purpose, values)
    facts: dict[str, Any] = {
        "touser": openid,
        "template_id": content.template,
        "data": {alias: {"value": value} for alias, value in content.values.items()},
        "client_msg_id": key.hex,
    }
    if settings.WECHAT_MESSAGE_URL:
        facts["url"] = settings.WECHAT_MESSAGE_URL
    answer = _post("/cgi-bin/message/template/send", facts, token=_token())
    if answer.content.get("errcode") in _TOKEN_OVER:
        cache.delete(_token_key())
        answer = _post("/cgi-bin/message/template/send", facts, token=_token())
    if answer.content.get("errcode") != 0:
        raise _refusal(answer)


def _token() -> str:
    """The access token, kept sealed in the cache until it expires."""
    kept = cache.get(_token_key())
    if kept is not None:
        try:
            return unseal(kept, field=_FIELD, row=_ROW).decode()
        except KeyringError:
            cache.delete(_token_key())
    facts = {
        "grant_type": "client_credential",
        "appid": settings.WECHAT_APP_ID,
        "secret": settings.WECHAT_APP_SECRET,
    }
    answer = _post("/cgi-bin/stable_token", facts)
    token, seconds = answer.content.get("access_token"), answer.content.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        raise _refusal(answer)
    cache.set(_token_key(), seal(token.encode(), field=_FIELD, row=_ROW), timeout=max(1, seconds - _SAFETY_SECONDS))
    return token


def _post(path: str, facts: Mapping[str, Any], *, token: str = "") -> Answer:
    query = f"?{urlencode({'access_token': token})}" if token else ""
    body = json.dumps(facts, ensure_ascii=False).encode()
    return ask("POST", f"{_api()}{path}{query}", body=body, headers={"Content-Type": "application/json; charset=utf-8"})


def _refusal(answer: Answer) -> NotSent:
    code = answer.content.get("errcode")
    if code is None:
        return NotSent(f"HTTP {answer.status}" if answer.status >= 300 else UNKNOWN_CODE)
    return NotSent(f"wechat {safe_code(code)}", is_final=code in _FINAL)


def _api() -> str:
    return settings.WECHAT_API_URL or API


def _token_key() -> str:
    return f"notifying:wechat:{settings.WECHAT_APP_ID}"
