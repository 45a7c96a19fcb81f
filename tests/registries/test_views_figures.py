"""The pages of the figures: hidden numbers read alike, wrong addresses are told, the desk shows who may see."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import SHANGHAI, frozen_at
from registries.choices.figures import Figure
from registries.selectors.figures import PlaceFigures, figure_rows, figures_of_year
from registries.services.figures.publishing import publish_years
from tests.factories.people import branch_at
from tests.registries.ground import Ground, registered


@pytest.fixture
def published(ground: Ground) -> Ground:
    """Last year's figures: nine registered in a county."""
    with frozen_at(datetime.datetime(2025, 5, 1, 10, tzinfo=SHANGHAI)):
        for at in range(9):
            registered(ground, at)
    publish_years()
    return ground


def page(path: str, client: Client | None = None) -> str:
    response = (client or Client()).get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_the_page_shows_a_year_and_says_dash_for_what_is_hidden(published: Ground) -> None:
    text = page("/organ/figures/")
    assert "2025 年捐献登记统计" in text
    assert "9" in text
    assert "—" in text
    assert "少于5" not in text


def test_before_anything_is_published_the_page_says_so(ground: Ground) -> None:
    assert "还没有公开的统计" in page("/organ/figures/")
    assert "还没有公开的统计" in page("/organ/figures/?year=2020&branch=3301")


@pytest.mark.parametrize("query", ["?year=abc", "?year=1999", "?branch=33-S1"])
def test_a_wrong_address_is_refused_with_a_sentence(published: Ground, query: str) -> None:
    assert Client().get(f"/organ/figures/{query}").status_code in (400, 404)
    assert Client().get(f"/organ/figures.csv{query}").status_code in (400, 404)


def test_reading_a_year_takes_two_queries_and_a_file_one(published: Ground) -> None:
    province = branch_at("33")
    with CaptureQueriesContext(connection) as seen:
        figures_of_year(province, 2025)
    assert len(seen) == 2
    with CaptureQueriesContext(connection) as seen:
        assert len(list(figure_rows(province, 2025))) > 50
    assert len(seen) <= 3


def test_a_supervisor_sees_what_is_published_and_a_head_the_true_numbers_of_the_own_branch(published: Ground) -> None:
    client = Client()
    client.force_login(published.person("supervisor"))
    text = page("/desk/registries/figures/?year=2025", client)
    assert "公开的数" in text
    assert "您范围内的实数" not in text
    client.force_login(published.person("head"))
    text = page("/desk/registries/figures/?year=2025", client)
    assert "您范围内的实数" in text
    client.force_login(published.person("clerk"))
    assert client.get("/desk/registries/figures/").status_code == 403


def test_a_year_that_nobody_knows_shows_the_newest(published: Ground) -> None:
    client = Client()
    client.force_login(published.person("head"))
    for query in ("?year=99999", "?year=abc", "?year=2001", ""):
        response = client.get(f"/desk/registries/figures/{query}")
        assert (response.status_code, response.context["year"]) == (200, 2025)


def test_the_desk_shows_gifts_and_stem_cells_as_the_public_page_does_and_counts_nobody_silent_who_is_told(
    published: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing, whole = {Figure.ORGANS_JOINED.value: {"whole": None}}, "whole"
    said = (
        (published.branch, {Figure.MARROW_TYPED.value: {whole: 37}, **nothing}),
        (published.elsewhere, {Figure.CORNEA_GIVEN.value: {whole: 11}}),
        (branch_at("33"), nothing),
    )
    places = [PlaceFigures(branch, branch.short_name, figures) for branch, figures in said]
    monkeypatch.setattr("registries.views.figures.published_places", lambda _person, _year: places)
    client = Client()
    client.force_login(published.person("supervisor"))
    text = page("/desk/registries/figures/?year=2025", client)
    for words in (
        "各地造血干细胞志愿者",
        "新入库（人）",
        "37",
        "各地实现的捐献（例）",
        "11",
        "另有 1 家的各项都不公开",
    ):
        assert words in text, words
    assert "各地新登记（份）" not in text
