"""Errors keep one shape wherever they surface."""

import pickle

import pytest

from core.errors import Conflict, DomainError, NotAllowed, NotFound


def test_an_error_is_its_sentence_and_gives_one_json_shape() -> None:
    error = DomainError("amount_missing", "第 3 行缺少金额，请补填。", {"amount": "请填写金额。"})
    assert str(error) == "第 3 行缺少金额，请补填。"
    assert error.as_dict() == {
        "code": "amount_missing",
        "message": "第 3 行缺少金额，请补填。",
        "fields": {"amount": "请填写金额。"},
    }
    assert DomainError("x", "句子。").as_dict()["fields"] == {}


@pytest.mark.parametrize(("kind", "status"), [(DomainError, 400), (NotAllowed, 403), (NotFound, 404), (Conflict, 409)])
def test_each_kind_has_its_http_status_and_survives_a_worker(kind: type[DomainError], status: int) -> None:
    error = kind("some_code", "一句话。", {"field": "另一句话。"})
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 our own bytes
    assert type(again) is kind
    assert again.http_status == status
    assert again.as_dict() == error.as_dict()


@pytest.mark.parametrize("kind", [NotAllowed, NotFound, Conflict])
def test_the_shared_kinds_say_a_sentence_of_their_own(kind: type[DomainError]) -> None:
    error = kind()  # type: ignore[call-arg]
    assert error.code.isidentifier()
    assert str(error).endswith("。")
