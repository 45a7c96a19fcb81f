"""What a training yearbook counts beside the public log: as it stands on a day, public facts alone, no small cells.

Everything is plain values, ready to be frozen. A count of people is None where few are hidden (core/small_cells.py);
what is hidden beside it follows from nothing else that is here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from core.lots import Lots, lots_of
from core.periods import Period
from core.small_cells import hide_few, hide_small
from organizations.choices import ASSOCIATION_KINDS
from organizations.models import Branch
from organizations.models.lineage import LINEAGE_COLUMNS
from training.choices import (
    COUNTED_RESCUE,
    AedStanding,
    CertificateKind,
    CertificateSource,
    CertificateStatus,
    ContractUnit,
    CourseKind,
    EnrolmentStatus,
    InstructorGrade,
    KeyGroup,
    MassLessonStatus,
    Measure,
    PlaceKind,
    PopulationBasis,
    SessionStatus,
)
from training.models import (
    Aed,
    Certificate,
    ExamResult,
    FirstAidPlace,
    Instructor,
    MassLesson,
    RescueCase,
    Session,
    TrainingTarget,
)
from training.selectors.contracts import contracts_of
from training.selectors.public.coverage import Residents, residents_of

Line = dict[str, Any]
HELD = (SessionStatus.SIGNED, SessionStatus.FINISHED)
_WHY = "public counts of a yearbook"
_TENTH, _HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def yearbook_counts(branch: Branch, *, with_below: bool, year: Period, day: datetime.date) -> Line:
    """All that is counted for the yearbook of a year, as it stands at the beginning of a day; at most 22 queries.

    People who hold certificates, instructors, AEDs and places are those of the day; sessions, rescues and contracts
    those of the year. Promises and rates are an association's with all below: None and without a denominator
    for one alone that has others below it.
    """
    is_whole = with_below or not _children(branch)
    holders = _holders(branch, with_below=with_below, is_whole=is_whole, year=year, day=day)
    return {
        "on": day.isoformat(),
        "holders": holders,
        "targets": _targets(branch, year, holders) if is_whole else None,
        "sessions": _sessions(branch, with_below=with_below, year=year),
        "instructors": _instructors(branch, with_below=with_below, day=day),
        "aeds": _aeds(branch, with_below=with_below, day=day),
        "places": _places(branch, with_below=with_below),
        "rescues": _rescues(branch, with_below=with_below, year=year),
        "contracts": _contracts(branch, with_below=with_below, year=year),
    }


def _children(branch: Branch) -> list[Branch]:
    rows = Branch.objects.valid().filter(path__startswith=branch.path, depth=branch.depth + 1)
    return list(rows.filter(kind__in=ASSOCIATION_KINDS))


def _holders(branch: Branch, *, with_below: bool, is_whole: bool, year: Period, day: datetime.date) -> Line:
    """People with a certificate that counts on the day: each once, in a kind and in a group once again."""
    rows = (
        Certificate.objects.unscoped(_WHY)
        .of_branch(branch, with_below=with_below)
        .filter(Q(expires_on__isnull=True) | Q(expires_on__gt=day), issued_on__lt=day)
        # As it stood at the beginning of the day: what ended in the course of it was valid then.
        .filter(Q(status=CertificateStatus.VALID) | Q(ended_on__gte=day))
        .order_by()
    )
    people = Count("learner", distinct=True)
    children = _children(branch) if with_below else []
    residents = residents_of([branch, *children], year.first_day.year, PopulationBasis.RESIDENT) if is_whole else {}
    count, of = hide_few(rows.aggregate(n=people)["n"]), f"holders:{branch.code}:{year}"
    return {
        "count": count,
        "rate": _rate(count, residents.get(branch.pk)),
        "residents": _residents(residents.get(branch.pk)),
        "by_kind": _hidden("kind", CertificateKind.values, _grouped(rows, "kind", people), of=f"{of}:kind"),
        "by_key_group": _hidden("key_group", KeyGroup.values, _grouped(rows, "key_group", people), of=f"{of}:group"),
        "by_branch": _holders_by_branch(branch, children, rows, people, residents, of=f"{of}:branch"),
    }


def _holders_by_branch(
    branch: Branch,
    children: list[Branch],
    rows: QuerySet[Any],
    people: Any,
    residents: dict[int, Residents],
    *,
    of: str,
) -> list[Line]:
    """The associations next below with all below them, and first what the branch certified itself."""
    if not children:
        return []
    columns = {LINEAGE_COLUMNS[one.kind] for one in children}
    found = {pk: n for column in sorted(columns) for pk, n in _grouped(rows, column, people).items() if pk is not None}
    own = rows.filter(branch=branch).aggregate(n=people)["n"]
    counts = [own, *(found.get(one.pk, 0) for one in children)]
    shown = hide_small(counts, _lots(of), ["", *(one.code for one in children)])
    lines = [
        {"code": branch.code, "name": branch.name, "own": True, "count": shown[0], "rate": None, "residents": None}
    ]
    for one, count in zip(children, shown[1:], strict=True):
        known = residents.get(one.pk)
        lines.append({
            "code": one.code, "name": one.name, "own": False, "count": count, "rate": _rate(count, known),
            "residents": _residents(known),
        })  # fmt: skip
    return lines


def _targets(branch: Branch, year: Period, holders: Line) -> list[Line]:
    """The year's promises with what was done by the day of counting, by the day on which it happened."""
    # A share of the staff of schools is on no log; /training/coverage/schools/ has it.
    counted = TrainingTarget.objects.exclude(measure=Measure.SCHOOL_STAFF)
    rows = counted.filter(branch=branch, year=year.first_day.year).order_by("measure", "kind", "-pk")
    newest: dict[tuple[str, str], list[TrainingTarget]] = {}
    for one in rows:
        newest.setdefault((one.measure, one.kind), []).append(one)
    issued = _issued_in(branch, year) if newest else {}
    heard = _heard_in(branch, year) if newest else 0
    holding = {"": holders["count"], **{line["kind"]: line["count"] for line in holders["by_kind"]}}
    found = []
    for (measure, kind), told in sorted(newest.items()):
        done = {
            Measure.AUDIENCE: heard,
            Measure.ISSUED: issued.get(kind, 0) if kind else sum(issued.values()),
            Measure.HOLDERS: holding.get(kind, 0),
        }[Measure(measure)]
        target = told[0]
        rate = None if done is None else str((Decimal(done) * 100 / target.count).quantize(_TENTH))
        found.append({
            "measure": measure, "kind": kind, "target": target.count, "done": done, "rate": rate,
            "document": target.document, "is_changed": len(told) > 1,
        })  # fmt: skip
    return found


