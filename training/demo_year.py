"""A past year of first-aid training in the demo, told month by month, so that there is a yearbook to read."""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from accounts.services.people import create_person
from core.clock import SHANGHAI, now
from organizations.choices import Role
from organizations.models import Branch, Division
from organizations.services import grant_role
from training.choices import (
    AedOwner,
    ContractUnit,
    KeyGroup,
    Measure,
    PlaceKind,
    PopulationBasis,
    ReissueReason,
    RescueKind,
    RevokeReason,
    Setting,
    Topic,
)
from training.demo import Team, hold_session, join_session, make_session, make_team
from training.models import Certificate, MassLesson, ServiceContract, Session
from training.services.aeds import open_place, put_up_aed
from training.services.contracts import sign_contract
from training.services.ending import reissue_certificate, revoke_certificate
from training.services.figures import record_population, set_target
from training.services.issuing import issue_certificates
from training.services.mass_lessons import (
    MassLessonDraft,
    confirm_mass_lesson,
    correct_mass_lesson,
    create_mass_lesson,
    keep_evidence,
    submit_mass_lesson,
)
from training.services.rescues import RescueReport, keep_rescue_evidence, report_rescue, verify_rescue

# A mass lesson each: month, day, association, person-times, setting, topic, group.
_LESSONS = (
    (1, 14, "3301", 180, Setting.SCHOOL, Topic.CPR_AED, KeyGroup.STUDENT),
    (1, 22, "3303", 95, Setting.COMMUNITY, Topic.AIRWAY, KeyGroup.NONE),
    (2, 20, "330182", 60, Setting.VILLAGE, Topic.ACCIDENT, KeyGroup.NONE),
    (3, 5, "3301", 420, Setting.SCHOOL, Topic.CPR_AED, KeyGroup.STUDENT),
    (3, 17, "3303", 130, Setting.COMPANY, Topic.TRAUMA, KeyGroup.WORKER),
    (4, 9, "330182", 210, Setting.SCHOOL, Topic.ACCIDENT, KeyGroup.STUDENT),
    (4, 23, "3301", 75, Setting.OFFICE, Topic.CPR_AED, KeyGroup.CADRE),
    (5, 8, "3303", 360, Setting.COMMUNITY, Topic.CPR_AED, KeyGroup.NONE),
    (5, 12, "3301", 540, Setting.SCHOOL, Topic.DISASTER, KeyGroup.STUDENT),
    (6, 11, "330182", 88, Setting.COMPANY, Topic.TRAUMA, KeyGroup.WORKER),
    (7, 3, "3303", 66, Setting.COMMUNITY, Topic.ACCIDENT, KeyGroup.VOLUNTEER),
    (7, 16, "3301", 120, Setting.COMMUNITY, Topic.AIRWAY, KeyGroup.NONE),
    (8, 13, "330182", 45, Setting.VILLAGE, Topic.DISASTER, KeyGroup.NONE),
    (9, 10, "3301", 610, Setting.SCHOOL, Topic.CPR_AED, KeyGroup.STUDENT),
    (9, 13, "3303", 480, Setting.SCHOOL, Topic.CPR_AED, KeyGroup.STUDENT),
    (9, 24, "330182", 150, Setting.SCHOOL, Topic.AIRWAY, KeyGroup.TEACHER),
    (10, 15, "3301", 98, Setting.COMPANY, Topic.TRAUMA, KeyGroup.DRIVER),
    (11, 6, "3303", 140, Setting.OFFICE, Topic.CPR_AED, KeyGroup.POLICE),
    (11, 19, "330182", 72, Setting.COMMUNITY, Topic.ACCIDENT, KeyGroup.NONE),
    (12, 5, "3301", 230, Setting.COMPANY, Topic.DISASTER, KeyGroup.WORKER),
)
# A class each: month, day, association, people, group.
_CLASSES: tuple[tuple[int, int, str, int, str], ...] = (
    (3, 18, "3301", 20, KeyGroup.TEACHER),
    (5, 20, "330182", 18, KeyGroup.NONE),
    (6, 17, "3303", 20, KeyGroup.GUIDE),
    (9, 17, "3301", 20, KeyGroup.NONE),
    (11, 18, "330182", 16, KeyGroup.VOLUNTEER),
)
# Who fails in each class, so that together they are enough to be shown.
_FAILING = 2
_AREAS = {"3301": "330106", "330182": "330182", "3303": "330302"}
# Made-up numbers: the source says so.
_INHABITANTS = {"33": 300_000, "3301": 120_000, "330182": 30_000, "3303": 80_000}


@dataclass(frozen=True)
class YearMoment:
    """A step: a moment, and what is done then."""

    at: datetime.datetime
    run: Callable[[], object]


