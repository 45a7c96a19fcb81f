"""A provider of short messages on this machine: checks what it gets by its own reading of the signature, and answers.

Written apart from the code under test: it begins with the raw request, not with what the code put together.
"""

import hashlib
import hmac
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY_ID, SECRET = "AKIDexample0000", "secret-example-0000"


class Provider:
    """What was received, and what is to be answered: (status, body as it goes over the wire)."""

    def __init__(self, kind: type["Handler"]) -> None:
        self.received: list[dict[str, Any]] = []
        self.refusals: list[str] = []
        self.answers: list[tuple[int, bytes]] = []
        self.delay_seconds = 0.0
        self._kind = type(kind.__name__, (kind,), {"provider": self})
        self.address = ""

    def answer(self, content: Any, status: int = 200) -> None:
        """Answer so from now on, in the order said; the last answer stays."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers.append((status, body))

    def next_answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @contextmanager
    def running(self) -> Iterator["Provider"]:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._kind)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads a request, lets it be checked, answers."""

    provider: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.provider.received.append(self.checked(body))
        except AssertionError as error:
            self.provider.refusals.append(repr(error))
            self._answer(400, b'{"Code": "SignatureDoesNotMatch"}')
            return
        time.sleep(self.provider.delay_seconds)
        self._answer(*self.due())

    do_GET = do_POST

    def checked(self, body: bytes) -> dict[str, Any]:
        raise NotImplementedError

    def due(self) -> tuple[int, bytes]:
        return self.provider.next_answer()

    def _answer(self, status: int, content: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if status in (301, 302):
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # the other side did not wait
            pass

    def log_message(self, *_args: Any) -> None:
        pass


class Aliyun(Handler):
    """阿里云短信服务 as its documentation describes it."""

    def checked(self, body: bytes) -> dict[str, Any]:
        found = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=(\w+),SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})",
            self.headers["Authorization"],
        )
        assert found, "authorization"
        key_id, names, signature = found.groups()
        assert key_id == KEY_ID, "credential"
        own = {name.lower() for name in self.headers if name.lower().startswith("x-acs-")} | {"host"}
        assert own <= set(names.split(";")), "every header of theirs is signed"
        assert self.headers["x-acs-content-sha256"] == hashlib.sha256(body).hexdigest(), "body"
        assert self.headers["x-acs-action"] == "SendSms", "action"
        assert self.headers["x-acs-version"] == "2017-05-25", "version"
        at = datetime.strptime(self.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert abs((datetime.now(UTC) - at).total_seconds()) < 900, "clock"
        path, _mark, query = self.path.partition("?")
        assert query.split("&") == sorted(query.split("&")), "sorted"
        canonical = [self.command, path, query]
        canonical += [f"{name}:{self.headers[name]}" for name in names.split(";")]
        canonical += ["", names, hashlib.sha256(body).hexdigest()]
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        expected = hmac.new(SECRET.encode(), b"ACS3-HMAC-SHA256\n" + digest.encode(), "sha256").hexdigest()
        assert signature == expected, "signature"
        facts: dict[str, Any] = dict(parse_qsl(query, strict_parsing=True))
        facts["TemplateParam"] = json.loads(facts["TemplateParam"])
        return facts | {"nonce": self.headers["x-acs-signature-nonce"]}


class Tencent(Handler):
    """腾讯云短信 as its documentation describes it."""

    def checked(self, body: bytes) -> dict[str, Any]:
        found = re.fullmatch(
            r"TC3-HMAC-SHA256 Credential=(\w+)/([0-9-]{10})/sms/tc3_request, "
            r"SignedHeaders=([a-z;-]+), Signature=([0-9a-f]{64})",
            self.headers["Authorization"],
        )
        assert found, "authorization"
        key_id, day, names, signature = found.groups()
        assert key_id == KEY_ID, "credential"
        assert {"content-type", "host"} <= set(names.split(";")), "signed headers"
        at = int(self.headers["X-TC-Timestamp"])
        assert abs(time.time() - at) < 300, "clock"
        assert day == time.strftime("%Y-%m-%d", time.gmtime(at)), "day"
        assert self.headers["X-TC-Action"] == "SendSms", "action"
        assert self.headers["X-TC-Version"] == "2021-01-11", "version"
        assert self.headers["X-TC-Region"] == "ap-guangzhou", "region"
        canonical = [self.command, self.path, ""]
        canonical += [f"{name}:{self.headers[name].lower()}" for name in names.split(";")]
        canonical += ["", names, hashlib.sha256(body).hexdigest()]
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        key = ("TC3" + SECRET).encode()
        for word in (day, "sms", "tc3_request"):
            key = hmac.new(key, word.encode(), "sha256").digest()
        text = f"TC3-HMAC-SHA256\n{at}\n{day}/sms/tc3_request\n{digest}"
        assert signature == hmac.new(key, text.encode(), "sha256").hexdigest(), "signature"
        return json.loads(body)


class Wechat(Handler):
    """微信公众平台: a token, template messages, and who opened a page. `answers` is for template messages alone."""

    tokens: list[str] = []
    openids: dict[str, str] = {}

    def checked(self, body: bytes) -> dict[str, Any]:
        parts = urlsplit(self.path)
        return {"path": parts.path, "query": dict(parse_qsl(parts.query)), "body": json.loads(body or b"{}")}

    def due(self) -> tuple[int, bytes]:
        received = self.provider.received[-1]
        if received["path"] == "/cgi-bin/stable_token":
            is_right = received["body"] == {"grant_type": "client_credential", "appid": KEY_ID, "secret": SECRET}
            token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
            good = {"access_token": token, "expires_in": 7200}
            return 200, json.dumps(good if is_right else {"errcode": 40125, "errmsg": "invalid appsecret"}).encode()
        if received["path"] == "/sns/oauth2/access_token":
            asked = received["query"]
            is_right = (asked["appid"], asked["secret"], asked["grant_type"]) == (KEY_ID, SECRET, "authorization_code")
            openid = self.openids.get(asked["code"]) if is_right else None
            good = {"access_token": "page-token", "expires_in": 7200, "openid": openid, "scope": "snsapi_base"}
            return 200, json.dumps(good if openid else {"errcode": 40029, "errmsg": "invalid code"}).encode()
        return super().due()
