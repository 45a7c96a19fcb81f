"""The exchange with the national library at the desk: pages, downloads, problems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.progress import NoProgress
from registries.choices.donors import DonorStatus as S
from registries.models import ExchangeFile
from registries.services.exchange.files import release_file
from registries.services.exchange.incoming import check_incoming
from registries.services.exchange.outgoing import make_outgoing
from tests.registries.donor_ground import brought
from tests.registries.exchange_ground import manifest, row_of, text_of
from tests.registries.ground import Ground, somebody

PATH = "/desk/registries/exchange/"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def uploaded(client: Client, content: bytes, said: str = "") -> Any:
    """Bring a file in on the page."""
    sent = {"branch": "330106", "file": SimpleUploadedFile("a.csv", content), "manifest": said or manifest(content)}
    return client.post(f"{PATH}in/", sent)


def the_file() -> ExchangeFile:
    """The newest file."""
    return ExchangeFile.objects.unscoped("test").order_by("-pk")[0]


def test_a_file_is_made_downloaded_with_a_purpose_and_checked_by_its_manifest(ground: Ground, client: Client) -> None:
    brought(ground, S.SAMPLED)
    client.force_login(ground.person("clerk"))
    key = str(client.get(PATH).context["outgoing"]["key"].value())
    for _n in range(2):
        client.post(f"{PATH}out/", {"branch": "330106", "key": key, "batch": ""})
    assert ExchangeFile.objects.unscoped("test").count() == 1
    release_file(file_id=the_file().pk, actor=ground.person("head"))
    row = make_outgoing(file_id=the_file().pk, job=NoProgress())
    page = client.get(f"{PATH}{row.number}/").content.decode()
    assert "没有同意报送" in page
    assert somebody(0).name not in page
    assert client.post(f"{PATH}{row.number}/download/", {"purpose": ""}).status_code == 302
    answer = client.post(f"{PATH}{row.number}/download/", {"purpose": "送交资料库"})
    content = b"".join(answer.streaming_content)
    assert somebody(0).name in content.decode("utf-8-sig")
    assert "no-store" in answer["Cache-Control"]
    assert manifest(content) in client.get(f"{PATH}{row.number}/manifest/").content.decode()


def test_a_file_comes_in_is_looked_at_confirmed_and_shows_what_it_changed(ground: Ground, client: Client) -> None:
    donor = brought(ground, S.SENT)
    client.force_login(ground.person("clerk"))
    content = text_of(row_of(donor), "330106-2026-D09999999,入库,2026-01-01,")
    assert uploaded(client, content).status_code == 302
    check_incoming(file_id=the_file().pk, job=NoProgress())
    page = client.get(f"{PATH}{the_file().number}/").content.decode()
    for words in ("办理 1 行", "本会没有这个编号", "请核对编号", donor.number):
        assert words in page
    problems = b"".join(client.get(f"{PATH}{the_file().number}/problems/").streaming_content).decode("utf-8-sig")
    assert '"3","志愿者编号"' in problems
    client.post(f"{PATH}{the_file().number}/confirm/")
    assert the_file().status == "applying"
    assert client.post(f"{PATH}{the_file().number}/nonsense/").status_code == 404


def test_a_wrong_digest_is_said_at_its_field_and_the_same_file_twice_at_the_file(
    ground: Ground, client: Client
) -> None:
    client.force_login(ground.person("clerk"))
    content = text_of(row_of(brought(ground, S.SENT)))
    assert "校验值对不上" in uploaded(client, content, "0" * 64).content.decode()
    uploaded(client, content)
    assert the_file().number in uploaded(client, content).content.decode()


def test_a_file_of_another_city_is_not_there(ground: Ground, client: Client) -> None:
    client.force_login(ground.person("clerk"))
    uploaded(client, text_of(row_of(brought(ground, S.SENT))))
    client.force_login(ground.person("stranger"))
    assert client.get(f"{PATH}{the_file().number}/").status_code == 404
    assert the_file().number not in client.get(PATH).content.decode()
