"""All components in a real browser: reachable, large enough, still there without JavaScript, quick with a keyboard."""

import mimetypes
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Page, expect, sync_playwright

from core.views.design import made_up_content

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "vendor" / "axe" / "axe.min.js"
HOST = "http://portal.test"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PORTAL = {
    "name": "示例省红十字会公开平台",
    "organisation": "示例省红十字会",
    "phone": "0571-00000000",
    "credit_code": "示例代码",
    "icp_number": "示例备案号",
    "demo": True,
}
MENU = [
    {"label": "今天", "url": "/desk/", "icon": "house", "active": True},
    {"heading": "捐赠"},
    {"label": "待我审批", "url": "/desk/approvals/", "icon": "check-circle", "count": 12},
]

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def plain_static(settings):
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    settings.STATIC_URL = "/static/"


def rendered(template, *, elder=False, **over):
    context = {"portal": PORTAL, "desk_menu": MENU, "request": RequestFactory().get("/"), "text_size": "medium"}
    return render_to_string(template, {**context, **made_up_content(), "elder": elder, **over})


def policy():
    directives = django_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(map(str, sources))}" for name, sources in directives.items())


class Site:
    """Serves rendered pages and the static files to the browser, with the policy of the settings."""

    def __init__(self, pages):
        self.pages = pages
        self.asked = []

    def answer(self, route):
        path = urlsplit(route.request.url).path
        self.asked.append(route.request.url)
        if path.startswith("/static/"):
            file = ROOT / path.lstrip("/")
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            headers = {"Content-Security-Policy": policy(), "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=self.pages.get(path, ""), headers=headers)


@pytest.fixture(scope="module")
def chromium():
    # No test of this file asks the database: the driver's loop runs in this thread.
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium):
    """Open a page of rendered HTML: `browse({"/": html}, width=390)` gives the page, the site and its complaints."""
    opened = []

    def start(pages, *, width=1280, path="/", clock=False, **options) -> tuple[Page, Site, list[str]]:
        site = Site(pages)
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", **options)
        opened.append(context)
        context.set_default_timeout(10_000)
        context.route(f"{HOST}/**", site.answer)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if clock:
            page.clock.install()
        page.goto(HOST + path)
        return page, site, complaints

    yield start
    for context in opened:
        context.close()


def axe(page):
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [(hit["id"], [node["target"] for node in hit["nodes"]]) for hit in found["violations"]]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("template", ["core/design.html", "errors/404.html", "errors/500.html"])
def test_a_page_is_free_of_findings_of_the_accessibility_checker(browse, template, width):
    page, _site, complaints = browse({"/": rendered(template)}, width=width, bypass_csp=True)
    assert axe(page) == []
    assert complaints == []


def test_the_policy_of_the_portal_lets_everything_work(browse):
    page, site, complaints = browse({"/": rendered("core/design.html")})
    expect(page.locator(".copy__button").first).to_be_visible()
    assert complaints == []
    assert {urlsplit(url).netloc for url in site.asked} == {"portal.test"}


