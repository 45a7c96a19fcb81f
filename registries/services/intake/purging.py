"""What is destroyed of files of donors who joined on paper (docs/personal-data.md)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI
from core.retention.terms import Asked, Outcome, Term
from registries.choices.intake import INTAKE_DAYS
from registries.services.intake.files import give_up_intakes, intakes_to_give_up


def purge_intakes(asked: Asked) -> Outcome:
    """Give up files that came in seven days ago and were not brought in: their lines are emptied, nobody is written."""
    day = asked.today - datetime.timedelta(days=INTAKE_DAYS - 1)
    before = datetime.datetime.combine(day, datetime.time(), SHANGHAI)
    due = intakes_to_give_up(before=before).count()
    return Outcome(due=due) if asked.is_dry else Outcome(due=due, destroyed=give_up_intakes(before=before))


INTAKE_TERMS: tuple[Term, ...] = (
    Term(
        "registries.intakes",
        "P3",
        _("上传的原有造血干细胞志愿者名单和逐行内容"),
        _("核对、由第二人批准后带入"),
        _("原文件核对完当夜销毁；每一行带入、作废时清空，最长七天；行号、问题、办理结果和经过保留"),
        "个人信息保护法 第六条、第十九条",
        purge_intakes,
    ),
)