def _issued_in(branch: Branch, year: Period) -> dict[str, int]:
    rows = (
        Certificate.objects.unscoped(_WHY)
        .of_branch(branch, with_below=True)
        .filter(issued_on__range=(year.first_day, year.last_day))
        .exclude(source=CertificateSource.REISSUE)
    )
    return _grouped(rows.order_by(), "kind", Count("pk"))


def _heard_in(branch: Branch, year: Period) -> int:
    rows = MassLesson.objects.unscoped(_WHY).of_branch(branch, with_below=True)
    held = rows.filter(status=MassLessonStatus.CONFIRMED, held_on__range=(year.first_day, year.last_day))
    return held.aggregate(n=Sum("audience_count"))["n"] or 0


def _sessions(branch: Branch, *, with_below: bool, year: Period) -> Line:
    """Sessions that ended in the year and whose results are signed, who was examined, who passed at the first try."""
    held = Session.objects.unscoped(_WHY).of_branch(branch, with_below=with_below)
    held = held.filter(status__in=HELD, ends_on__range=(year.first_day, year.last_day)).order_by()
    kinds = _grouped(held, "version__course__kind", Count("pk"))
    first = ExamResult.objects.filter(
        enrolment__session__in=held.values("pk"), enrolment__status=EnrolmentStatus.SEATED, attempt=1
    ).order_by()
    examined = _grouped(first, "enrolment__session__version__course__kind", Count("pk"))
    whole = sum(examined.values())
    passed = first.filter(is_passed=True).count()
    lines = _hidden("kind", CourseKind.values, examined, keep=kinds, of=f"examined:{branch.code}:{year}")
    shown = [line["count"] for line in lines]
    # A rate beside the number that it is of gives away how few failed.
    passed_shown, failed_shown = hide_small([passed, whole - passed], _lots("passed"))
    has_rate = whole and passed_shown is not None and failed_shown is not None
    is_given_away = _is_given_away([one for one in shown if one != 0], whole)
    return {
        "count": sum(kinds.values()),
        "examined": None if is_given_away else hide_few(whole),
        "passed": passed_shown,
        "failed": failed_shown,
        "rate": str((Decimal(passed) * 100 / whole).quantize(_TENTH)) if has_rate else None,
        "by_kind": [
            {"kind": kind, "count": kinds[kind], "examined": people}
            for kind, people in zip([kind for kind in CourseKind.values if kind in kinds], shown, strict=True)
        ],
    }


def _instructors(branch: Branch, *, with_below: bool, day: datetime.date) -> Line:
    rows = Instructor.objects.unscoped(_WHY).of_branch(branch, with_below=with_below)
    valid = rows.filter(Q(qualified_to__isnull=True) | Q(qualified_to__gt=day), qualified_from__lte=day).order_by()
    grades = _grouped(valid, "grade", Count("pk"))
    lines = _hidden("grade", InstructorGrade.values, grades, of=f"instructors:{branch.code}:{day.year}")
    return {"count": hide_few(sum(grades.values())), "by_grade": lines}


