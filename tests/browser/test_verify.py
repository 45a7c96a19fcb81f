"""/verify/ in a browser: a file's digest is computed there, a record and a kept checkpoint are checked there."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.transparency.log_ground import grow
from tests.transparency.verify_ground import NOTE, REPORTS, Reports
from transparency.models import LogCheckpoint
from transparency.notes import Checkpoint, Note, parse_checkpoint, parse_note, sign_text
from transparency.selectors.public_log import log_verifiers
from transparency.services.log_keys import read_log_keys

pytestmark = pytest.mark.browser

OTHER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@pytest.fixture(scope="module")
def reports(
    django_db_setup: None, django_db_blocker: Any, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reports]:
    """Published reports, and a log that went on growing after them."""
    with REPORTS.copy(django_db_blocker, f"{COPY}_verify"), django_db_blocker.unblock():
        REPORTS.copy_files(files)
        with override_settings(PRIVATE_FILES_DIR=files):
            grow(5, 300, 44)
            yield REPORTS.fresh()
        empty_broker()


@pytest.fixture(scope="module")
def portal(
    reports: Reports, collected_static: None, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """A web server over them."""
    folder = tmp_path_factory.mktemp("portal")
    with override_settings(PRIVATE_FILES_DIR=files), web_server(f"{COPY}_verify", folder) as running:
        yield running


@pytest.fixture
def page(portal: Portal, open_context: Callable[..., BrowserContext]) -> Page:
    """The page, open on a telephone; what goes wrong in it fails the test."""
    opened = open_context(width=390).new_page()
    opened.on("pageerror", lambda error: pytest.fail(str(error)))
    opened.goto(f"{portal.url}/verify/")
    return opened


def fetched(portal: Portal, address: str) -> str:
    with urllib.request.urlopen(portal.url + address) as response:  # noqa: S310 -- our own server
        return str(response.read().decode())


def fine(page: Page) -> None:
    """Nothing for the checker to say, and nothing to scroll sideways."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# Files ------------------------------------------------------------------------------------------------------------


