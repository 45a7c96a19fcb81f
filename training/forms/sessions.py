"""Forms for planning sessions; what they mean is checked by the services."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.clock import SHANGHAI, today
from organizations.choices import Right
from organizations.forms import BranchField, DayInput, DivisionField
from organizations.models import Branch, Division
from organizations.permissions import branches_with
from training.choices import Audience, KeyGroup, OrganisationKind, SessionStatus
from training.forms.organisations import OrganisationInput
from training.models import Course, CourseVersion, FirstAidPlace, Instructor, Session
from training.selectors.instructors import instructors_to_plan
from training.selectors.organisations import offered_names
from training.selectors.places import places_to_plan
from training.selectors.sessions import LessonRow, SessionFilter, counties_of
from training.services.sessions import MOST_LESSONS, LessonPlan, SessionPlan

ADD, DROP, COUNT = "add_lesson", "drop_lesson", "lesson_count"
MOMENT_FORMAT = "%Y-%m-%dT%H:%M"
USUAL_START, USUAL_END = datetime.time(9), datetime.time(12)


class MomentField(forms.DateTimeField):
    """A day and a time of day, in the browser's own field."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT_FORMAT)
        super().__init__(widget=widget, input_formats=[MOMENT_FORMAT, MOMENT_FORMAT + ":%S"], **kwargs)


class HourInput(forms.TimeInput):
    """The browser's own field for a time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def instructor_label(instructor: Instructor) -> str:
    """How an instructor is offered: who share a name are told apart by grade and branch."""
    return f"{instructor.name}（{instructor.get_grade_display()}，{instructor.branch.short_name}）"


class CourseField(forms.ModelChoiceField):
    """A choice of courses by code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Course.objects.all(), to_field_name="code", **kwargs)


