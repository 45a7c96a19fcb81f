"""Components: tied together for readers, escaped, in one place each."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.core.management import call_command
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import override_settings

from core.components.figures import job_progress
from core.components.registry import LOOKS, TONES

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
COMPONENTS = TEMPLATES / "components"
STYLES = ROOT / "static" / "css"
OWN_TEMPLATES = [
    path
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] in {"base.html", "components", "layouts", "errors", "core"}
]
# Parts of a component that share its file, and the one that nobody sees.
SHARED_STYLE = {"description_item": "description_list", "nav_link": "site_header", "task": "tasks", "announce": None}

pytestmark = pytest.mark.usefixtures("plain_static")


@pytest.fixture
def plain_static(settings):
    # The names with hashes exist only where the files were collected.
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}


class Page(HTMLParser):
    """Collects the elements of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def ids(self):
        return [attrs["id"] for _tag, attrs in self.elements if "id" in attrs]

    def find(self, tag, **wanted):
        return [attrs for name, attrs in self.elements if name == tag and wanted.items() <= attrs.items()]


class GiftForm(forms.Form):
    donor = forms.CharField(label="捐赠人", help_text="单位写全称。")
    amount = forms.CharField(label="金额", help_text="可写 1.2万。")
    shown = forms.ChoiceField(label="公开方式", widget=forms.RadioSelect, choices=[("a", "实名"), ("b", "匿名")])
    note = forms.CharField(label="备注", required=False)
    agreed = forms.BooleanField(label="同意", required=False)
    list_file = forms.FileField(label="名单", help_text="不超过 50 MB。")


def show(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


def test_each_component_has_a_style_of_its_own_name_and_each_style_a_link():
    linked = set(re.findall(r"css/components/(\w+)\.css", (TEMPLATES / "layouts" / "_styles.html").read_text()))
    there = {path.stem for path in (STYLES / "components").glob("*.css")}
    assert linked == there
    needed = {SHARED_STYLE.get(path.stem, path.stem) for path in COMPONENTS.glob("*.html")} - {None}
    assert needed <= there


def test_each_component_is_shown_and_described():
    shown = (TEMPLATES / "core" / "design.html").read_text()
    described = (ROOT / "docs" / "design.md").read_text()
    names = {path.stem for path in COMPONENTS.glob("*.html")} - {"description_item", "nav_link"}
    assert {name for name in names if f"{{% {name}" not in described} == set()
    # Not on the page: a toast would go away, and what is read out has no look.
    assert {name for name in names if f"{{% {name}" not in shown} <= {"toast", "announce"}


def test_colours_stand_only_in_the_tokens():
    coloured = [
        path.name
        for path in STYLES.rglob("*.css")
        if path.name not in {"tokens.css", "reports.css"}
        and re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", path.read_text())
    ]
    assert coloured == []


@pytest.mark.parametrize("path", OWN_TEMPLATES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_template_needs_an_inline_style_or_script(path):
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|<style", path.read_text())


@pytest.mark.parametrize("path", OWN_TEMPLATES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_chinese_in_a_template_is_open_to_translation(path):
    bare = re.sub(
        r"\{% blocktranslate.*?endblocktranslate %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(), flags=re.S
    )
    assert not re.findall(r"[\u4e00-\u9fff]+", bare)


def test_each_icon_that_is_named_exists():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "img" / "icons.svg").read_text()))
    named = {icon for _tone, icon in LOOKS.values()}
    for path in OWN_TEMPLATES:
        for first, second in re.findall(r'\{% icon "([\w-]+)"|icon="([\w-]+)"', path.read_text()):
            named.add(first or second)
    assert named <= sprite


def test_each_look_is_a_known_tone():
    assert {tone for tone, _icon in LOOKS.values()} <= set(TONES)