def test_only_the_digest_of_a_file_leaves_the_browser(page: Page, reports: Reports, tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []
    page.on("request", lambda one: asked.append((one.method, one.url)))
    path = reports.path(reports.second)
    page.set_input_files("#id_pick", path)
    expect(page.locator("[data-answer]")).to_contain_text("是本平台公开的原件")
    expect(page.locator("[data-answer]")).to_contain_text(path.name)
    # The page's own script and pictures apart, that was all.
    own = [(method, url.partition("?")[2]) for method, url in asked if "/static/" not in url]
    assert own == [("GET", f"sha256={path.name}")]
    fine(page)
    page.set_input_files("#id_pick", reports.path(reports.first))
    expect(page.locator("[data-answer]")).to_contain_text(NOTE)
    changed = tmp_path / "changed.pdf"
    data = path.read_bytes()
    changed.write_bytes(data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
    page.set_input_files("#id_pick", changed)
    expect(page.locator("[data-answer]")).to_contain_text("不是本平台公开的文件")
    assert {method for method, _url in asked} == {"GET"}
    fine(page)


def test_a_file_that_is_dropped_is_checked_like_one_that_is_chosen(page: Page, reports: Reports) -> None:
    data = base64.b64encode(reports.path(reports.second, "signed", 1).read_bytes()).decode()
    page.evaluate(
        """(data) => {
            const carried = new DataTransfer();
            carried.items.add(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], "a.pdf"));
            const area = document.querySelector("[data-pick] .file-upload__area");
            area.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        data,
    )
    expect(page.locator("[data-answer]")).to_contain_text("第 1 册，载明细第 1 至 2 行")


def test_the_other_button_sends_the_file_and_says_what_differs(page: Page, reports: Reports, tmp_path: Path) -> None:
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(reports.path(reports.second).read_bytes() + b"\n% more")
    page.get_by_text("把文件上传给本平台核对").click()
    page.set_input_files("#id_file", changed)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.locator("[data-answer]")).to_contain_text("与原件不同，被改动过")
    expect(page.locator("[data-answer]")).to_contain_text("字节之后被追加了内容")
    fine(page)


def test_without_scripts_the_forms_do_it(
    portal: Portal, reports: Reports, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(width=640, java_script_enabled=False).new_page()
    page.goto(f"{portal.url}/verify/")
    assert not page.locator("#id_pick").is_visible()
    assert not page.locator("form[data-check]").first.is_visible()
    assert "tools/verify.py" in page.inner_text("main")
    page.fill("#id_sha256", reports.sha256(reports.second))
    page.get_by_role("button", name="按 SHA-256 核对").click()
    expect(page.locator("[data-answer]")).to_contain_text("是本平台公开的原件")
    page.get_by_text("把文件上传给本平台核对").click()
    page.set_input_files("#id_file", reports.path(reports.first))
    page.get_by_role("button", name="上传并核对").click()
    expect(page.locator("[data-answer]")).to_contain_text("已有更正版")


def test_where_the_browser_may_not_compute_it_says_so_and_the_form_does_it(
    portal: Portal, reports: Reports, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(width=390).new_page()
    # As on plain http from another machine.
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto(f"{portal.url}/verify/")
    expect(page.locator("[data-pick]")).to_contain_text("不能计算 SHA-256")
    expect(page.locator('[data-result-of="record"]')).to_contain_text("请用 https 打开本页")
    assert not page.locator("form[data-check]").first.is_visible()
    page.fill("#id_sha256", reports.sha256(reports.second))
    page.get_by_role("button", name="按 SHA-256 核对").click()
    expect(page.locator("[data-answer]")).to_contain_text("是本平台公开的原件")
    fine(page)


def test_it_is_done_by_keyboard_and_the_answer_has_the_focus(page: Page, reports: Reports) -> None:
    page.locator("#id_sha256").focus()
    page.keyboard.insert_text(reports.sha256(reports.second))
    page.keyboard.press("Enter")
    expect(page.locator("[data-answer]")).to_contain_text("是本平台公开的原件")
    page.locator("#id_head").focus()
    page.keyboard.insert_text("nonsense")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator('[data-result-of="growth"]')).to_contain_text("这不是检查点")
    assert page.evaluate("document.activeElement.dataset.resultOf") == "growth"


# Records ----------------------------------------------------------------------------------------------------------


def told(page: Page, what: str) -> str:
    """Press the button of a form and read the answer."""
    region = page.locator(f'[data-result-of="{what}"]')
    region.evaluate("(one) => one.replaceChildren()")
    page.locator(f'form[data-check="{what}"] button[type=submit]').click()
    expect(region.locator(".notice").first).to_be_visible()
    return region.inner_text()


def test_a_record_is_proved_and_whatever_is_changed_in_it_is_not(page: Page, portal: Portal, tmp_path: Path) -> None:
    for index in (0, 1, 255, 256, 300):
        path = tmp_path / "record.json"
        path.write_text(fetched(portal, f"/api/v1/log/records/{index}/"))
        page.set_input_files("#id_record_file", path)
        said = told(page, "record")
        assert "记录在日志里，没有改动" in said, index
        assert "不符" not in said
    fine(page)
    whole = json.loads(path.read_text())
    other = base64.b64encode(b"x" * 32).decode()
    for name, value, words in (
        ("record", whole["record"].replace("3", "4", 1), "原文被改动过"),
        ("proof", [other, *whole["proof"][1:]], "算出的树根不是检查点里的树根"),
        ("proof", whole["proof"][:-1], "算出的树根不是检查点里的树根"),
        ("index", 299, "算出的树根不是检查点里的树根"),
        ("index", 10**6, "算出的树根不是检查点里的树根"),
        ("leaf_hash", other, "原文被改动过"),
        ("checkpoint", whole["checkpoint"].replace("\n", "x\n", 1), "没有本页列出的公钥的签名"),
    ):
        page.fill("#id_record", json.dumps({**whole, name: value}))
        said = told(page, "record")
        assert "对不上：这条记录没有得到证明" in said or name == "checkpoint", name
        assert words in said or name == "checkpoint", said
    page.fill("#id_record", json.dumps({**whole, "proof": "x"}))
    assert "这不是记录文件" in told(page, "record")
    fine(page)


def test_a_checkpoint_that_somebody_else_signed_or_changed_is_found(page: Page, portal: Portal) -> None:
    whole = json.loads(fetched(portal, "/api/v1/log/records/3/"))
    note = parse_note(whole["checkpoint"])
    own = read_log_keys().keys[0]
    forged = Ed25519PrivateKey.generate()
    # In the log's own name and key id, by another key: the text was changed, or the signature made up.
    line = sign_text(note.text, own.verifier.name, forged)
    bad = str(Note(note.text, (type(line)(own.verifier.name, own.verifier.key_id, line.value),)))
    page.fill("#id_record", json.dumps({**whole, "checkpoint": bad}))
    assert "签名与内容不符：检查点被改动过" in told(page, "record")
    page.fill("#id_record", json.dumps({**whole, "checkpoint": str(Note(note.text, (line,)))}))
    assert "没有本页列出的公钥的签名" in told(page, "record")


def test_a_key_of_ones_own_must_have_signed_too(page: Page, portal: Portal) -> None:
    page.fill("#id_record", fetched(portal, "/api/v1/log/records/3/"))
    page.fill("#id_record_key", log_verifiers()[0])
    said = told(page, "record")
    assert "签名由您保存的公钥作出" in said
    assert "记录在日志里，没有改动" in said
    page.fill("#id_record_key", OTHER_KEY)
    said = told(page, "record")
    assert "没有您保存的公钥的签名" in said
    assert "对不上" in said
    page.fill("#id_record_key", OTHER_KEY[:-4])
    assert "公钥不完整" in told(page, "record")


def test_where_the_browser_has_no_ed25519_it_says_so(page: Page, portal: Portal) -> None:
    page.evaluate(
        """() => { crypto.subtle.importKey = () => Promise.reject(new DOMException("no", "NotSupportedError")); }"""
    )
    page.fill("#id_record", fetched(portal, "/api/v1/log/records/3/"))
    said = told(page, "record")
    assert "记录与检查点相符，签名没有核对" in said
    assert "tools/verify.py" in said


def test_a_record_of_a_report_says_whether_the_chosen_file_is_in_it(
    portal: Portal, page: Page, reports: Reports
) -> None:
    page.set_input_files("#id_pick", reports.path(reports.second))
    link = page.get_by_role("link", name="核对这条记录")
    expect(link).to_be_visible()
    address = str(link.get_attribute("href"))
    index = address.partition("record=")[2].partition("#")[0]
    page.fill("#id_record", fetched(portal, f"/api/v1/log/records/{index}/"))
    assert "它的 SHA-256 列在这份报告的公开记录里" in told(page, "record")
    page.set_input_files("#id_pick", reports.path(reports.draft))
    expect(page.locator("[data-answer]")).to_contain_text("不是本平台公开的文件")
    assert "它的 SHA-256 没有列在这份报告的公开记录里" in told(page, "record")
    # From the record's page, its proof stands ready.
    page.goto(portal.url + address)
    expect(page.locator("#id_record")).to_have_value(re.compile("proof"))
    assert "记录在日志里，没有改动" in told(page, "record")


# The growth of the log --------------------------------------------------------------------------------------------


def test_every_head_that_was_kept_leads_to_the_newest(page: Page, reports: Reports) -> None:
    notes = list(LogCheckpoint.objects.order_by("size").values_list("note", flat=True))
    assert len(notes) >= 4
    for note in notes:
        # As it comes out of a mail: other line ends, empty lines around it.
        page.fill("#id_head", "\n" + note.replace("\n", "\r\n") + "\n\n")
        page.fill("#id_head_key", log_verifiers()[0])
        said = told(page, "growth")
        assert "日志在您保存之后只增加、没有改动" in said
        assert "不符" not in said
    fine(page)


def resigned(note: str, **changes: Any) -> str:
    """A head with another size or root, rightly signed: what was served before the log was written anew."""
    said, own = parse_checkpoint(parse_note(note).text), read_log_keys()
    other = Checkpoint(
        changes.get("origin", said.origin), changes.get("size", said.size), changes.get("root", said.root)
    )
    return str(Note(other.text, (own.keys[0].sign(other.text),)))


def test_an_old_head_that_fits_no_longer_convicts_the_log(page: Page, reports: Reports) -> None:
    notes = list(LogCheckpoint.objects.order_by("size").values_list("note", flat=True))
    newest = parse_checkpoint(parse_note(notes[-1]).text).size
    for note, words in (
        (resigned(notes[1], root=b"\x07" * 32), "中间被改写过"),
        (resigned(notes[-1], root=b"\x07" * 32), "中间被改写过"),
        (resigned(notes[-1], size=newest + 5), "后面的被删掉了"),
        (resigned(notes[0], size=2), "给不出从它到最新检查点的证明"),
        (resigned(notes[0], origin="other.example/log"), "另一本日志"),
        (notes[1].replace("\n", "\n9", 1), ""),
    ):
        page.fill("#id_head", note)
        said = told(page, "growth")
        assert said.startswith("对不上"), said
        assert words in said
    fine(page)