def test_no_name_is_given_twice(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html")})
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert sorted(name for name in set(ids) if ids.count(name) > 1) == []


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize("size", ["medium", "large"])
def test_a_page_never_scrolls_sideways(browse, elder, size):
    page, _site, _complaints = browse({"/": rendered("core/design.html", elder=elder, text_size=size)})
    for width in (1280, 768, 640, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_that_is_pressed_is_at_least_44_px_high(browse, width):
    page, _site, _complaints = browse({"/": rendered("core/design.html")}, width=width)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, summary, input:not([type=checkbox], [type=radio]), select")]
            .filter(one => one.checkVisibility() && !one.matches(".skip-link"))
            .filter(one => one.getBoundingClientRect().height < 43.5)
            .map(one => one.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_body_text_is_never_smaller_than_14_px_and_16_in_running_text(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html", text_size="small")}, width=390)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("body *:not(svg *, script, kbd, [aria-hidden])")]
            .filter(one => one.checkVisibility() && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .map(one => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert min(sizes) >= 14
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16


def test_without_javascript_nothing_is_missing_but_what_needs_it(browse):
    html = rendered("core/design.html")
    page, _site, _complaints = browse({"/": html}, java_script_enabled=False)
    hidden = page.locator("main [hidden]")
    kinds = {hidden.nth(at).get_attribute("class") for at in range(hidden.count())}
    assert kinds == {"copy__button", "file-upload__chosen", "form-check-input"}
    page.get_by_text("看数据表").first.click()
    expect(page.get_by_role("cell", name="310,250.75")).to_be_visible()


def test_the_first_key_leads_past_the_menu(browse):
    page, _site, _complaints = browse({"/": rendered("errors/404.html")})
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="跳到正文")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_what_has_the_focus_has_a_ring(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html")})
    for _press in range(40):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement);
                return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow !== "none"]; }"""
        )
        assert ring == ["solid", "3px", "rgb(255, 221, 0)", True]


def test_the_clerk_goes_on_with_enter_and_repeats_with_f2(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html")})
    form = page.get_by_role("form", name="填写")
    form.get_by_label("捐赠人", exact=True).focus()
    page.keyboard.press("F2")
    expect(form.get_by_label("捐赠人", exact=True)).to_have_value("示例科技有限公司")
    page.keyboard.press("Enter")
    expect(form.get_by_label("金额")).to_be_focused()
    page.keyboard.press("Enter")
    expect(form.get_by_label("到账日期")).to_be_focused()


@pytest.mark.parametrize(("keys", "then"), [("Control+Enter", "new"), ("Control+s", "draft")])
def test_the_clerk_saves_without_the_mouse(browse, keys, then):
    page, _site, _complaints = browse({"/": rendered("core/design.html")})
    form = page.get_by_role("form", name="填写")
    for label, value in (("捐赠人", "示例"), ("金额", "5.00"), ("到账日期", "2026-11-02")):
        form.get_by_label(label, exact=True).fill(value)
    form.get_by_label("匿名").check()
    form.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"1"})
    expect(form.get_by_text("已选择：a.csv（1 KB）")).to_be_visible()
    form.get_by_label("金额").focus()
    with page.expect_navigation():
        page.keyboard.press(keys)
    assert f"&then={then}#" in page.url


def test_a_box_in_the_head_ticks_all_rows_and_shows_when_only_some_are(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html")})
    head = page.get_by_role("checkbox", name="全选")
    rows = page.locator("#design-rows input[type=checkbox]")
    head.check()
    assert all(rows.nth(at).is_checked() for at in range(rows.count()))
    rows.first.uncheck()
    assert head.evaluate("box => box.indeterminate")


def test_an_error_leads_into_its_field(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html")})
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a", has_text="金额").click()
    expect(page.locator("#wrong_amount")).to_be_focused()
    page.locator(".error-summary a", has_text="公开方式").click()
    expect(page.locator("#wrong_name_shown_0")).to_be_focused()


def test_more_rows_come_below_and_the_pager_moves_on(browse):
    first = rendered("core/design.html")
    second = first.replace("?page=next", "?page=third").replace("330000-2026-", "330000-2025-")
    page, site, complaints = browse({"/": first}, width=390)
    site.pages["/"] = second
    page.get_by_role("link", name="加载更多").click()
    expect(page.locator("#design-rows tr")).to_have_count(8)
    expect(page.get_by_role("link", name="加载更多")).to_have_attribute("href", "?page=third")
    expect(page.locator("#announce")).to_have_text("已加载 4 行，共 8 行")
    assert complaints == []


def test_a_running_job_shows_its_progress_by_itself_and_stops_asking_when_done(browse):
    content = made_up_content()
    finished = SimpleNamespace(**{**vars(content["job_done"]), "pk": content["job_running"].pk})
    source = "core/design.html"
    running = rendered(source).replace(
        'data-state="running"', 'data-state="running" data-behaviour="job" data-url="/job/"'
    )
    done = render_to_string("components/job_progress.html", {"job": finished, "message": "全部完成", "steps": []})
    page, site, _complaints = browse({"/": running, "/job/": done}, clock=True)
    assert not any("/job/" in url for url in site.asked)
    page.clock.fast_forward(2100)
    expect(page.locator(".job__message", has_text="全部完成")).to_be_visible()
    page.clock.fast_forward(60_000)
    assert sum("/job/" in url for url in site.asked) == 1


def test_on_phones_each_row_is_a_card_with_its_labels(browse):
    page, _site, _complaints = browse({"/": rendered("core/design.html")}, width=390)
    cell = page.locator('#design-rows td[data-label="金额"]').first
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"金额"'
    assert page.locator("#design-rows tr").first.evaluate("row => getComputedStyle(row).display") == "flex"


def test_the_menu_of_the_desk_is_a_disclosure_on_phones_and_open_on_wide_screens(browse):
    html = rendered("core/design.html")
    page, _site, _complaints = browse({"/": html}, width=390)
    expect(page.get_by_role("link", name="待我审批")).to_be_hidden()
    page.locator("summary", has_text="工作菜单").click()
    expect(page.get_by_role("link", name="待我审批")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    expect(page.get_by_role("link", name="待我审批")).to_be_visible()
