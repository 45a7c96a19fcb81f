"""Associations that teach, issue, correct and end through a year, for the tests of the yearbook; all is committed."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from core.clock import frozen_at
from core.periods import parse_period
from core.progress import NoProgress
from organizations.choices import Role
from organizations.models import Branch, Division
from tests.factories.people import branch_at, make_person
from tests.permissions.training_objects import PAPER
from tests.standing import Standing
from tests.training.certified import certified
from tests.training.ground import Ground, make_ground
from tests.transparency.ground import moment, place_all
from tests.transparency.ground import publish as publish_run
from training.choices import KeyGroup, Measure, PopulationBasis, ReissueReason, RevokeReason, Setting, Topic
from training.models import Certificate, MassLesson
from training.services.ending import reissue_certificate, revoke_certificate
from training.services.figures import record_population, set_target
from training.services.mass_lessons import (
    MassLessonDraft,
    confirm_mass_lesson,
    correct_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    submit_mass_lesson,
)
from transparency.choices import ReportKind, ReportScope
from transparency.models import ReportRun
from transparency.services.runs import make_run, render_run

YEARBOOK = ReportKind.TRAINING_YEARBOOK.value


@dataclass
class Year:
    """The ground of training with what was done on it in 2025, and who reports."""

    training: Ground
    people: dict[str, User] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    lessons: dict[str, MassLesson] = field(default_factory=dict)

    def branch(self, code: str) -> Branch:
        """An association."""
        return branch_at(code)

    def certify(self, count: int, *, on: str, first: int) -> list[Certificate]:
        """A class of the county that was held and certified on a day."""
        with frozen_at(moment(on, 18) + datetime.timedelta(days=1)):
            made = certified(self.training, count, days_ago=1, first=first)
        self.certificates += made
        return made

    def draft(self, held_on: str, audience: int, **over: Any) -> MassLessonDraft:
        """A mass lesson of the county, or of another branch."""
        branch = over.pop("branch", self.training.branch)
        maker = over.pop("maker", self.training.person("lead"))
        said = {
            "branch": branch,
            "held_on": datetime.date.fromisoformat(held_on),
            "area": Division.objects.get(code=branch.division_id if len(branch.division_id) == 6 else "330302"),
            "place": "示例中学报告厅",
            "topic": Topic.CPR_AED,
            "setting": Setting.SCHOOL,
            "minutes": 90,
            "audience_count": audience,
            "key_group": KeyGroup.STUDENT,
            "evidence": keep_evidence(upload=io.BytesIO(PAPER), actor=maker),
        }
        return MassLessonDraft(**{**said, **over})

    def teach(self, held_on: str, audience: int, *, confirmed: str = "", **over: Any) -> MassLesson:
        """A mass lesson that one wrote down and another confirmed on a day (that on which it was held)."""
        maker = over.pop("maker", self.training.person("lead"))
        checker = over.pop("checker", self.training.person("officer"))
        with frozen_at(moment(confirmed or held_on, 20)):
            lesson = create_mass_lesson(draft=self.draft(held_on, audience, maker=maker, **over), actor=maker)
            submit_mass_lesson(lesson_id=lesson.pk, actor=maker)
            return confirm_mass_lesson(lesson_id=lesson.pk, actor=checker)

    def correct(self, lesson: MassLesson, audience: int, *, on: str, **over: Any) -> MassLesson:
        """A lesson whose number of listeners was wrong, put right on a day."""
        maker = self.training.person("lead")
        with frozen_at(moment(on, 11)):
            new = correct_mass_lesson(
                lesson_id=lesson.pk, draft=self.draft(lesson.held_on.isoformat(), audience, **over),
                note="示例：签到表重复计数", actor=maker,
            )  # fmt: skip
            submit_mass_lesson(lesson_id=new.pk, actor=maker)
            return confirm_mass_lesson(lesson_id=new.pk, actor=self.training.person("officer"))

    def make(
        self, period: str = "2025", *, code: str = "33", scope: str = ReportScope.BELOW, on: str = ""
    ) -> ReportRun:
        """Freeze a yearbook in the January after its year, once every record has its place."""
        year = parse_period(period)
        place_all()
        with frozen_at(moment(on or f"{int(period) + 1}-01-20", 3)):
            return make_run(kind=YEARBOOK, branch=branch_at(code), scope=scope, period=year, actor=None, queue=False)

    def ready(self, period: str = "2025", **over: Any) -> ReportRun:
        """A yearbook with its files."""
        return render_run(run_id=self.make(period, **over).pk, job=NoProgress())

    def publish(self, run: ReportRun) -> ReportRun:
        """Bring a ready yearbook out."""
        return publish_run(run, checker=self.people["clerk"], approver=self.people["publisher"])


def make_year() -> Year:
    """2025: a class of twelve, five lessons, one corrected, one late, one of another city, a revocation, a reissue."""
    year = Year(make_ground())
    top, other = branch_at("33"), branch_at("3303")
    year.people = {
        "clerk": make_person("clerk.33", Role.CLERK, top),
        "publisher": make_person("publisher", Role.PUBLISHER, top, with_below=True),
        "second": make_person("second.publisher", Role.PUBLISHER, top),
        "other.lead": make_person("other.lead", Role.INSTRUCTOR, other),
    }
    officer = year.training.person("officer")
    with frozen_at(moment("2025-01-02")):
        record_population(
            branch=year.training.branch, year=2024, basis=PopulationBasis.RESIDENT, count=400_000,
            source="示例统计公报（虚构）", actor=officer,
        )  # fmt: skip
        set_target(
            branch=year.training.branch, year=2025, measure=Measure.AUDIENCE, kind="", count=1_000,
            document="示例民生实事文件", actor=officer,
        )  # fmt: skip
    year.lessons["late"] = year.teach("2024-12-20", 40, confirmed="2025-01-10")
    year.certify(12, on="2025-03-10", first=0)
    year.lessons["wrong"] = year.teach("2025-04-02", 120)
    year.lessons["right"] = year.correct(year.lessons["wrong"], 100, on="2025-04-20", topic=Topic.TRAUMA)
    year.lessons["plain"] = year.teach("2025-06-03", 60, key_group=KeyGroup.NONE)
    year.lessons["other"] = year.teach(
        "2025-07-01", 300, branch=other, maker=year.people["other.lead"], checker=year.training.person("stranger"),
        topic=Topic.DISASTER,
    )  # fmt: skip
    with frozen_at(moment("2025-08-01")):
        revoke_certificate(
            certificate_id=year.certificates[0].pk, reason=RevokeReason.FRAUD, note="示例：代考", actor=officer
        )
        reissue_certificate(
            certificate_id=year.certificates[1].pk, reason=ReissueReason.LOST, actor=year.training.person("issuer")
        )
    place_all()
    return year


YEAR = Standing("training_year", make_year)
