"""What people and programs get when something could not be served."""

import json

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.incidents import describe_without_values, new_reference
from core.logs import WithoutValuesFormatter
from core.views import errors

GIVER = "示例捐赠人"


class _Donor(serializers.Serializer):
    name = serializers.CharField()


class _Gift(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    donor = _Donor()


def _raise(error):
    def view(request):
        raise error

    return view


def _broken(request):
    raise ValueError(f"row of {GIVER}")


@api_view(["POST"])
def _gift(request):
    serializer = _Gift(data=request.data)
    serializer.is_valid(raise_exception=True)
    return Response({})


@api_view(["GET"])
def _refused(request):
    raise Conflict("job_state", "状态已变。", {"status": "已变。"})


@api_view(["GET"])
def _slow_down(request):
    raise exceptions.Throttled(wait=30)


@api_view(["GET"])
def _api_broken(request):
    raise ValueError(f"row of {GIVER}")


urlpatterns = [
    path("refused/", _raise(DomainError("row_wrong", "第 3 行不对，请改正。", {"amount": "金额不是数字。"}))),
    path("forbidden/", _raise(NotAllowed("right_missing", "您没有示例市的查看权限，请联系示例管理员。"))),
    path("missing/", _raise(NotFound())),
    path("conflict/", _raise(Conflict())),
    path("broken/", _broken),
    path("plain404/", _raise(Http404("no such thing"))),
    path("fine/", lambda request: HttpResponse("ok")),
    path("api/v1/gift/", _gift),
    path("api/v1/refused/", _refused),
    path("api/v1/slow/", _slow_down),
    path("api/v1/broken/", _api_broken),
    path("", include("redcross_portal.urls")),
]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

pytestmark = [pytest.mark.urls(__name__), pytest.mark.usefixtures("db")]


@pytest.fixture
def client() -> Client:
    """A browser that shows the error page instead of raising."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/refused/", 400, "第 3 行不对，请改正。"),
        ("/forbidden/", 403, "您没有示例市的查看权限"),
        ("/missing/", 404, "没有找到您要的内容"),
        ("/conflict/", 409, "状态已经变化"),
        ("/plain404/", 404, "没有找到这个页面"),
        ("/nowhere/", 404, "没有找到这个页面"),
        ("/broken/", 500, "系统出了问题"),
    ],
)
def test_a_refusal_is_a_page_in_chinese_with_time_and_reference(client, address, status, says):
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == status
    assert says in page
    assert "编号 2" in page
    assert "Traceback" not in page
    assert GIVER not in page
    assert "no such thing" not in page


@pytest.mark.parametrize("address", ["/missing/", "/plain404/", "/nowhere/"])
def test_a_demo_shows_its_own_page_for_what_is_not_there(client, settings, address):
    settings.DEBUG = settings.DEMO = True
    answer = client.get(address)
    assert answer.status_code == 404
    assert "编号 2" in answer.content.decode()
    assert "URLconf" not in answer.content.decode()


def test_a_refusal_names_each_field(client):
    assert "金额不是数字。" in client.get("/refused/").content.decode()


def test_programs_get_the_same_as_json(client):
    answer = client.get("/refused/", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert json.loads(answer.content) == {
        "code": "row_wrong",
        "message": "第 3 行不对，请改正。",
        "fields": {"amount": "金额不是数字。"},
    }


def test_the_api_answers_in_json_whatever_went_wrong(client):
    for address, status, code in [
        ("/api/v1/refused/", 409, "job_state"),
        ("/api/v1/slow/", 429, "too_many_requests"),
        ("/api/v1/nowhere/", 404, "not_found"),
        ("/api/v1/broken/", 500, "server_error"),
    ]:
        answer = client.get(address)
        body = json.loads(answer.content)
        assert (answer.status_code, body["code"]) == (status, code)
        assert set(body) == {"code", "message", "fields"}
        assert GIVER not in answer.content.decode()
    assert client.get("/api/v1/slow/")["Retry-After"] == "30"
    assert client.delete("/api/v1/refused/").json()["code"] == "method_not_allowed"
    assert client.post("/api/v1/gift/", "{", content_type="application/json").json()["code"] == "not_json"


def test_the_api_names_nested_fields_by_their_path(client):
    body = client.post("/api/v1/gift/", {"amount": "x", "donor": {}}, content_type="application/json").json()
    assert body["code"] == "invalid"
    assert set(body["fields"]) == {"amount", "donor.name"}


def test_the_log_has_the_trace_of_an_error_and_not_its_words(client, caplog, settings):
    client.get("/broken/")
    (record,) = [record for record in caplog.records if record.exc_info]
    assert settings.LOGGING["formatters"]["line"]["()"] == "core.logs.WithoutValuesFormatter"
    # pytest's own formatter has written the trace into the record already.
    record.exc_text = None
    written = WithoutValuesFormatter("%(message)s").format(record)
    assert "ValueError" in written
    assert "test_error_pages.py" in written
    assert GIVER not in written


def test_an_error_is_described_by_types_and_places_with_its_causes():
    try:
        try:
            raise KeyError(GIVER)
        except KeyError as cause:
            raise ValueError(GIVER) from cause
    except ValueError as error:
        described = describe_without_values(error)
    assert "ValueError" in described
    assert "KeyError" in described
    assert GIVER not in described


def test_references_are_short_and_differ():
    references = {new_reference() for _ in range(500)}
    assert len(references) == 500
    assert all(len(reference) == 15 for reference in references)


def test_a_page_that_stood_open_too_long_says_so(db):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "停留过久" in answer.content.decode()


@override_settings(TEMPLATES=[])
def test_even_a_portal_without_templates_answers_in_words():
    answer = errors.server_error(RequestFactory().get("/desk/"))
    assert answer.status_code == 500
    assert "系统出了问题" in answer.content.decode()
