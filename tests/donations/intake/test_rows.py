"""Rows: levels, problems in one voice, digests, and proposals about giver and purpose."""

import datetime
from decimal import Decimal

import pytest

from donations.intake import RowContext, content_key, read_row, row_fingerprint
from donations.intake.proposals import donor_kind, earmark, pass_through

TODAY = datetime.date(2025, 6, 1)
GOOD = {"donor": "示例甲", "amount": 100.0, "received_on": "2020.01.22"}


def row_of(number=17, context=None, **over):
    return read_row({**GOOD, **over}, row_number=number, context=context or RowContext(today=TODAY))


def codes(row):
    return [problem.code for problem in row.problems]


def test_a_plain_row_passes():
    row = row_of()
    assert (row.level, row.problems) == ("passed", ())
    assert (row.donor, row.amount, row.received_on) == ("示例甲", Decimal("100.00"), datetime.date(2020, 1, 22))


def test_a_problem_names_row_and_field_and_says_what_to_do():
    row = row_of(amount="-5")
    assert row.level == "error"
    assert row.problems[0].as_dict() == {
        "row": 17,
        "field": "amount",
        "code": "amount_negative",
        "message": "第 17 行「金额」：“-5”是负数，捐赠金额应大于零；退款或更正请对原记录办理冲正，不要写在清单里。",
    }


def test_all_problems_of_a_row_are_told_at_once():
    assert codes(row_of(donor="", amount="零", received_on="2020.13.45")) == [
        "donor_missing",
        "amount_not_a_number",
        "date_impossible",
    ]


def test_no_message_holds_the_giver_or_what_might_be_a_name():
    row = row_of(donor="示例甲转来虚构乙捐款", amount="虚构丙", received_on="虚构丁")
    assert len(row.problems) == 3
    assert not any("虚构" in problem.message or "示例甲" in problem.message for problem in row.problems)


def test_a_name_of_300_characters_is_an_error_with_the_limit():
    row = row_of(donor="甲" * 300)
    assert (row.level, codes(row)) == ("error", ["donor_too_long"])
    assert "300" in row.problems[0].message
    assert "200" in row.problems[0].message
    assert row.content_key == ""
    assert row_of(donor="甲" * 200).level == "passed"


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"amount": 0.45}, "amount_tiny"),
        ({"donor": "测试用户"}, "donor_test_like"),
        ({"donor": "示*"}, "donor_masked"),
        ({"remark": "以上已公示"}, "maybe_shown_before"),
        ({"remark": "定向捐款"}, "earmark_bare"),
        ({"remark": "示例甲县、示例乙县各25万元"}, "earmark_several"),
        ({"donor": "示例甲转来虚构乙捐款"}, "pass_through"),
        ({"reference": 1.2345678901234568e17}, "number_truncated"),
    ],
)
def test_what_a_person_should_look_at_is_a_warning(over, code):
    row = row_of(**over)
    assert (row.level, codes(row)) == ("warning", [code])


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"currency": "美元"}, "currency_foreign"),
        ({"reference": "1" * 101}, "number_too_long"),
        ({"remark": "长" * 2001}, "text_too_long"),
    ],
)
def test_what_cannot_be_taken_is_an_error(over, code):
    row = row_of(**over)
    assert (row.level, codes(row)) == ("error", [code])


@pytest.mark.parametrize("currency", ["人民币", "CNY", "rmb ", "", "元"])
def test_yuan_by_any_name_is_fine(currency):
    assert row_of(currency=currency).level == "passed"


def test_a_day_after_the_one_in_the_title_is_a_warning():
    context = RowContext(today=TODAY, as_of=datetime.date(2020, 1, 21))
    assert codes(row_of(context=context)) == ["date_after_list"]


def test_the_same_gift_has_the_same_key_in_any_file():
    first, second = row_of(donor="虚构（示例）公司\t"), row_of(3, donor="虚构(示例)公司", amount="100", remark="另一个")
    assert (
        first.content_key == second.content_key == content_key("虚构(示例)公司", Decimal("100.00"), first.received_on)
    )
    assert len(first.content_key) == 32


def test_another_day_changes_the_key_but_not_the_fingerprint():
    first, second = row_of(), row_of(received_on="2020.01.23")
    assert first.content_key != second.content_key
    assert first.row_fingerprint == second.row_fingerprint == row_fingerprint("示例甲", Decimal("100.00"))


@pytest.mark.parametrize("over", [{"amount": 100.01}, {"donor": "示例乙"}])
def test_another_amount_or_giver_changes_both(over):
    assert row_of(**over).content_key != row_of().content_key
    assert row_of(**over).row_fingerprint != row_of().row_fingerprint


