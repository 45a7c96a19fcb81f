"""What the answers to the health questions mean for joining; kept sealed, as yes and no alone."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registries.choices.donors import HEALTH_QUESTIONS, Meaning
from registries.errors import RegistryError


@dataclass(frozen=True)
class Judged:
    """What the answers mean: joined now, or with the first sample no earlier than `deferred_until`."""

    text: str
    deferred_until: datetime.date | None


def judge_answers(answers: Mapping[str, bool], *, on: datetime.date, doctor_agrees: bool) -> Judged:
    """Look at the answers to all questions, given on a day; nothing is kept of who is not suitable.

    Raises RegistryError by field: a question left open, one that forbids joining, one that asks for a doctor first.
    """
    faults: dict[str, str] = {}
    until: datetime.date | None = None
    for question in HEALTH_QUESTIONS:
        said, field = answers.get(question.code), f"answer_{question.code}"
        if said is None:
            faults[field] = _("请选择“是”或“否”。")
        elif said and question.meaning == Meaning.UNSUITABLE:
            faults[field] = _("这种情况不适合加入，谢谢您的心意。资料不会保存。")
        elif said and question.meaning == Meaning.ASK and not doctor_agrees:
            faults[field] = _("请先请医生确认，医生认为可以的再勾选“医生已确认”。")
        elif said and question.meaning == Meaning.DEFER:
            day = on + datetime.timedelta(days=question.days)
            until = day if until is None else max(until, day)
    if faults:
        raise RegistryError("answers_incomplete", _("健康询问还不完整，或不适合加入，请看各题的提示。"), faults)
    kept = {question.code: bool(answers[question.code]) for question in HEALTH_QUESTIONS}
    return Judged(json.dumps(kept), until)


def answer_lines(text: str) -> list[tuple[str, str]]:
    """The kept answers as lines of question and answer, in the order of the questions."""
    kept = json.loads(text)
    yes, no = _("是"), _("否")
    return [(str(one.text), yes if kept[one.code] else no) for one in HEALTH_QUESTIONS if one.code in kept]