@override_settings(DEBUG=False)
def test_all_files_can_be_collected_under_hashed_names(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    assert list(tmp_path.glob("css/base.*.css"))


def contrast(one, other):
    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted([light(one), light(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        *[
            (ink, ground, 4.5)
            for ink in ("ink", "ink-soft", "link", "link-strong")
            for ground in ("paper", "page", "sunken")
        ],
        *[(tone, f"{tone}-tint", 4.5) for tone in ("info", "success", "warning", "danger")],
        *[(tone, "paper", 4.5) for tone in ("info", "success", "warning", "danger", "income", "expense")],
        ("ink-soft", "neutral-tint", 4.5),
        ("brand-strong", "brand-tint", 4.5),
        ("on-brand", "brand", 4.5),
        ("on-brand", "brand-strong", 4.5),
        ("paper", "ink", 4.5),
        ("line", "ink", 4.5),
        ("line-strong", "paper", 3.0),
        ("focus", "focus-ring", 3.0),
        *[(f"chart-{n}", "paper", 3.0) for n in range(1, 7)],
        *[("ink", f"chart-step-{n}", 4.5) for n in range(1, 4)],
        *[("paper", f"chart-step-{n}", 4.5) for n in range(4, 6)],
    ],
)
def test_colours_that_meet_can_be_told_apart(ink, ground, least):
    tokens = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", (STYLES / "tokens.css").read_text()))
    assert contrast(tokens[ink], tokens[ground]) >= least


@pytest.mark.parametrize("name", ["donor", "amount", "note", "agreed", "list_file"])
def test_a_field_is_tied_to_its_label_help_and_error(name):
    form = GiftForm({})
    tag = "file_upload" if name == "list_file" else "field"
    page = Page(show(f"{{% {tag} field %}}", field=form[name]))
    (control,) = page.find("input")
    assert page.find("label", **{"for": control["id"]})
    described = control.get("aria-describedby", "").split()
    assert set(described) <= set(page.ids())
    assert (f"id_{name}_error" in described) == bool(form[name].errors)
    assert (control.get("aria-invalid") == "true") == bool(form[name].errors)


def test_a_group_of_choices_is_a_fieldset_with_a_legend():
    page = Page(show("{% field field %}", field=GiftForm({})["shown"]))
    (group,) = page.find("fieldset")
    assert page.find("legend")
    assert set(group["aria-describedby"].split()) <= set(page.ids())
    assert len(page.find("input", type="radio")) == 2


def test_each_link_of_the_error_summary_leads_to_a_field_on_the_page():
    form = GiftForm({})
    fields = "{% for f in form %}{% if f.name == 'list_file' %}{% file_upload f %}{% else %}{% field f %}{% endif %}"
    html = show("{% error_summary form %}" + fields + "{% endfor %}", form=form)
    page = Page(html)
    links = [attrs["href"][1:] for attrs in page.find("a") if attrs["href"].startswith("#")]
    assert len(links) == len(form.errors) == 4
    assert set(links) <= set(page.ids())
    assert len(page.ids()) == len(set(page.ids()))


def test_a_form_without_errors_has_no_summary():
    assert show("{% error_summary form %}", form=GiftForm()).strip() == ""


def test_a_headline_figure_shows_its_exact_value_and_leads_to_its_rows():
    html = show('{% stat "本月收到" amount=amount url="/donations/?from=2026-11-01" %}', amount=Decimal("1234567.89"))
    assert "123.46 万元" in html
    assert "¥1,234,567.89" in html
    assert 'href="/donations/?from=2026-11-01"' in html


def test_a_figure_that_is_not_there_is_not_a_zero():
    html = show('{% stat "上月" %}')
    assert "暂无" in html
    assert "0" not in re.sub(r"<[^>]+>", "", html)


def test_zero_is_a_figure():
    assert "¥0.00" in show('{% stat "上月" amount=amount %}', amount=Decimal("0.00"))


def test_a_state_is_a_word_an_icon_and_a_hue():
    html = show('{% status_badge "returned" "已退回" %}')
    assert "已退回" in html
    assert "status-badge--warning" in html
    assert "#arrow-counterclockwise" in html


def test_an_unknown_state_is_shown_plainly():
    assert "status-badge--neutral" in show('{% status_badge "something" "某状态" %}')


@pytest.mark.parametrize(
    "source",
    [
        "{% status_badge 'draft' text %}",
        "{% button text url=text %}",
        "{% page_head text lead=text %}{% endpage_head %}",
        "{% alert title=text %}{{ text }}{% endalert %}",
        "{% data_table caption=text %}{{ text }}{% enddata_table %}",
        "{% document text url=text sha256=text %}",
        "{% breadcrumbs text text text %}",
        "{% copy_text text %}",
        "{% search_box value=text label=text help=text %}",
        "{% empty_state title=text %}{{ text }}{% endempty_state %}",
        "{% confirm_panel title=text submit=text %}{{ text }}{% endconfirm_panel %}",
        "{% toast text undo_url=text %}",
        "{% icon text %}",
        "{% chart '' text text rows=rows header=rows.0 %}",
    ],
)
def test_what_a_caller_passes_is_text_and_never_markup(source):
    html = show(source, text="\"><script>alert('x')</script>", rows=[['"><script>', "<script>"]])
    assert "<script" not in html


def test_a_form_that_confirms_carries_the_token():
    request = RequestFactory().get("/")
    template = Template("{% load ui %}{% confirm_panel title='确认' submit='提交' %}49 笔{% endconfirm_panel %}")
    page = Page(template.render(Context({"csrf_token": "令牌", "request": request})))
    assert page.find("input", name="csrfmiddlewaretoken", value="令牌")
    assert page.find("form", method="post")


def test_the_last_page_says_so_and_offers_no_next():
    html = show('{% pager previous_url="?page=a" %}')
    assert "已经是最后一页" in html
    assert 'rel="next"' not in html


def test_more_rows_can_be_fetched_into_the_list_and_still_be_a_link():
    page = Page(show('{% pager next_url="?page=b" rows="gift-rows" %}'))
    (more,) = [attrs for attrs in page.find("a") if "hx-get" in attrs]
    assert more["href"] == more["hx-get"] == "?page=b"
    assert more["hx-target"] == "#gift-rows"


def test_the_current_place_of_a_menu_is_marked():
    context = {"request": RequestFactory().get("/donations/33-2026-00000001/")}
    html = show('{% nav_link "/" "首页" exact=True %}{% nav_link "/donations/" "捐赠公示" %}', **context)
    (current,) = [attrs for attrs in Page(html).find("a") if "aria-current" in attrs]
    assert current["href"] == "/donations/"


def a_job(status, stage=""):
    return SimpleNamespace(
        pk=1, status=status, stage=stage, error="", link="", done_count=1, total_count=2, get_status_display=status
    )


@pytest.mark.parametrize(
    ("status", "stage", "states"),
    [
        ("queued", "", ["current", "todo", "todo", "todo"]),
        ("running", "checking", ["done", "current", "todo", "todo"]),
        ("running", "写入", ["done", "done", "current", "todo"]),
        ("running", "其他", ["done", "current", "todo", "todo"]),
        ("failed", "writing", ["done", "done", "failed", "todo"]),
        ("done", "", ["done", "done", "done", "done"]),
    ],
)
def test_a_job_stands_at_the_step_of_its_stage(status, stage, states):
    assert [state for _label, state in job_progress(a_job(status, stage))["steps"]] == states


def test_only_a_job_that_runs_asks_again():
    for status, asks in (("queued", True), ("running", True), ("done", False), ("failed", False)):
        html = show('{% job_progress job url="/desk/jobs/1/" %}', job=a_job(status))
        assert ('data-behaviour="job"' in html) is asks


def test_the_way_of_a_gift_says_in_words_what_has_not_happened_yet():
    html = show("{% trail steps %}", steps=[{"title": "使用反馈", "state": "future"}])
    assert "（尚未发生）" in html


@pytest.mark.parametrize("name", ["403", "404", "500"])
def test_an_error_page_needs_nothing_from_its_request(name):
    # Django renders 500.html without a context.
    html = Template(f'{{% extends "{name}.html" %}}').render(Context())
    assert "<h1" in html
    assert "Traceback" not in html


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")))
    named = {
        (path.name, icon)
        for path in TEMPLATES.rglob("*.html")
        for icon in re.findall(r'icon(?:=| )"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert sorted(one for one in named if one[1] not in drawn) == []