def test_columns_without_a_field_are_not_kept():
    assert set(row_of().raw) == {"donor", "amount", "received_on"}


# --- who ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "虚构示例有限公司", "示例市虚构阀门经营部", "示例省虚构商会", "示例大学附属虚构医院", "虚构示例慈善基金会",
        "示例县人民政府", "林业局",
        "示例（虚构）科技有限公司", "示例(虚构)有限公司全体员工", "虚构股份有限公司和员工捐款",
        "示例市第一中学", "中国虚构银行示例支行",
        "虚构中心（有限合伙）", "Example Trading Co., Ltd.", "示例街道虚构社区", "虚构区妇联", "示例寺院",
    ],
)  # fmt: skip
def test_organisations_are_proposed_by_how_their_names_end(name):
    assert donor_kind(name) == "organisation"


@pytest.mark.parametrize(
    "name",
    [
        "示例甲", "张一中", "王学会", "李中心", "欧阳新店", "韦式班", "代乐怡", "EXAMPLE NAME", "阿卜杜·虚构",
        "示例甲（虚构大学）",
        "虚构有限公司张三", "虚构有限公司（李四）", "福州89人", "汽车交流群", "示例甲转来虚构有限公司捐款", "",
    ],
)  # fmt: skip
def test_in_doubt_a_giver_is_a_person(name):
    assert donor_kind(name) == "person"


@pytest.mark.parametrize(
    "name", ["爱心人士", "无名氏", "匿名", "一位爱心人士", "不愿透露姓名", "爱心人士捐款", "匿名 用户", "好心人"]
)
def test_anonymous_givers_are_recognised(name):
    assert donor_kind(name) == "anonymous"


def test_a_gift_between_organisations_is_one_of_an_organisation():
    assert donor_kind("虚构市红十字会转来示例有限公司捐款") == "organisation"


@pytest.mark.parametrize(
    ("name", "giver", "via"),
    [
        ("示例甲转来虚构乙捐款", "虚构乙", "示例甲"),
        ("示例甲\t转来虚构贸易有限公司捐款", "虚构贸易有限公司", "示例甲"),
        ("示例甲转入虚构商会捐款", "虚构商会", "示例甲"),
        ("示例甲代虚构乙捐款", "虚构乙", "示例甲"),
        ("示例甲（代虚构乙）", "虚构乙", "示例甲"),
        ("示例甲（虚构乙代捐）", "示例甲", "虚构乙"),
        ("示例甲（虚构大学）", "示例甲", ""),
        ("示例有限公司转来示例甲、示例乙联名捐款", "示例甲、示例乙联名", "示例有限公司"),
    ],
)
def test_a_gift_passed_on_proposes_giver_and_go_between(name, giver, via):
    proposal = pass_through(name)
    assert (proposal.giver, proposal.via) == (giver, via)


@pytest.mark.parametrize(
    "name",
    [
        "代乐怡",
        "王代兵",
        "邱代蓉",
        "欧阳代玉",
        "虚构保险代理有限公司",
        "示例现代农业发展有限公司",
        "广东省时代公益基金会",
        "虚构（示例）有限公司",
        "示例甲（7岁）",
        "示例甲",
    ],
)
def test_a_name_is_not_taken_apart_for_a_character(name):
    assert pass_through(name) is None


@pytest.mark.parametrize(
    ("purpose", "remark", "text", "unclear"),
    [
        ("", "建设示例市虚构医院", "建设示例市虚构医院", ""),
        ("", "定向捐赠给虚构县红十字会", "定向捐赠给虚构县红十字会", ""),
        ("", "其中1100万元定向", "其中1100万元定向", "bare"),
        ("", "示例医院55万，虚构医院15万", "示例医院55万，虚构医院15万", "several"),
        ("示例县学校重建", "", "示例县学校重建", ""),
        ("定向", "用于示例县", "用于示例县", ""),
        ("定向", "", "定向", "bare"),
    ],
)
def test_a_remark_becomes_a_proposed_earmark(purpose, remark, text, unclear):
    proposal = earmark(purpose, remark)
    assert (proposal.text, proposal.unclear) == (text, unclear)


@pytest.mark.parametrize(
    ("purpose", "remark"), [("非定向", "用于示例县"), ("", "不定向"), ("", "虚构集团员工"), ("", ""), ("否", "")]
)
def test_what_is_no_earmark_is_not_proposed_as_one(purpose, remark):
    assert earmark(purpose, remark) is None
