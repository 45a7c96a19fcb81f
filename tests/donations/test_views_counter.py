"""The counter: gifts typed one after the other, each once."""

import io
import uuid

import pytest
from django.urls import reverse
from PIL import Image

from core.clock import today
from core.files import open_stored
from core.models import AuditEvent, StoredFile
from donations.choices import BatchStatus
from donations.forms.gifts import typed_day
from donations.models import Batch, StagedGift
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db
COUNTER = "/desk/donations/new/"


def form_of(ground: Ground, **over: object) -> dict[str, object]:
    typed = {"fund": ground.fund.code, "donor": "示例甲乙", "amount": "100", "received_on": "今天"}
    return {**typed, "name_choice": "masked", "purpose": "general", "entry_key": str(uuid.uuid4()), **over}


def photo(kind: str = "JPEG", *, exif: bool = False) -> io.BytesIO:
    content = io.BytesIO()
    picture = Image.new("RGB", (40, 30), (200, 20, 20))
    if exif:
        notes = Image.Exif()
        notes[0x010F] = "虚构牌相机"
        notes[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}
        picture.save(content, kind, exif=notes)
    else:
        picture.save(content, kind)
    content.seek(0)
    content.name = f"示例甲乙的转账.{kind.lower()}"
    return content


def test_a_gift_is_typed_and_stands_in_todays_list(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    answer = client.post(COUNTER, form_of(ground, amount="1.2万"), follow=True).content.decode()
    row = StagedGift.objects.get()
    assert (str(row.amount), row.received_on, row.level) == ("12000.00", today(), "passed")
    assert "人民币壹万贰仟元整" in answer
    assert "合计 1 笔" in answer
    assert row.batch.kind == "counter"


def test_a_double_click_adds_one_gift(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    form = form_of(ground)
    assert client.post(COUNTER, form).status_code == 302
    assert client.post(COUNTER, form).status_code == 302
    assert StagedGift.objects.count() == 1
    assert str(Batch.objects.unscoped("test").get().found_total) == "100.00"


def test_the_back_button_after_submitting_the_batch_adds_nothing(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    form = form_of(ground)
    client.post(COUNTER, form)
    ground.submit(Batch.objects.unscoped("test").get())
    assert client.post(COUNTER, form).status_code == 302
    assert StagedGift.objects.count() == 1
    assert Batch.objects.unscoped("test").get().status == BatchStatus.SUBMITTED


def test_two_equal_gifts_from_two_forms_are_two_gifts(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    client.post(COUNTER, form_of(ground))
    client.post(COUNTER, form_of(ground))
    assert StagedGift.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("amount", "-5", "负数"),
        ("amount", "0", "金额为零"),
        ("amount", "1.234", "小数超过两位"),
        ("amount", "123456789012345", "14 位"),
        ("amount", "=1+1", "不是金额"),
        ("received_on", "2020.13.45", "不是真实的日期"),
        ("received_on", "2099-01-01", "晚于今天"),
        ("received_on", "1900-01-01", "早于 1949"),
        ("donor", "", "必填"),
        ("donor", "示" * 300, "超过上限 200"),
        ("fund", "9999-F1", "9999-F1"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field_and_nothing_is_added(
    ground: Ground, field: str, value: str, sentence: str
) -> None:
    answer = ground.client(ground.clerk).post(COUNTER, form_of(ground, **{field: value}))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not StagedGift.objects.exists()


@pytest.mark.parametrize("name", ["𬭎䶮示例", "=HYPERLINK(示例)", "示例·买买提", "<b>示例</b>"])
def test_rare_and_hostile_names_are_kept_as_they_were_typed(ground: Ground, name: str) -> None:
    answer = ground.client(ground.clerk).post(COUNTER, form_of(ground, donor=name), follow=True)
    assert StagedGift.objects.get().donor == name
    assert "<b>示例</b>" not in answer.content.decode()


def test_days_as_clerks_type_them() -> None:
    this_year = today().year
    assert typed_day("今天") == today()
    assert typed_day("２０２００１２２").isoformat() == "2020-01-22"
    assert typed_day("0101").isoformat() == f"{this_year}-01-01"
    # The last such day that is not to come.
    assert typed_day("1231").year == (this_year if (today().month, today().day) == (12, 31) else this_year - 1)


def test_the_amount_is_said_back_in_capitals(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    said = client.get(reverse("desk_counter_amount"), {"amount": "１，234.50"}).content.decode()
    assert said == "¥1,234.50 人民币壹仟贰佰叁拾肆元伍角整"
    assert "不是金额" in client.get(reverse("desk_counter_amount"), {"amount": "甲"}).content.decode()


def test_a_photo_is_kept_without_place_device_and_name(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    client.post(COUNTER, form_of(ground, voucher=photo(exif=True)))
    row = StagedGift.objects.select_related("voucher").get()
    assert row.voucher is not None
    assert (row.voucher.name, row.voucher.data_class) == ("voucher.jpg", StoredFile.DataClass.PERSONAL)
    with open_stored(row.voucher) as stored:
        content = stored.read()
    assert "虚构牌".encode() not in content
    with Image.open(io.BytesIO(content)) as kept:
        assert not kept.getexif()
        assert kept.size == (40, 30)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html><script>alert(1)</script>", "只能是 JPG、PNG 图片或 PDF"),
        (b"", "只能是 JPG、PNG 图片或 PDF"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01 broken", "图片已损坏"),
        (b"%PDF-1.4" + b"0" * (10 * 1024 * 1024), "不能超过 10 MB"),
    ],
)
def test_a_voucher_of_another_kind_is_refused_and_nothing_is_added(
    ground: Ground, content: bytes, sentence: str
) -> None:
    file = io.BytesIO(content)
    file.name = "voucher.jpg"
    answer = ground.client(ground.clerk).post(COUNTER, form_of(ground, voucher=file))
    assert sentence in answer.content.decode()
    assert not StagedGift.objects.exists()
    assert not Batch.objects.unscoped("test").exists()


def test_a_voucher_is_shown_to_makers_and_approvers_and_recorded(ground: Ground) -> None:
    ground.client(ground.clerk).post(COUNTER, form_of(ground, voucher=photo("PNG")))
    batch = Batch.objects.unscoped("test").get()
    address = reverse("desk_row_voucher", args=[batch.number, 1])
    answer = ground.client(ground.approver).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    b"".join(answer.streaming_content)
    assert AuditEvent.objects.filter(verb="donations.batch.voucher_read", actor_id=ground.approver.pk).count() == 1
    assert ground.client(ground.stranger).get(address).status_code == 404


def test_a_row_is_removed_and_brought_back(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    client.post(COUNTER, form_of(ground))
    batch = Batch.objects.unscoped("test").get()
    address = reverse("desk_counter_row", args=[batch.number, 1])
    shown = client.post(address, follow=True).content.decode()
    assert "已移除第 1 笔" in shown
    assert "合计 0 笔" in shown
    assert "合计 1 笔" in client.post(address, {"act": "restore"}, follow=True).content.decode()


def test_the_clerk_of_another_branch_cannot_enter_here(ground: Ground) -> None:
    answer = ground.client(ground.stranger).post(COUNTER, form_of(ground))
    assert answer.status_code == 200
    assert not StagedGift.objects.exists()
    assert ground.client(ground.approver).get(COUNTER).status_code == 403


def test_the_givers_name_is_not_kept_in_the_session(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    client.post(COUNTER, form_of(ground, donor="示例庚辛"))
    assert "示例庚辛" not in str(dict(client.session))