@dataclass
class TrainingYear:
    """A year of three associations; `branches` by code, `people` by login; what was made is kept up as it goes."""

    year: int
    branches: dict[str, Branch]
    people: dict[str, User]
    teams: dict[str, Team] = field(default_factory=dict)
    sessions: dict[tuple[int, str], Session] = field(default_factory=dict)
    lessons: dict[tuple[int, int], MassLesson] = field(default_factory=dict)
    contract: ServiceContract | None = None

    def moments(self, month: datetime.date) -> Iterator[YearMoment]:
        """The steps of a month, in no order; none in another year."""
        if month.year != self.year:
            return
        found = [*self._lesson_steps(), *self._class_steps(), *self._other_steps()]
        yield from (one for one in found if one.at.astimezone(SHANGHAI).month == month.month)

    def _at(self, month: int, day: int, hour: int, run: Callable[[], object]) -> YearMoment:
        return YearMoment(datetime.datetime(self.year, month, day, hour, 30, tzinfo=SHANGHAI), run)

    def _lesson_steps(self) -> Iterator[YearMoment]:
        for month, day, *said in _LESSONS:
            yield self._at(month, day, 17, partial(self._teach, (month, day), *said))

    def _class_steps(self) -> Iterator[YearMoment]:
        for place, (month, day, code, count, group) in enumerate(_CLASSES):
            key = (month, code)
            yield self._at(month, 2, 10, partial(self._plan, key, day, count, group, place))
            yield self._at(month, day, 13, partial(self._hold, key))
            yield self._at(month, day + 2, 10, partial(self._issue, key))

    def _other_steps(self) -> Iterator[YearMoment]:
        yield self._at(1, 3, 9, self._begin)
        # Held in the year before, confirmed in this one.
        before = datetime.date(self.year - 1, 12, 27)
        yield self._at(1, 6, 9, lambda: self._lesson(
            "3301", 55, Setting.FAMILY, Topic.ACCIDENT, KeyGroup.NONE, held_on=before))  # fmt: skip
        yield self._at(6, 25, 9, self._around)
        yield self._at(4, 28, 10, self._correct)
        yield self._at(8, 20, 10, self._end)
        yield self._at(10, 21, 10, self._rescue)

    def _begin(self) -> None:
        """Teams, what rates are of, what was promised, a contract."""
        self.teams["3301"] = make_team(
            self.branches["3301"], self.people["hangzhou.trainer"], self.people["hangzhou.instructor"]
        )
        for code, place in (("330182", _("建德")), ("3303", _("温州"))):
            hands = []
            for role, word in ((Role.TRAINING_OFFICER, _("培训")), (Role.INSTRUCTOR, _("师资"))):
                # Nobody signs in as these: they have no password.
                person = create_person(login=f"{code}.{role.value}", name=f"示例{place}{word}", actor=None)
                since = now().astimezone(SHANGHAI).date()
                grant_role(person=person, role=role, branch=self.branches[code], valid_from=since, actor=None)
                hands.append(person)
            self.teams[code] = make_team(self.branches[code], *hands)
        actors = {"33": self.people["training.officer"], **{code: team.officer for code, team in self.teams.items()}}
        for code, actor in actors.items():
            record_population(
                branch=self.branches[code], year=self.year - 1, basis=PopulationBasis.RESIDENT,
                count=_INHABITANTS[code], source=_("示例统计公报（虚构数字）"), actor=actor,
            )  # fmt: skip
        for measure, count in ((Measure.AUDIENCE, 4_000), (Measure.ISSUED, 80)):
            for code in ("33", "3301"):
                set_target(
                    branch=self.branches[code], year=self.year, measure=measure, kind="",
                    count=count if code == "33" else count // 2, document=_("示例民生实事项目文件"), actor=actors[code],
                )  # fmt: skip
        self._sell()

    def _around(self) -> None:
        """AEDs, one of which nobody inspects in time, and a station each."""
        day = now().astimezone(SHANGHAI).date()
        for place, (code, team) in enumerate(self.teams.items()):
            area = Division.objects.get(code=_AREAS[code])
            facts = {
                "site": _("示例体育中心服务台"), "area": area, "address": _("示例路 18 号"),
                "opening_hours": _("每天 8:00 至 21:00"), "phone": "0571-00000000", "keeper": _("示例场馆管理处"),
                "owner": AedOwner.RED_CROSS, "model": _("示例 A2"), "serial": f"Y000{place}", "put_up_on": day,
                "inspection_days": 30 if place == 1 else 366, "pads_expire_on": day + datetime.timedelta(days=900),
                "battery_expires_on": day + datetime.timedelta(days=900),
            }  # fmt: skip
            put_up_aed(branch=team.branch, facts=facts, actor=team.officer)
            base = {
                "kind": PlaceKind.STATION, "name": _("示例红十字救护站"), "area": area, "address": _("示例路 18 号"),
                "opening_hours": _("每天 8:00 至 18:00"), "phone": "0571-00000000", "capacity": 20, "square_metres": 40,
                "equipment": _("急救箱 2 个"), "started_on": day,
            }  # fmt: skip
            open_place(branch=team.branch, facts=base, actor=team.officer)

    def _sell(self) -> None:
        """A contract of services, under which lessons in schools are held."""
        team, day = self.teams["3301"], now().astimezone(SHANGHAI).date()
        contract = {
            "buyer": _("示例区卫生健康局"), "subject": _("示例学校师生应急救护普及培训"),
            "document": _("示例采购文件 1 号"),
            "price": Decimal("48000.00"), "quantity": 4, "unit": ContractUnit.LESSON, "signed_on": day,
            "starts_on": day, "ends_on": datetime.date(self.year, 12, 31),
        }  # fmt: skip
        self.contract = sign_contract(branch=team.branch, facts=contract, key=uuid.uuid4(), actor=team.officer)

    def _draft(
        self, code: str, count: int, setting: str, topic: str, group: str, held_on: datetime.date | None = None
    ) -> MassLessonDraft:
        team = self.teams[code]
        photo = io.BytesIO()
        Image.new("RGB", (640, 400), "#dfe7ec").save(photo, "PNG")
        photo.seek(0)
        return MassLessonDraft(
            branch=team.branch, held_on=held_on or now().astimezone(SHANGHAI).date(),
            area=Division.objects.get(code=_AREAS[code]), place=_("示例会场"), topic=topic, setting=setting, minutes=60,
            audience_count=count, key_group=group, instructor=team.lead,
            evidence=keep_evidence(upload=photo, actor=team.instructor),
            contract=self.contract if code == "3301" and setting == Setting.SCHOOL else None,
        )  # fmt: skip

    def _lesson(
        self, code: str, count: int, setting: str, topic: str, group: str, held_on: datetime.date | None = None
    ) -> MassLesson:
        team = self.teams[code]
        draft = self._draft(code, count, setting, topic, group, held_on)
        return self._confirmed(team, create_mass_lesson(draft=draft, actor=team.instructor))

    def _confirmed(self, team: Team, lesson: MassLesson) -> MassLesson:
        submit_mass_lesson(lesson_id=lesson.pk, actor=team.instructor)
        return confirm_mass_lesson(lesson_id=lesson.pk, actor=team.officer)

    def _correct(self) -> None:
        """The sheet of a lesson was counted twice."""
        team, old = self.teams["3301"], self.lessons[(3, 5)]
        draft = self._draft("3301", 402, Setting.SCHOOL, Topic.CPR_AED, KeyGroup.STUDENT, old.held_on)
        note = _("示例：签到表有 18 人重复，更正人次。")
        self._confirmed(team, correct_mass_lesson(lesson_id=old.pk, draft=draft, note=note, actor=team.instructor))

    def _teach(self, at: tuple[int, int], *said: Any) -> None:
        self.lessons[at] = self._lesson(*said)

    def _plan(self, key: tuple[int, str], day: int, count: int, group: str, place: int) -> None:
        team = self.teams[key[1]]
        title = _("%(year)s 年第 %(n)s 期心肺复苏班（示例）") % {"year": self.year, "n": place + 1}
        days = day - now().astimezone(SHANGHAI).day
        self.sessions[key] = make_session(team, title, days=days, seats=20, area=_AREAS[key[1]], group=group)
        join_session(self.sessions[key], count, first=200 + 40 * place)

    def _hold(self, key: tuple[int, str]) -> None:
        hold_session(self.teams[key[1]], self.sessions[key], failing=_FAILING)

    def _issue(self, key: tuple[int, str]) -> None:
        issue_certificates(session_id=self.sessions[key].pk, actor=self.teams[key[1]].officer)

    def _end(self) -> None:
        """One certificate was issued by mistake, one is lost and issued again."""
        team = self.teams["3301"]
        rows = Certificate.objects.unscoped("demo").filter(branch=team.branch).order_by("pk")
        first, second = rows[:2]
        revoke_certificate(
            certificate_id=first.pk, reason=RevokeReason.MISTAKE, note=_("示例：登记串行"), actor=team.officer
        )
        reissue_certificate(certificate_id=second.pk, reason=ReissueReason.LOST, actor=team.officer)

    def _rescue(self) -> None:
        team = self.teams["3301"]
        paper = io.BytesIO()
        Image.new("RGB", (640, 400), "#dfe7ec").save(paper, "PNG")
        paper.seek(0)
        report = RescueReport(
            branch=team.branch, happened_on=now().astimezone(SHANGHAI).date() - datetime.timedelta(days=2),
            area=Division.objects.get(code=_AREAS["3301"]), kind=RescueKind.CARDIAC, rescuer=_("示例救护员"),
            evidence=keep_rescue_evidence(upload=paper, actor=team.instructor), with_aed=True,
        )  # fmt: skip
        case = report_rescue(report=report, actor=team.instructor)
        verify_rescue(case_id=case.pk, actor=team.officer)
