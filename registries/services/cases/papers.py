"""What a family is handed on paper: the certificate, and the extract of the report of use of a body."""

from __future__ import annotations

import datetime
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.clock import now, today
from core.printing.document import write_pdf
from core.printing.glyphs import printable
from core.sealed import reveal
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseAcceptance, CaseHandOver, CaseKin, CasePerson, CaseUse
from registries.permissions.cases import require_coordinator
from registries.selectors.cases import acceptance_of, body_unit, certificate_of, given_labels, hand_overs_of
from registries.services.cases.moving import note_case
from registries.services.cases.reading import reveal_uses

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Extract:
    """The report of use as one of the kin is handed it: of whom, where the body went, what became of it.

    `acceptance` is the unit's certificate that it received the body, where one was written down.
    """

    name: str
    relation: str
    body: CaseHandOver
    rows: list[tuple[CaseUse, str]]
    printed_on: datetime.date
    acceptance: CaseAcceptance | None = None


def print_certificate(*, case: Case, purpose: str, actor: User) -> io.BytesIO:
    """Set the certificate that was given to the family, as PDF; a logged look at the name. Not in a transaction.

    What was given is named by kind, never where it went. The file is not kept. Raises WrongState where none was given.
    """
    require_coordinator(actor, case)
    given, taken = certificate_of(case), hand_overs_of(case)
    person = CasePerson.objects.select_related("case__branch").get(case_id=case.pk)
    if given is None or person.name is None:
        raise WrongState("no_certificate", _("还没有登记颁发，或资料已按保存期限销毁，不能打印证书。"))
    name = reveal(person, "name", reader=actor, purpose=purpose) or ""
    paper = {
        "number": case.number,
        "name": printable(name),
        # What was given, not what was asked for: a part may not have been taken after all.
        "kinds": _("、").join(given_labels(taken)),
        "given_on": given.given_on,
        "handed_over_on": min(one.on for one in taken),
        "branch": printable(case.branch.name),
    }
    # Chinese whoever prints it.
    with translation.override("zh-hans"):
        html = render_to_string("registries/cases/papers/certificate.html", {"paper": paper})
    target = io.BytesIO()
    write_pdf(html, target, identifier=hashlib.sha256(case.number.encode()).digest()[:16], at=now())
    note_case(case, "certificate_printed", on=today(), actor=actor)
    target.seek(0)
    return target


def use_extract(*, case: Case, kin_id: int, purpose: str, actor: User) -> Extract:
    """What one of the kin who asked is handed: each value is a logged look. Not in a transaction.

    Of a body alone, whose unit the kin may know (宁波市遗体捐献条例 Art. 16; 个人信息保护法 Art. 49): where organs went
    stands on no paper. Raises RegistryError with fields, WrongState.
    """
    require_coordinator(actor, case)
    body = body_unit(case)
    if body is None:
        raise WrongState("no_body_given", _("这个案例没有移交遗体，没有利用记录。"))
    kin = CaseKin.objects.filter(pk=kin_id, case=case, struck_at=None).first()
    if kin is None:
        sentence = _("请选择查询的家属。")
        raise RegistryError("kin_not_listed", sentence, {"kin": sentence})
    person = CasePerson.objects.select_related("case__branch").get(case_id=case.pk)
    name = reveal(person, "name", reader=actor, purpose=purpose) or ""
    rows = reveal_uses(case=case, purpose=purpose, actor=actor)
    note_case(case, "use_extract_printed", on=today(), actor=actor)
    return Extract(name, kin.get_relation_display(), body, rows, today(), acceptance_of(case))
