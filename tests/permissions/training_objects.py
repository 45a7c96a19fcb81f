"""What the table needs of training: objects in HOME, made through the services."""

from __future__ import annotations

import io
from typing import Any

from accounts.models import User
from core.clock import today
from organizations.models import Division
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from training.choices import Setting, Topic
from training.models import MassLesson
from training.services.mass_lessons import (
    MassLessonDraft,
    confirm_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    submit_mass_lesson,
)

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def make_training(people: dict[str, User]) -> dict[str, Any]:
    """The objects by their names in the table."""
    return _mass_lessons(people["instructor.own"], people["training_officer.own"])


def _mass_lessons(instructor: User, officer: User) -> dict[str, Any]:
    def drafted() -> MassLesson:
        draft = MassLessonDraft(
            branch=branch_at(HOME),
            held_on=today(),
            area=Division.objects.get(code="330106"),
            place="示例广场",
            topic=Topic.CPR_AED,
            setting=Setting.COMMUNITY,
            minutes=60,
            audience_count=120,
            evidence=keep_evidence(upload=io.BytesIO(PAPER), actor=instructor),
        )
        return create_mass_lesson(draft=draft, actor=instructor)

    def submitted() -> MassLesson:
        return submit_mass_lesson(lesson_id=drafted().pk, actor=instructor)

    confirmed = confirm_mass_lesson(lesson_id=submitted().pk, actor=officer)
    return {
        "mass_draft": drafted().number,
        "mass_submitted": submitted().number,
        "mass_confirmed": confirmed.number,
    }
