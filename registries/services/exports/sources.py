"""What the lists of exports are made of: whose rows, under which consent, with which cells."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentKind
from core.sealed import open_many_for_work, reveal_many
from registries.choices import ConsentAct, ConsentSubject, Sex, WishStatus
from registries.choices.donors import DonorStatus
from registries.choices.papers import IDENTITY_OF, WISH_OF, ExportField, ExportList
from registries.models import Collection, Consent, Donor, Export, Registrant, Wish
from registries.services.departed import died_among
from registries.services.wish_content import SHOWN_LABELS, WishContent, content_of

Row = Wish | Donor
# In the place of a telephone.
NOT_RUNG = gettext_lazy("不要拨打")
_DETAILS = (ExportField.ADDRESS, ExportField.PEOPLE, ExportField.EDUCATION, ExportField.OCCUPATION)


@dataclass(frozen=True)
class Source:
    """One list: its rows as they are now, the consent without which nobody stands in it, the cells of a row.

    `cells` takes a row and what was opened of it, by sealed column. `skips_dead` leaves out whoever is known to have
    died, where the list is for ringing people up; in the others whoever died, or does not consent to `rung_under`,
    stands without a telephone.
    """

    number_label: str | Promise
    rows: Callable[[Export], QuerySet[Any]]
    cells: Callable[[Any, dict[str, str]], dict[str, str]]
    consent: str = ""
    skips_dead: bool = False
    rung_under: str = ""

    def is_for_ringing(self, export: Export) -> bool:
        """Whether people are rung up by the file: that is what the list is for, or it has telephones to be rung."""
        return self.skips_dead or (bool(self.rung_under) and ExportField.PHONE in export.columns)

    def people_of(self, export: Export, rows: Sequence[Row]) -> dict[int, Registrant]:
        """Who each row is about, by the row's id; who did not consent to what the list is for is left out.

        Three queries, and three more where the dead are left out.
        """
        keys = open_many_for_work(rows, "registrant", work=f"registries.export:{export.number}")
        wanted = {row.pk: uuid.UUID(key) for row, key in zip(rows, keys, strict=True) if key}
        people = Registrant.objects.unscoped("of an approved export").filter(
            row_key__in=set(wanted.values()), destroyed_at=None
        )
        if self.consent:
            people = people.filter(_agrees(self.consent))
        known = list(people.select_related("branch"))
        dead = died_among(known) if self.skips_dead else frozenset()
        by_key = {one.row_key: one for one in known if one.pk not in dead}
        return {pk: by_key[key] for pk, key in wanted.items() if key in by_key}

    def may_be_rung(self, people: Sequence[Registrant]) -> frozenset[int]:
        """The ids of those whose telephone may stand in the list; three queries, none where no ringing is meant."""
        if not self.rung_under:
            return frozenset(one.pk for one in people)
        rows = Registrant.objects.unscoped("of an approved export").filter(_agrees(self.rung_under))
        agree = rows.filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True)
        return frozenset(agree) - died_among(people)


def _agrees(subject: str) -> Exists:
    """Whether a registrant's consent is in force."""
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    return Exists(
        Consent.objects.filter(~Exists(taken_back), registrant=OuterRef("pk"), subject=subject, act=ConsentAct.GIVEN)
    )


def batch_of(export: Export, source: Source, rows: Sequence[Row]) -> Iterator[tuple[int, list[str]]]:
    """The id and the cells of each row whose person may stand in the list, every value read for who asked."""
    people = source.people_of(export, rows)
    rows = [one for one in rows if one.pk in people]
    reader, purpose = export.requested_by, f"{export.number} {export.purpose}"[:200]
    # The name is read whatever is asked for, so that each person in the file has a row in the log.
    wanted = {"name", *(IDENTITY_OF[one] for one in export.columns if one in IDENTITY_OF)}
    rung = source.may_be_rung(list(people.values())) if ExportField.PHONE in export.columns else frozenset()

    def opened_of(name: str, among: Sequence[Any]) -> dict[int, str]:
        values = reveal_many(among, name, reader=reader, purpose=purpose)
        return {one.pk: value or "" for one, value in zip(among, values, strict=True)}

    known = [people[one.pk] for one in rows]
    identity = {
        name: opened_of(name, [one for one in known if one.pk in rung] if name == "phone" else known)
        for name in sorted(wanted)
    }
    texts = {name: opened_of(name, rows) for name in sorted({WISH_OF[one] for one in export.columns if one in WISH_OF})}
    for row in rows:
        person = people[row.pk]
        opened = {name: values.get(person.pk, str(NOT_RUNG)) for name, values in identity.items()}
        opened |= {name: values[row.pk] for name, values in texts.items()}
        cells = {**_person_cells(person, opened), **source.cells(row, opened)}
        yield row.pk, [row.number, *(cells[one] for one in export.columns)]