class SessionFilterForm(forms.Form):
    """What a list of sessions is narrowed to; its fields stand in the address."""

    branch = BranchField(label=_("红十字会（含下级）"), required=False)
    status = forms.ChoiceField(label=_("状态"), choices=[("", _("全部")), *SessionStatus.choices], required=False)
    course = CourseField(label=_("课程"), empty_label=_("全部"), required=False)
    from_on = forms.DateField(label=_("开班日期从"), widget=DayInput, required=False)
    to_on = forms.DateField(label=_("到"), widget=DayInput, required=False)

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data)
        offer_branches(self.fields["branch"], person)

    def asked(self) -> SessionFilter:
        """The filter; what could not be read narrows nothing and is said at its field."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else getattr(self, "cleaned_data", {})
        return SessionFilter(
            branch=data.get("branch"),
            status=data.get("status") or "",
            course=data.get("course"),
            from_on=data.get("from_on"),
            to_on=data.get("to_on"),
        )


def offer_branches(field: Any, person: User) -> None:
    """Offer the branches in which a person sees training, and all of them together."""
    field.queryset = branches_with(person, Right.VIEW_TRAINING)
    field.empty_label = _("全部")


class PlaceField(forms.ModelChoiceField):
    """A choice of places by name and branch."""

    def label_from_instance(self, obj: FirstAidPlace) -> str:
        """Name, kind and branch."""
        return f"{obj.name}（{obj.get_kind_display()}，{obj.branch.short_name}）"


class SessionForm(forms.Form):
    """A session apart from its lessons; `key` lets one form make one session."""

    course = CourseField(
        label=_("课程"), empty_label=_("请选择"), help_text=_("按第一次课那天有效的课程版本执行学时、带教比和考核。")
    )
    title = forms.CharField(label=_("班名"), max_length=80, help_text=_("例如“2026 年第 3 期救护员班”。"))
    area = DivisionField(label=_("所在县（市、区）"), queryset=Division.objects.none(), empty_label=_("请选择"))
    place = forms.CharField(label=_("上课地点"), max_length=200, help_text=_("写到门牌和教室。"))
    held_at = PlaceField(
        label=_("培训基地"), queryset=FirstAidPlace.objects.none(), required=False, empty_label=_("不在登记的场所")
    )
    contact = forms.CharField(label=_("咨询电话"), max_length=40, required=False, help_text=_("会公开，请填办公电话。"))
    seats = forms.IntegerField(label=_("名额"), min_value=1, max_value=32_000)
    audience = forms.ChoiceField(label=_("对象"), choices=Audience.choices)
    organisation = forms.CharField(
        label=_("学校或单位"),
        max_length=120,
        required=False,
        widget=OrganisationInput,
        help_text=_("专场班必填全称，或统一社会信用代码；登记过的会提示。"),
    )
    organisation_kind = forms.ChoiceField(
        label=_("单位类别（登记新单位）"),
        choices=[("", _("已登记，或只写文字")), *OrganisationKind.choices],
        required=False,
        help_text=_("登记簿里没有这个单位时选择，保存时一并登记，以后按它统计。"),
    )
    key_group = forms.ChoiceField(label=_("重点人群"), choices=KeyGroup.choices)
    sign_up_from = MomentField(label=_("报名开始"), required=False, help_text=_("不填则开放后立即可以报名。"))
    sign_up_until = MomentField(label=_("报名截止"), required=False, help_text=_("不填则到第一次课开始。"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, branch: Branch, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        area.queryset = counties_of(branch)
        if len(area.queryset) == 1:
            area.initial = area.queryset[0]
        place = self.fields["held_at"]
        assert isinstance(place, forms.ModelChoiceField)  # noqa: S101 -- narrows the type
        place.queryset = places_to_plan(branch)
        self.fields["organisation"].widget.offered = offered_names(branch)


class LessonForm(forms.Form):
    """One lesson; a row in which nothing stands is left out."""

    day = forms.DateField(label=_("日期"), widget=DayInput, error_messages={"required": _("请填写这次课的日期。")})
    starts = forms.TimeField(label=_("从"), widget=HourInput, error_messages={"required": _("请填写开始时间。")})
    ends = forms.TimeField(label=_("到"), widget=HourInput, error_messages={"required": _("请填写结束时间。")})
    lead = forms.ChoiceField(label=_("主讲"), error_messages={"required": _("请选择主讲。")})
    assistants = forms.MultipleChoiceField(label=_("助教"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, data: Any = None, *, offered: Mapping[str, Instructor], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._offered = offered
        # Plain choices: the rows share one reading of the instructors.
        labels = [(pk, instructor_label(one)) for pk, one in offered.items()]
        for name, choices in (("lead", [("", _("请选择")), *labels]), ("assistants", labels)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- narrows the type
            field.choices = choices
        if self.is_bound and self.is_empty:
            for one in self.fields.values():
                one.required = False

    @property
    def is_open(self) -> bool:
        """Whether the assistants are shown at once: where some are chosen or wrong."""
        return bool(self["assistants"].value()) or "assistants" in self.errors

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into this row; the usual hours alone are nothing."""
        return not any(self[name].value() for name in ("day", "lead", "assistants"))

    def plan(self) -> LessonPlan:
        """What was asked for; the lead comes first."""
        data = self.cleaned_data
        chosen = dict.fromkeys([data["lead"], *data["assistants"]])
        return LessonPlan(
            datetime.datetime.combine(data["day"], data["starts"], SHANGHAI),
            datetime.datetime.combine(data["day"], data["ends"], SHANGHAI),
            tuple(self._offered[pk] for pk in chosen),
        )


class PlanForms:
    """A session's form with its rows of lessons; adding or dropping a row keeps what was typed and checks nothing."""

    def __init__(
        self, data: Any, *, branch: Branch, session: Session | None = None, lessons: Sequence[LessonRow] = ()
    ) -> None:
        self.branch, self.session = branch, session
        self.is_sent = data is not None and ADD not in data and DROP not in data
        offered = {str(one.pk): one for one in instructors_to_plan(branch, today())}
        self.has_instructors = bool(offered)
        if self.is_sent:
            self.form = SessionForm(data, branch=branch, initial={})
            self.rows = [LessonForm(data, offered=offered, prefix=_prefix(n)) for n in range(_count(data))]
            return
        typed = _typed_rows(data) if data is not None else [_written(row) for row in lessons]
        start = _typed(data, SessionForm.base_fields) if data is not None else _facts(session, lessons)
        self.form = SessionForm(branch=branch, initial=start)
        self.rows = [
            LessonForm(offered=offered, prefix=_prefix(n), initial=row)
            for n, row in enumerate(typed or [{"starts": USUAL_START, "ends": USUAL_END}])
        ]

    @property
    def may_add(self) -> bool:
        """Whether another lesson may be added."""
        return len(self.rows) < MOST_LESSONS

    def is_valid(self) -> bool:
        """Whether the whole was sent and can be read; all parts are looked at."""
        if not self.is_sent:
            return False
        is_sound = not [row for row in self.rows if not row.is_valid()]
        if self.form.is_valid() and is_sound:
            return True
        if not is_sound:
            self.form.add_error(None, _("课次还不完整，请看下面各次课的提示。"))
        return False

    def plan(self) -> SessionPlan | None:
        """What was asked for; None, and said at the course, where no version of it is in force on the first day."""
        data = dict(self.form.cleaned_data)
        course: Course = data.pop("course")
        lessons = tuple(row.plan() for row in self.rows if not row.is_empty)
        day = min((one.starts_at.astimezone(SHANGHAI).date() for one in lessons), default=today())
        version = CourseVersion.objects.valid_on(day).select_related("course").filter(course=course).first()
        if version is None:
            sentence = _now("这门课在 %(day)s 没有有效的版本，请核对第一次课的日期。") % {"day": day.isoformat()}
            self.form.add_error("course", sentence)
            return None
        return SessionPlan(branch=self.branch, version=version, lessons=lessons, **data)


