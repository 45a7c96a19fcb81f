"""Text size and elder version: kept without JavaScript, harmless to addresses."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from core.display import DisplayMiddleware, display_preferences


def ask(path, method="get", **cookies):
    request = getattr(RequestFactory(), method)(path)
    request.COOKIES.update(cookies)
    return DisplayMiddleware(lambda _request: HttpResponse("页面"))(request)


def test_a_choice_goes_into_a_cookie_and_out_of_the_address():
    response = ask("/donations/?branch=3301&elder=1&text=large&page=x")
    assert response.status_code == 302
    assert response["Location"] == "/donations/?branch=3301&page=x"
    assert response.cookies["elder"].value == "1"
    assert response.cookies["text"].value == "large"


@pytest.mark.parametrize("query", ["elder=2", "text=huge", "elder=", "text=<script>", "q=elder"])
def test_anything_else_is_left_alone(query):
    response = ask(f"/search/?{query}")
    assert response.status_code == 200
    assert not response.cookies


def test_a_post_is_never_redirected():
    assert ask("/desk/?elder=1", method="post").status_code == 200


def test_two_slashes_do_not_lead_to_another_host():
    request = RequestFactory().get("/?elder=1")
    request.path = "//evil.example/"
    response = DisplayMiddleware(lambda _request: HttpResponse("页面"))(request)
    assert response["Location"] == "/%2Fevil.example/"


def test_pages_vary_by_cookie():
    assert "Cookie" in ask("/")["Vary"]


@pytest.mark.parametrize(("cookie", "size"), [("large", "large"), ("huge", "medium"), (None, "medium")])
def test_templates_know_the_choice_and_never_an_illegal_one(cookie, size):
    request = RequestFactory().get("/")
    if cookie:
        request.COOKIES["text"] = cookie
    assert display_preferences(request) == {"elder": False, "text_size": size}