def _person_cells(person: Registrant, opened: dict[str, str]) -> dict[str, str]:
    details: dict[str, Any] = json.loads(opened.get("details") or "{}")
    sex = details.get("sex", "")
    return {
        ExportField.NAME: opened["name"],
        ExportField.DOCUMENT_KIND: str(DocumentKind(person.document_kind).label),
        ExportField.DOCUMENT: opened.get("document", ""),
        ExportField.PHONE: opened.get("phone", ""),
        ExportField.SEX: str(Sex(sex).label) if sex in Sex.values else "",
        ExportField.BORN_ON: details.get("born_on", ""),
        **{one: details.get(one.value, "") for one in _DETAILS},
    }


def _wish_cells(wish: Wish, opened: dict[str, str]) -> dict[str, str]:
    content = content_of(opened["content"]) if opened.get("content") else WishContent(stance="", items=())
    return {
        ExportField.SIGNED_ON: wish.signed_on.isoformat(),
        ExportField.STANCE: str(SHOWN_LABELS["stance"].get(content.stance, "")),
        ExportField.ITEMS: _("、").join(str(SHOWN_LABELS["items"][one]) for one in content.items),
        ExportField.REFUSED: _("、").join(str(SHOWN_LABELS["items"][one]) for one in content.refused),
        ExportField.SECRECY: _("本人要求保密") if content.is_secret else "",
        ExportField.EXECUTOR: content.executor_name,
        ExportField.EXECUTOR_PHONE: content.executor_phone,
        ExportField.REFERENCE: opened.get("reference", ""),
    }


def _donor_cells(donor: Donor, _opened: dict[str, str]) -> dict[str, str]:
    return {
        ExportField.ENROLLED_ON: donor.enrolled_on.isoformat(),
        ExportField.TYPED_ON: donor.typed_on.isoformat() if donor.typed_on else "",
        ExportField.PROGRESS: str(DonorStatus(donor.status).label),
    }


def _wishes(export: Export) -> QuerySet[Wish]:
    rows: QuerySet[Wish] = Wish.objects.unscoped("of an approved export's branch")
    return rows.filter(branch_id=export.branch_id, status=WishStatus.IN_FORCE)


def _donors(export: Export) -> QuerySet[Donor]:
    rows: QuerySet[Donor] = Donor.objects.unscoped("of an approved export's branch")
    return rows.filter(branch_id=export.branch_id, ended_at=None)


_GAVE = Exists(Collection.objects.filter(donor=OuterRef("pk"), collected_on__isnull=False))
_WISH_NUMBER, _DONOR_NUMBER = gettext_lazy("登记编号"), gettext_lazy("志愿者编号")

SOURCES: dict[str, Source] = {
    ExportList.IN_FORCE: Source(_WISH_NUMBER, _wishes, _wish_cells, rung_under=ConsentSubject.CONTACT),
    ExportList.HAND_OVER: Source(
        _WISH_NUMBER,
        lambda export: _wishes(export).filter(handed_over_on=None),
        _wish_cells,
        consent=ConsentSubject.TRANSFER,
    ),
    ExportList.DONORS: Source(_DONOR_NUMBER, _donors, _donor_cells, rung_under=ConsentSubject.STEM_CONTACT),
    ExportList.CALLED: Source(
        _DONOR_NUMBER,
        lambda export: _donors(export).filter(Q(is_called=True)),
        _donor_cells,
        consent=ConsentSubject.STEM_CONTACT,
        skips_dead=True,
    ),
    ExportList.GAVE: Source(
        _DONOR_NUMBER,
        lambda export: _donors(export).filter(_GAVE),
        _donor_cells,
        rung_under=ConsentSubject.STEM_CONTACT,
    ),
}