def _aeds(branch: Branch, *, with_below: bool, day: datetime.date) -> Line:
    rows = Aed.objects.for_public_display().of_branch(branch, with_below=with_below)
    # The standing follows from the dates of each; a province has some thousands.
    dates = rows.only("is_faulty", "pads_expire_on", "battery_expires_on", "inspect_by").order_by()
    found = dict.fromkeys(AedStanding.values, 0)
    for one in dates.iterator(chunk_size=2000):
        found[one.standing(day)] += 1
    return {
        "count": sum(found.values()),
        "by_standing": [{"standing": name, "count": n} for name, n in found.items() if n],
    }


def _places(branch: Branch, *, with_below: bool) -> Line:
    rows = FirstAidPlace.objects.for_public_display().of_branch(branch, with_below=with_below)
    kinds = _grouped(rows.order_by(), "kind", Count("pk"))
    lines = [{"kind": kind, "count": kinds[kind]} for kind in PlaceKind.values if kind in kinds]
    return {"count": sum(kinds.values()), "by_kind": lines}


def _rescues(branch: Branch, *, with_below: bool, year: Period) -> Line:
    """Cases of the year that a second person verified; how many were saved where they are not few."""
    rows = RescueCase.objects.unscoped(_WHY).of_branch(branch, with_below=with_below)
    told = rows.filter(status__in=COUNTED_RESCUE, happened_on__range=(year.first_day, year.last_day)).aggregate(
        n=Count("pk"), saved=Sum("saved_count"), aed=Count("pk", filter=Q(with_aed=True))
    )
    return {"count": told["n"], "with_aed": told["aed"], "saved": hide_few(told["saved"] or 0)}


def _contracts(branch: Branch, *, with_below: bool, year: Period) -> list[Line]:
    """The contracts of services that ran in the year: what was agreed and what was delivered so far."""
    return [
        {
            "number": line.contract.number,
            "branch": line.contract.branch.code,
            "branch_name": line.contract.branch.name,
            "buyer": line.contract.buyer,
            "subject": line.contract.subject,
            "price": f"{line.contract.price:.2f}",
            "unit": line.contract.unit,
            "agreed": line.contract.quantity,
            "delivered": _quantity(line.delivered, line.contract.unit),
            "accepted": _quantity(line.contract.accepted_quantity, line.contract.unit),
            "status": line.contract.status,
        }
        for line in contracts_of(branch, with_below=with_below, first=year.first_day, last=year.last_day)
    ]


def _quantity(count: int | None, unit: str) -> int | None:
    return hide_few(count) if count is not None and unit == ContractUnit.PERSON else count


def shown_groups(counts: dict[str, int], *, of: str) -> list[Line]:
    """Key groups with how many there are of each, few of them hidden; none where their known sum says how many.

    `of` is whose groups they are, in which year.
    """
    lines = _hidden("key_group", KeyGroup.values, counts, of=f"groups:{of}")
    return [] if _is_given_away([line["count"] for line in lines], sum(counts.values())) else lines


def _is_given_away(shown: list[int | None], whole: int) -> bool:
    """Whether a sum says what is hidden among its parts, none of which is zero."""
    hidden = shown.count(None)
    rest = whole - sum(one for one in shown if one is not None)
    return hidden == 1 or (hidden > 1 and rest <= hidden)


def _hidden(name: str, order: list[str], counts: dict[str, int], *, of: str, keep: Iterable[str] = ()) -> list[Line]:
    """Lines of one sum in their order, those without anybody left out unless kept."""
    kept = set(keep)
    members = [value for value in order if counts.get(value) or value in kept]
    shown = hide_small([counts.get(value, 0) for value in members], _lots(of), members)
    return [{name: value, "count": count} for value, count in zip(members, shown, strict=True)]


def _lots(of: str) -> Lots:
    return lots_of(f"training.yearbook:{of}")


def _grouped(rows: QuerySet[Any], column: str, what: Any) -> dict[Any, int]:
    return dict(rows.values(grouped_by=F(column)).annotate(n=what).values_list("grouped_by", "n"))


def _rate(count: int | None, residents: Residents | None) -> str | None:
    """Percent with two places; None without a denominator or with a hidden number."""
    if count is None or residents is None:
        return None
    return str((Decimal(count) * 100 / residents.count).quantize(_HUNDREDTH))


def _residents(known: Residents | None) -> Line | None:
    if known is None:
        return None
    return {"count": known.count, "year": known.year, "basis": known.basis, "source": known.source}