class SeatsForm(forms.Form):
    """How many seats a session has from now on."""

    seats = forms.IntegerField(label=_("新的名额"), min_value=1, max_value=32_000)


class MoveLessonForm(forms.Form):
    """At what other time a lesson goes."""

    day = forms.DateField(label=_("日期"), widget=DayInput)
    starts = forms.TimeField(label=_("从"), widget=HourInput)
    ends = forms.TimeField(label=_("到"), widget=HourInput)

    def times(self) -> dict[str, datetime.datetime]:
        """From when to when."""
        data = self.cleaned_data
        return {
            "starts_at": datetime.datetime.combine(data["day"], data["starts"], SHANGHAI),
            "ends_at": datetime.datetime.combine(data["day"], data["ends"], SHANGHAI),
        }


class CancelForm(forms.Form):
    """Why a session is not held."""

    reason = forms.CharField(
        label=_("取消原因"),
        max_length=500,
        min_length=2,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如“报名人数不足”。不要写个人姓名。"),
    )


def times_of(lesson: Any) -> dict[str, Any]:
    """Day and times of a lesson, for the first look at a form."""
    start, end = lesson.starts_at.astimezone(SHANGHAI), lesson.ends_at.astimezone(SHANGHAI)
    return {"day": start.date(), "starts": start.time(), "ends": end.time()}


def _prefix(row: int) -> str:
    return f"lesson{row + 1}"


def _count(data: Any) -> int:
    count = data.get(COUNT, "")
    return min(max(int(count), 1), MOST_LESSONS) if count.isascii() and count.isdigit() and len(count) < 4 else 1


def _typed(data: Any, fields: Mapping[str, forms.Field], prefix: str = "") -> dict[str, Any]:
    """What stands in the fields as it was typed, to be shown again."""
    names = {name: f"{prefix}-{name}" if prefix else name for name in fields}
    many = ("assistants",)
    return {name: data.getlist(sent) if name in many else data.get(sent, "") for name, sent in names.items()}


def _typed_rows(data: Any) -> list[dict[str, Any]]:
    """The rows as they were typed, after the one that was asked for was added or dropped."""
    rows = [_typed(data, LessonForm.base_fields, _prefix(n)) for n in range(_count(data))]
    dropped = data.get(DROP, "")
    if dropped:
        return [row for n, row in enumerate(rows) if str(n + 1) != dropped]
    if len(rows) < MOST_LESSONS:
        rows.append({**rows[-1], "day": _day_after(rows[-1]["day"])})
    return rows


def _day_after(day: str) -> str:
    try:
        return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _written(row: LessonRow) -> dict[str, Any]:
    return {
        **times_of(row.lesson),
        "lead": str(row.lead.pk) if row.lead else "",
        "assistants": [str(one.pk) for one in row.assistants],
    }


def _facts(session: Session | None, lessons: Sequence[LessonRow]) -> dict[str, Any]:
    if session is None:
        return {"key": uuid.uuid4()}
    names = (
        "title", "place", "contact", "seats", "audience", "organisation", "key_group", "sign_up_from",
        "sign_up_until", "key", "held_at",
    )  # fmt: skip
    facts = {name: getattr(session, name) for name in names}
    # Left out, it goes with the first lesson, wherever that is moved.
    if lessons and facts["sign_up_until"] == lessons[0].lesson.starts_at:
        facts["sign_up_until"] = None
    return {**facts, "course": session.version.course.code, "area": session.area_id}
