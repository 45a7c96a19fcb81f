"""What is typed while a session is held: the roll of a lesson, the sheet of marks.

Both say with hidden fields what stood on the page, so that only what was changed is written, and nothing that somebody
else wrote meanwhile is written over.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from training.choices import Presence, Skill
from training.models import Lesson
from training.selectors.held import HeldSession, Row
from training.services.examining import Marks, Seen

_SEEN, _PRESENCE, _THEORY, _SKILL = "seen-", "presence-", "theory-", "skill-"
PASSED, FAILED = "passed", "failed"
# An id of the database; anything longer was not ours.
_MOST_DIGITS = 18


class RollForm:
    """The roll of a lesson: who is on the page, what it said of them, what was chosen."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._data = data or {}
        self.is_bound = data is not None
        self.shown = {one: str(self._data[f"{_SEEN}{one}"]) for one in _ids(self._data, _SEEN)}
        self.chosen = {
            one: value for one in _ids(self._data, _PRESENCE) if (value := str(self._data[f"{_PRESENCE}{one}"]))
        }

    def marks(self) -> dict[int, str]:
        """What differs from what the page showed; with the button for it, whoever had no mark is present."""
        chosen = dict(self.chosen)
        if self._data.get("all"):
            present = str(Presence.PRESENT)
            chosen |= {one: chosen.get(one) or shown or present for one, shown in self.shown.items()}
        return {one: value for one, value in chosen.items() if value != self.shown.get(one)}

    def lines(self, held: HeldSession, lesson: Lesson) -> list[dict[str, Any]]:
        """The rows of the page, with what was chosen where something was sent."""
        found = []
        for row in held.seated:
            mark = row.marks.get(lesson.pk)
            shown = mark.presence if mark else ""
            value = self.chosen.get(row.enrolment.pk, shown) if self.is_bound else shown
            found.append({"row": row, "mark": mark, "shown": shown, "value": value})
        return found

    def is_of(self, held: HeldSession) -> bool:
        """Whether the roster is still the one that the page showed."""
        return set(self.shown) == {row.enrolment.pk for row in held.seated}


@dataclass
class MarksForm:
    """The sheet of marks as it was sent, and what is wrong with it by enrolment id."""

    data: Mapping[str, Any] | None = None
    errors: dict[int, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_bound(self) -> bool:
        """Whether something was sent."""
        return self.data is not None

    def sent(self, skills: Iterable[str], *, has_theory: bool) -> tuple[dict[int, Marks], dict[int, Seen]]:
        """The rows that were changed, and what the page had shown of them; fills `errors`.

        With the button for it, every skill that was left open counts as passed where somebody was examined.
        """
        data, marks, shown = self.data or {}, {}, {}
        for one in _ids(data, _SEEN):
            was = seen_from(str(data[f"{_SEEN}{one}"]))
            mark = self._mark(one, was.marks, skills, has_theory=has_theory)
            if mark is not None and mark != was.marks:
                marks[one], shown[one] = mark, was
        if self.errors:
            self.problem = _("有 %(n)d 人的成绩填错，请按提示修改。") % {"n": len(self.errors)}
        return marks, shown

    def refuse(self, sentence: str, fields: Mapping[str, str]) -> None:
        """Put what a service refused onto the sheet, at the rows that it names."""
        self.problem = sentence
        self.errors |= {int(one): text for one, text in fields.items() if one.isdecimal()}

    def lines(self, held: HeldSession) -> list[dict[str, Any]]:
        """The rows of the page, with what was typed where something was sent."""
        return [self._line(row, held.session.version.skills) for row in held.seated]

    def _mark(self, one: int, was: Marks, skills: Iterable[str], *, has_theory: bool) -> Marks | None:
        data = self.data or {}
        try:
            # A field that was not sent says nothing.
            theory = read_score(str(data.get(f"{_THEORY}{one}", plain(was.theory)))) if has_theory else None
        except InvalidOperation:
            self.errors[one] = _("理论成绩请填 0 至 100 的数字，最多一位小数。")
            return None
        chosen = {skill: str(data.get(f"{_SKILL}{one}-{skill}", _stands(was, skill))) for skill in skills}
        if data.get("rest") and (theory is not None or not has_theory):
            chosen = {skill: value or PASSED for skill, value in chosen.items()}
        return Marks(
            theory,
            frozenset(skill for skill, value in chosen.items() if value == PASSED),
            frozenset(skill for skill, value in chosen.items() if value == FAILED),
        )

    def _line(self, row: Row, skills: Iterable[str]) -> dict[str, Any]:
        one, data = row.enrolment.pk, self.data or {}
        is_sent = f"{_SEEN}{one}" in data
        marks = seen_of(row).marks
        stands = plain(marks.theory)
        theory = str(data.get(f"{_THEORY}{one}", stands))[:12] if is_sent else stands
        cells = []
        for skill in skills:
            standing = _stands(marks, skill)
            value = str(data.get(f"{_SKILL}{one}-{skill}", standing)) if is_sent else standing
            cells.append({"code": skill, "label": Skill(skill).label, "value": value})
        return {
            "row": row,
            "theory": theory,
            "skills": cells,
            "seen": seen_text(seen_of(row)),
            "error": self.errors.get(one),
        }


def read_score(written: str) -> Decimal | None:
    """Read a mark as it is typed, full width too; None for nothing. Raises InvalidOperation."""
    text = unicodedata.normalize("NFKC", written).strip().rstrip("分").strip()
    if not text:
        return None
    if not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit() or len(text) > len("100.0"):
        raise InvalidOperation
    return Decimal(text)


def plain(theory: Decimal | None) -> str:
    """A mark without places that say nothing: 85, 85.5."""
    return "" if theory is None else f"{theory.normalize():f}"


def seen_of(row: Row) -> Seen:
    """What a page shows of one person's exam."""
    result = row.result
    if result is None:
        return Seen()
    passed, failed = frozenset(result.skills_passed), frozenset(result.skills_failed)
    return Seen(result.attempt, Marks(result.theory, passed, failed))


def seen_text(seen: Seen) -> str:
    """What a page showed of one person's exam, for its hidden field."""
    marks = seen.marks
    return f"{seen.attempt}|{plain(marks.theory)}|{','.join(sorted(marks.passed))}|{','.join(sorted(marks.failed))}"


def seen_from(text: str) -> Seen:
    """What a hidden field says; what was not written by us matches nothing that stands."""
    attempt, _bar, rest = text.partition("|")
    parts = rest.split("|")
    if len(parts) != 3 or not attempt.isdecimal() or len(attempt) > 4:
        return Seen(attempt=-1)
    try:
        theory = read_score(parts[0])
    except InvalidOperation:
        return Seen(attempt=-1)
    passed, failed = (frozenset(part.split(",")) - {""} for part in parts[1:])
    return Seen(int(attempt), Marks(theory, passed, failed))


def _stands(marks: Marks, skill: str) -> str:
    return PASSED if skill in marks.passed else FAILED if skill in marks.failed else ""


def _ids(data: Mapping[str, Any], start: str) -> list[int]:
    tails = (name.removeprefix(start) for name in data if name.startswith(start))
    return [int(tail) for tail in tails if tail.isascii() and tail.isdecimal() and len(tail) <= _MOST_DIGITS]
