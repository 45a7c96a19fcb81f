"""阿里云 and 腾讯云: their own example signatures, and a provider on this machine that checks requests by itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.notifying.backends import AliyunNotifier, NotSent, TencentNotifier, aliyun, asking, tencent
from core.notifying.backends.base import safe_code
from tests.core.providers import KEY_ID, SECRET, Aliyun, Provider, Tencent

PHONE, CODE = "13800000000", "123456"
VALUES = {"code": CODE, "minutes": "5"}
ALIYUN_OK = {"Code": "OK", "Message": "OK", "BizId": "9006197469364984^0", "RequestId": "F655A8D5"}


def tencent_status(code: str) -> dict[str, Any]:
    status = {"SerialNo": "5000:1", "PhoneNumber": f"+86{PHONE}", "Fee": 1, "Code": code, "Message": PHONE}
    return {"Response": {"SendStatusSet": [status], "RequestId": "a0aabda6"}}


def tencent_error(code: str) -> dict[str, Any]:
    return {"Response": {"Error": {"Code": code, "Message": f"{PHONE} {SECRET}"}, "RequestId": "a0aabda6"}}


@pytest.fixture
def account(settings: Any) -> None:
    settings.SMS_ACCESS_KEY_ID, settings.SMS_ACCESS_KEY_SECRET = KEY_ID, SECRET
    settings.SMS_SIGN_NAME, settings.SMS_APP_ID, settings.SMS_REGION = "示例省 红十字会*~", "1400006666", "ap-guangzhou"
    settings.SMS_TEMPLATES = {"code": ("SMS_154950909", (("code", "code"), ("m", "minutes")))}


@pytest.fixture(params=[("aliyun", AliyunNotifier, Aliyun), ("tencent", TencentNotifier, Tencent)], ids=lambda p: p[0])
def both(request: Any, settings: Any, account: None) -> Iterator[tuple[Any, Provider]]:
    """Each way with its provider, which nobody told yet what to answer."""
    _name, way, kind = request.param
    with Provider(kind).running() as provider:
        settings.SMS_ENDPOINT = provider.address
        yield way(), provider


def refusal(way: Any) -> NotSent:
    with pytest.raises(NotSent) as caught:
        way.send(phone=PHONE, text=f"您的验证码是 {CODE}", purpose="giver.code", values=VALUES)
    said = f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert all(private not in said for private in (PHONE, CODE, SECRET, KEY_ID))
    return caught.value


def test_the_signature_is_that_of_the_example_in_aliyuns_documentation() -> None:
    query = aliyun.canonical_query(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    assert aliyun.authorization(query, headers, key_id="YourAccessKeyId", secret="YourAccessKeySecret") == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_signature_is_that_of_the_example_in_tencents_documentation() -> None:
    # The documentation hides the example's keys behind stars, and its signature was made with these.
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    headers = {
        "content-type": "application/json; charset=utf-8",
        "host": "cvm.tencentcloudapi.com",
        "x-tc-action": "DescribeInstances",
    }
    stars = "*" * 32
    said = tencent.authorization(body, headers, at=1551113065, service="cvm", key_id=f"AKID{stars}", secret=stars)
    assert said == (
        f"TC3-HMAC-SHA256 Credential=AKID{stars}/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


def test_aliyun_gets_the_template_with_its_own_names(settings: Any, account: None) -> None:
    with Provider(Aliyun).running() as provider:
        settings.SMS_ENDPOINT = provider.address
        provider.answer(ALIYUN_OK)
        for _twice in range(2):
            AliyunNotifier().send(phone=PHONE, text="全文不发送", purpose="giver.code", values=VALUES)
    assert provider.refusals == []
    first, second = provider.received
    assert first.pop("nonce") != second.pop("nonce")
    assert (
        first
        == second
        == {
            "PhoneNumbers": PHONE,
            "SignName": "示例省 红十字会*~",
            "TemplateCode": "SMS_154950909",
            "TemplateParam": {"code": CODE, "m": "5"},
        }
    )


def test_tencent_gets_the_values_in_the_templates_order(settings: Any, account: None) -> None:
    settings.SMS_TEMPLATES = {"code": ("449739", (("1", "minutes"), ("2", "code")))}
    with Provider(Tencent).running() as provider:
        settings.SMS_ENDPOINT = provider.address
        provider.answer(tencent_status("Ok"))
        TencentNotifier().send(phone=PHONE, text="全文不发送", purpose="giver.code", values=VALUES)
    assert provider.refusals == []
    assert provider.received == [
        {
            "PhoneNumberSet": [f"+86{PHONE}"],
            "SmsSdkAppId": "1400006666",
            "SignName": "示例省 红十字会*~",
            "TemplateId": "449739",
            "TemplateParamSet": ["5", CODE],
        }
    ]


def test_the_provider_on_this_machine_refuses_what_another_secret_signed(both: Any, settings: Any) -> None:
    way, provider = both
    provider.answer(ALIYUN_OK)
    settings.SMS_ACCESS_KEY_SECRET = "another"
    assert not refusal(way).is_final
    assert provider.received == []
    assert provider.refusals == ["AssertionError('signature')"]


@pytest.mark.parametrize(
    ("code", "is_final"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", True),
        ("isv.MOBILE_NUMBER_ILLEGAL", True),
        ("isv.SMS_TEMPLATE_ILLEGAL", True),
        ("isv.AMOUNT_NOT_ENOUGH", False),
        ("isp.SYSTEM_ERROR", False),
        ("Throttling.User", False),
        ("SignatureDoesNotMatch", False),
    ],
)
def test_aliyuns_code_is_kept_and_says_whether_the_message_ends(
    settings: Any, account: None, code: str, is_final: bool
) -> None:
    for status in (200, 400):
        with Provider(Aliyun).running() as provider:
            settings.SMS_ENDPOINT = provider.address
            provider.answer({"Code": code, "Message": f"{PHONE} {SECRET}"}, status)
            error = refusal(AliyunNotifier())
        assert (error.reason, error.is_final) == (code, is_final)


@pytest.mark.parametrize(
    ("answer", "code", "is_final"),
    [
        (tencent_status("LimitExceeded.PhoneNumberDailyLimit"), "LimitExceeded.PhoneNumberDailyLimit", True),
        (
            tencent_status("InvalidParameterValue.IncorrectPhoneNumber"),
            "InvalidParameterValue.IncorrectPhoneNumber",
            True,
        ),
        (
            tencent_error("FailedOperation.TemplateIncorrectOrUnapproved"),
            "FailedOperation.TemplateIncorrectOrUnapproved",
            True,
        ),
        (
            tencent_status("FailedOperation.InsufficientBalanceInSmsPackage"),
            "FailedOperation.InsufficientBalanceInSmsPackage",
            False,
        ),
        (tencent_status("InternalError.Timeout"), "InternalError.Timeout", False),
        (tencent_error("RequestLimitExceeded"), "RequestLimitExceeded", False),
        (tencent_error("AuthFailure.SignatureFailure"), "AuthFailure.SignatureFailure", False),
    ],
)
def test_tencents_code_is_kept_and_says_whether_the_message_ends(
    settings: Any, account: None, answer: Any, code: str, is_final: bool
) -> None:
    with Provider(Tencent).running() as provider:
        settings.SMS_ENDPOINT = provider.address
        provider.answer(answer)
        error = refusal(TencentNotifier())
    assert (error.reason, error.is_final) == (code, is_final)


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (500, b"", "HTTP 500"),
        (503, b"<html>13800000000</html>", "HTTP 503"),
        (302, b"", "HTTP 302"),
        (200, b"", "unknown_code"),
        (200, b"\xff\xfe 123456", "unknown_code"),
        (200, b"[]", "unknown_code"),
        (200, b'{"Response": []}', "unknown_code"),
        (200, b'{"Response": {"SendStatusSet": ["13800000000"]}, "Code": 13800000000}', "unknown_code"),
        (200, b'{"Response": {"Error": {"Code": "13800000000"}}, "Code": "13800000000"}', "unknown_code"),
    ],
)
def test_what_is_no_answer_is_tried_again_and_nothing_of_it_is_kept(
    both: Any, status: int, content: bytes, reason: str
) -> None:
    way, provider = both
    provider.answer(content, status)
    error = refusal(way)
    assert (error.reason, error.is_final) == (reason, False)


def test_a_provider_that_does_not_answer_is_left_after_a_time(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    way, provider = both
    provider.answer(ALIYUN_OK)
    provider.delay_seconds = 1.5
    monkeypatch.setattr(asking, "TIMEOUT_SECONDS", 0.2)
    error = refusal(way)
    assert (error.reason, error.is_final) == ("timeout", False)


def test_a_provider_that_is_away_is_tried_again(both: Any, settings: Any) -> None:
    way, _provider = both
    settings.SMS_ENDPOINT = "http://127.0.0.1:9"
    error = refusal(way)
    assert (error.reason, error.is_final) == ("ConnectionRefusedError", False)


@pytest.mark.parametrize(
    ("templates", "values", "reason"),
    [
        ({}, VALUES, "template_missing"),
        ({"code": ("SMS_1", (("code", "code"),))}, {}, "values_missing"),
        ({"code": ("SMS_1", (("code", "code"),))}, None, "values_missing"),
    ],
)
def test_without_template_or_values_the_provider_is_not_asked(
    both: Any, settings: Any, templates: Any, values: Any, reason: str
) -> None:
    way, provider = both
    settings.SMS_TEMPLATES = templates
    with pytest.raises(NotSent) as caught:
        way.send(phone=PHONE, text="示例", purpose="giver.code", values=values)
    assert (caught.value.reason, caught.value.is_final) == (reason, True)
    assert provider.received == provider.refusals == []


def test_a_way_carries_the_purposes_that_have_templates(account: None) -> None:
    for way in (AliyunNotifier(), TencentNotifier()):
        assert way.carries("claim.code")
        assert way.carries("giver.code")
        assert not way.carries("giver.answered")


@pytest.mark.parametrize("code", ["1234567", "a b", "验证码", "x" * 61, "", None, {"a": 1}, "isv.13800000000"])
def test_what_is_no_code_is_not_kept(code: Any) -> None:
    assert safe_code(code) in ("unknown_code", "None")
