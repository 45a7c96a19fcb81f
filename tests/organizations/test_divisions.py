"""Loading divisions."""

import datetime
import json
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from core.clock import frozen_at, today
from core.errors import DomainError, NotAllowed
from core.models import AuditEvent
from organizations.choices import Role
from organizations.models import Branch, Division
from organizations.services import DivisionsFileError, LoadResult, create_associations, load_divisions
from organizations.services.associations import GROUPING_NAMES
from tests.factories.people import FOUNDED, branch_at, make_person, make_province

pytestmark = pytest.mark.django_db

ZHEJIANG = Path(settings.BASE_DIR) / "organizations" / "data" / "zhejiang.csv"
CHINA = ZHEJIANG.with_name("china-to-county.csv")
SMALL = "code,name,level,parent_code\n33,浙江省,province,\n3301,杭州市,city,33\n330182,建德市,county,3301\n"


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "divisions.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_27036_divisions_of_zhejiang_load_within_20_seconds_and_again_without_change() -> None:
    started = time.monotonic()
    assert load_divisions(path=ZHEJIANG, actor=None) == LoadResult(27036, 0, 0, 0)
    assert time.monotonic() - started <= 20
    events = AuditEvent.objects.count()
    assert load_divisions(path=ZHEJIANG, actor=None) == LoadResult(0, 0, 0, 27036)
    assert AuditEvent.objects.count() == events == 1
    # The list of all provinces covers Zhejiang down to the counties: its towns are not missing from it.
    result = load_divisions(path=CHINA, actor=None)
    assert (result.changed, result.closed, result.unchanged) == (0, 0, 102)
    assert Division.objects.filter(valid_to=None).count() == 27036 + 3351 - 102


def test_a_changed_name_a_new_and_a_missing_row_are_told_apart(tmp_path: Path) -> None:
    load_divisions(path=file_of(tmp_path, SMALL), actor=None)
    later = SMALL.replace("杭州市", "杭州府").replace("330182,建德市", "330106,西湖区")
    with frozen_at(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)):
        assert load_divisions(path=file_of(tmp_path, later), actor=None) == LoadResult(1, 1, 1, 1)
    gone = Division.objects.get(code="330182")
    assert (gone.name, gone.valid_to) == ("建德市", datetime.date(2026, 3, 1))
    assert Division.objects.get(code="330106").valid_from == datetime.date(2026, 3, 1)
    assert Division.objects.get(code="33").valid_from is None
    back = load_divisions(path=file_of(tmp_path, later + "330182,建德市,county,3301\n"), actor=None)
    assert back == LoadResult(0, 1, 0, 3)
    assert Division.objects.get(code="330182").valid_to is None


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("33018,建德市,county,3301", "2、4、6、9 或 12 位数字"),
        ("33018２,建德市,county,3301", "2、4、6、9 或 12 位数字"),
        ("330182,建德市,town,3301", "级别应为 county"),
        ("330182,,county,3301", "名称应有"),
        ("3301,杭州市,city,33", "与第 3 行重复"),
        ("330482,平湖市,county,3304", "上级 3304 不在文件里"),
        ("330182,建德市,county,3303", "上级代码应为“3301”"),
        ("330182,建德市,county", "应有 4 列，实有 3 列"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(tmp_path: Path, row: str, sentence: str) -> None:
    text = "code,name,level,parent_code\n33,浙江省,province,\n3301,杭州市,city,33\n" + row + "\n"
    with pytest.raises(DivisionsFileError) as refused:
        load_divisions(path=file_of(tmp_path, text), actor=None)
    assert [number for number, _what in refused.value.problems] == [4]
    assert "第 4 行" in refused.value.message
    assert sentence in refused.value.message
    assert not Division.objects.exists()


@pytest.mark.parametrize("text", ["", "代码,名称\n33,浙江省\n", "code,name,level,parent_code\n", 'code,name\n"33'])
def test_a_file_of_another_shape_is_refused_at_its_first_row(tmp_path: Path, text: str) -> None:
    with pytest.raises(DivisionsFileError) as refused:
        load_divisions(path=file_of(tmp_path, text), actor=None)
    assert refused.value.problems[0][0] == 1


def test_a_gbk_file_is_told_to_be_saved_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes(SMALL.encode("gbk"))
    with pytest.raises(DivisionsFileError, match="UTF-8"):
        load_divisions(path=path, actor=None)


def test_once_there_are_branches_only_system_administrators_load(tmp_path: Path) -> None:
    make_province()
    path = file_of(tmp_path, SMALL)
    with pytest.raises(NotAllowed):
        load_divisions(path=path, actor=make_person("one", Role.BRANCH_ADMIN, branch_at("33")))
    assert load_divisions(path=path, actor=make_person("two", Role.SYSTEM_ADMIN, branch_at("33"))).created == 0


def test_the_command_answers_0_1_or_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_divisions", file_of(tmp_path, SMALL), "--json")
    assert json.loads(capsys.readouterr().out) == {
        "ok": True,
        "created": 3,
        "changed": 0,
        "closed": 0,
        "unchanged": 0,
        "problems": [],
    }
    with pytest.raises(SystemExit) as wrong:
        call_command("load_divisions", file_of(tmp_path, SMALL + "9,某地,city,33\n"), "--json")
    answer = json.loads(capsys.readouterr().out)
    assert wrong.value.code == 1
    assert (answer["ok"], answer["problems"][0]["row"]) == (False, 5)
    with pytest.raises(SystemExit) as absent:
        call_command("load_divisions", tmp_path / "absent.csv")
    assert absent.value.code == 2
    assert "absent.csv" in capsys.readouterr().err


def test_the_102_associations_are_made_once_with_the_names_they_bear() -> None:
    load_divisions(path=ZHEJIANG, actor=None)
    made = create_associations(actor=None, on=FOUNDED)
    assert len(made) == 102
    names = {branch.code: branch.name for branch in Branch.objects.all()}
    assert len(set(names.values())) == 102
    assert names["33"] == "浙江省红十字会"
    assert names["3301"] == "杭州市红十字会"
    assert names["330182"] == "建德市红十字会"
    assert names["330106"] == "杭州市西湖区红十字会"
    assert names["331127"] == "景宁畲族自治县红十字会"
    assert create_associations(actor=None, on=today()) == []
    assert Branch.objects.count() == 102
    assert Branch.objects.find_problems() == ([], [], [], [], [])
    jiande = branch_at("330182")
    assert (jiande.province.code, jiande.city.code, jiande.county.code) == ("33", "3301", "330182")
    assert (branch_at("33").city, branch_at("3301").county) == (None, None)


def test_levels_on_paper_only_get_no_association() -> None:
    load_divisions(path=CHINA, actor=None)
    with pytest.raises(DomainError, match="不止一个省"):
        create_associations(actor=None, on=FOUNDED)
    create_associations(actor=None, on=FOUNDED, province_code="11")
    assert {branch.city_id for branch in Branch.objects.all()} == {None}
    assert branch_at("110101").name == "北京市东城区红十字会"
    assert not any(name in branch.name for name in GROUPING_NAMES for branch in Branch.objects.all())
    with pytest.raises(DomainError, match="一个平台只服务一个省"):
        create_associations(actor=None, on=FOUNDED, province_code="33")


def test_a_city_without_counties_has_one_association() -> None:
    load_divisions(path=CHINA, actor=None)
    create_associations(actor=None, on=FOUNDED, province_code="44")
    assert list(Branch.objects.filter(code__startswith="4419").values_list("code", flat=True)) == ["4419"]
