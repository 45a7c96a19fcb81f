"""The ways of a short message, and that a worker sends it."""

import hashlib
import hmac
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from core.clock import now
from core.models import Message
from core.notifying import leave_message
from core.notifying.backends import GatewayNotifier, NotSent
from core.phone_codes import VALID
from tests.workers import CeleryProcess, wait_for

ACCOUNT = {
    "NOTIFIER": "aliyun",
    "SMS_ACCESS_KEY_ID": "AKIDexample",
    "SMS_ACCESS_KEY_SECRET": "secret-example",
    "SMS_SIGN_NAME": "示例省红十字会",
    "SMS_TEMPLATE_CODE": "SMS_154950909:code",
}


class Gateway(http.server.BaseHTTPRequestHandler):
    """Takes what is posted; answers as it is told."""

    received: list[tuple[bytes, str]] = []
    status = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((body, self.headers["X-Signature"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def gateway(settings: Any) -> Iterator[type[Gateway]]:
    Gateway.received, Gateway.status = [], 204
    server = http.server.HTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NOTIFIER_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/sms"
    settings.NOTIFIER_GATEWAY_SECRET = "示例密钥"
    yield Gateway
    server.shutdown()
    server.server_close()


def test_the_gateway_gets_the_message_with_a_signature_that_it_can_check(gateway: type[Gateway]) -> None:
    GatewayNotifier().send(phone="13800000000", text="您的验证码是 123456", purpose="giver")
    ((body, signature),) = gateway.received
    assert json.loads(body) == {"phone": "13800000000", "text": "您的验证码是 123456", "purpose": "giver"}
    assert signature == hmac.new("示例密钥".encode(), body, hashlib.sha256).hexdigest()


def test_the_gateway_gets_the_values_too_where_a_message_has_some(gateway: type[Gateway]) -> None:
    GatewayNotifier().send(phone="13800000000", text="示例", purpose="giver", values={"code": "123456", "minutes": "5"})
    assert json.loads(gateway.received[0][0])["values"] == {"code": "123456", "minutes": "5"}


def test_a_gateway_that_refuses_or_is_away_says_so_without_number_or_text(
    gateway: type[Gateway], settings: Any
) -> None:
    gateway.status = 503
    with pytest.raises(NotSent) as refused:
        GatewayNotifier().send(phone="13800000000", text="123456", purpose="giver")
    assert "138" not in str(refused.value)
    settings.NOTIFIER_GATEWAY_URL = "http://127.0.0.1:9/none"
    with pytest.raises(NotSent):
        GatewayNotifier().send(phone="13800000000", text="123456", purpose="giver")


@pytest.mark.worker
def test_a_message_left_in_a_transaction_is_sent_by_a_worker_after_it(
    committed_db: str,
    start_worker: Callable[[], CeleryProcess],
    gateway: type[Gateway],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NOTIFIER", "gateway")
    monkeypatch.setenv("NOTIFIER_GATEWAY_URL", settings.NOTIFIER_GATEWAY_URL)
    monkeypatch.setenv("NOTIFIER_GATEWAY_SECRET", settings.NOTIFIER_GATEWAY_SECRET)
    worker = start_worker()
    with transaction.atomic():
        message = leave_message(phone="13800000000", text="示例", purpose="test", give_up_at=now() + VALID)
        assert gateway.received == []
    wait_for(lambda: Message.objects.get(pk=message.pk).sent_at, what="sending")
    assert json.loads(gateway.received[0][0])["text"] == "示例"
    assert "13800000000" not in worker.log


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"NOTIFIER": "aliyun"}, "SMS_ACCESS_KEY_ID"),
        ({**ACCOUNT, "SMS_ACCESS_KEY_SECRET": ""}, "SMS_ACCESS_KEY_SECRET"),
        ({**ACCOUNT, "SMS_SIGN_NAME": ""}, "SMS_SIGN_NAME"),
        ({**ACCOUNT, "SMS_TEMPLATE_CODE": ""}, "SMS_TEMPLATE_CODE"),
        ({**ACCOUNT, "SMS_TEMPLATE_CODE": "SMS_1:kode"}, "SMS_TEMPLATE_CODE"),
        ({**ACCOUNT, "SMS_TEMPLATE_CODE": "SMS 1"}, "SMS_TEMPLATE_CODE"),
        ({**ACCOUNT, "SMS_TEMPLATE_ANSWERED": "SMS_2:code"}, "SMS_TEMPLATE_ANSWERED"),
        ({**ACCOUNT, "SMS_ENDPOINT": "http://dysmsapi.aliyuncs.com"}, "SMS_ENDPOINT"),
        ({**ACCOUNT, "NOTIFIER": "tencent"}, "SMS_APP_ID"),
        ({"WECHAT_APP_ID": "wx0000"}, "WECHAT_APP_ID"),
        ({**ACCOUNT, "WECHAT_APP_ID": "wx0000"}, "WECHAT_APP_SECRET"),
        ({**ACCOUNT, "WECHAT_APP_ID": "wx0000", "WECHAT_APP_SECRET": "secret-example"}, "WECHAT_TEMPLATE_ANSWERED"),
        ({"NOTIFIER": "pigeon"}, "NOTIFIER"),
        ({"NOTIFIER": "console"}, "NOTIFIER"),
        ({"NOTIFIER": "gateway"}, "NOTIFIER_GATEWAY_URL"),
        ({"NOTIFIER": "gateway", "NOTIFIER_GATEWAY_URL": "http://sms.example.org/"}, "NOTIFIER_GATEWAY_URL"),
        ({"NOTIFIER": "gateway", "NOTIFIER_GATEWAY_URL": "https://sms.example.org/"}, "NOTIFIER_GATEWAY_SECRET"),
    ],
)
def test_a_way_that_is_not_set_up_right_stops_the_start(values: dict[str, str], name: str) -> None:
    environment = {**os.environ, "DEMO": "0", "DEBUG": "0", **values}
    run = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert f"设置 {name} 有误" in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret-example" not in run.stderr


@pytest.mark.parametrize("way", ["aliyun", "tencent"])
def test_a_way_that_is_set_up_right_starts(way: str) -> None:
    environment = {**os.environ, **ACCOUNT, "DEMO": "0", "DEBUG": "0", "NOTIFIER": way, "SMS_APP_ID": "1400006666"}
    program = "from django.conf import settings; print(settings.NOTIFIER_BACKEND, settings.SMS_TEMPLATES)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, "DJANGO_SETTINGS_MODULE": "redcross_portal.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"core.notifying.backends.{way.title()}Notifier" in run.stdout
    assert "{'code': ('SMS_154950909', (('code', 'code'),))}" in run.stdout
