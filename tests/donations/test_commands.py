"""The commands: the same way as the pages, with their exit statuses and one JSON object."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from donations.models import Batch, Donation
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command."""
    status = 0
    try:
        call_command(*arguments)
    except SystemExit as left:
        status = int(left.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def path(ground: Ground, tmp_path: Path) -> Path:
    return ground.text_list(tmp_path, "2020-01-05,示例甲乙,100,", "2020-01-05,虚构示例贸易有限公司,2.50,")


def imported(capsys: pytest.CaptureFixture[str], path: Path, *more: str) -> tuple[int, dict[str, object]]:
    status, out, _err = run(
        capsys, "import_donations", str(path), "--branch", "330182", "--by", "jia.clerk", "--json", *more
    )
    return status, json.loads(out)


def test_a_list_goes_from_file_to_ledger_by_commands(
    ground: Ground, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = imported(capsys, path)
    assert status == 0
    assert (report["rows"], report["total"], report["declared_rows"]) == (2, "102.50", None)
    assert set(report) == {
        "batch", "layout", "rows", "total", "declared_rows", "declared_total", "passed", "warnings", "errors",
        "duplicates", "excluded", "problems",
    }  # fmt: skip
    number = str(report["batch"])
    assert run(capsys, "submit_batch", number, "--by", "jia.clerk")[0] == 0
    assert run(capsys, "approve_batch", number, "--by", "yi.approver")[0] == 0
    assert Donation.objects.unscoped("test").count() == 2


def test_a_rehearsal_writes_nothing(ground: Ground, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = imported(capsys, path, "--dry-run")
    assert (status, report["rows"]) == (0, 2)
    assert not Batch.objects.unscoped("test").exists()
    assert imported(capsys, path)[1]["batch"] == "330182-2026-B00000001"


def test_errors_and_unmet_sums_end_with_1_and_name_the_rows(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ground.text_list(tmp_path, "2020.13.45,示例甲乙,1.2万,", "2020-01-05,示例丙丁,-5,")
    status, report = imported(capsys, path)
    assert status == 1
    assert {(problem["row"], problem["code"]) for problem in report["problems"]} == {
        (2, "amount_read_as"), (2, "date_impossible"), (3, "amount_negative"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import_donations", "nowhere.csv", "--branch", "330182", "--by", "jia.clerk"], "没有这个文件"),
        (["import_donations", "PATH", "--branch", "9999", "--by", "jia.clerk"], "没有编码为“9999”"),
        (["import_donations", "PATH", "--branch", "330182", "--by", "nobody"], "没有可用的登录名"),
        (["import_donations", "PATH", "--branch", "330182", "--by", "yi.approver"], "没有“录入和导入捐赠"),
        (["import_donations", "PATH", "--branch", "330182", "--by", "jia.clerk", "--fund", "X"], "“X”的可用资金池"),
        (["import_donations", "PATH", "--branch", "330182", "--by", "jia.clerk", "--on", "甲"], "看不懂"),
        (["submit_batch", "x", "--by", "jia.clerk"], "没有找到批次 x"),
        (["decide_duplicates", "x", "--by", "jia.clerk"], "请用 --keep 或 --drop"),
    ],
)
def test_what_cannot_run_ends_with_2_and_one_clear_line(
    ground: Ground, path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    status, _out, err = run(capsys, *[str(path) if one == "PATH" else one for one in arguments])
    assert status == 2
    assert sentence in err
    assert len(err.strip().splitlines()) == 1


def test_a_file_that_is_no_list_ends_with_2_as_json(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"%PDF-1.4 not a workbook")
    status, report = imported(capsys, path)
    assert status == 2
    assert set(report) == {"code", "message", "fields"}


def test_own_work_is_not_approved_by_command_either(
    ground: Ground, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(imported(capsys, path)[1]["batch"])
    run(capsys, "submit_batch", number, "--by", "jia.clerk")
    Batch.objects.unscoped("test").update(maker_ids=[ground.clerk.pk, ground.approver.pk])
    status, _out, err = run(capsys, "approve_batch", number, "--by", "yi.approver")
    assert status == 2
    assert "不能再由您审核" in err


def test_suspicions_are_decided_by_row_and_the_rest_together(
    ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ground.posted(("示例甲乙", "1"), ("示例丙丁", "2"), ("示例戊己", "3"))
    rows = ("2026-01-05,示例甲乙,1,", "2026-01-05,示例丙丁,2,", "2026-01-05,示例戊己,3,")
    number = str(imported(capsys, ground.text_list(tmp_path, *rows, name="again.csv"))[1]["batch"])
    status, out, _err = run(capsys, "decide_duplicates", number, "--keep", "3", "--drop", "all", "--by", "jia.clerk")
    assert (status, "还有 0 行未决定" in out) == (0, True)
    batch = Batch.objects.unscoped("test").get(number=number)
    assert list(ground.rows(batch).values_list("duplicate_decision", flat=True)) == ["drop", "keep", "drop"]
    assert run(capsys, "decide_duplicates", number, "--keep", "3,x", "--by", "jia.clerk")[0] == 2
    assert run(capsys, "decide_duplicates", number, "--keep", "9", "--by", "jia.clerk")[0] == 2
