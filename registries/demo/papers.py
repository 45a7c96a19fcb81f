"""The demo's papers: other telephones, a correction, consents that came and went, what still stands there, exports."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from core.clock import today
from core.identifiers import id_check_digit
from core.printing.glyphs import find_face
from registries.choices import WISH_CONSENTS, Channel, ConsentSubject, Item, Purpose, Stance
from registries.choices.papers import WISH_FIELDS, CorrectionReason, ExportField, ExportFormat, ExportList
from registries.services.consenting import give_consent, take_back_consent
from registries.services.correcting import Correction, correct_registrant
from registries.services.evidence import add_wish_paper
from registries.services.exports import ExportRequest, refuse_export, request_export
from registries.services.registrants import Person, registrant_of
from registries.services.wish_content import WishContent
from registries.services.wishes import Registration, hand_over_wish, register_wish, withdraw_wish

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch
    from registries.models import Wish

_CORNEA = WishContent(stance=Stance.DONATE, items=(Item.CORNEA,), purposes=(Purpose.TRANSPLANT,))


def leave_papers(branch: Branch, people: dict[str, User]) -> None:
    """Leave what the desk has to do with papers and people: each made by the services, of made-up people."""
    clerk, coordinator, head = (people[f"hangzhou.{one}"] for one in ("registrar", "coordinator", "head"))
    landline = _register(branch, 0, _("褚示例座机"), clerk, phone="0571-88880000")
    contact = {"contact_name": _("示例联系人"), "contact_phone": "13900000001"}
    _register(branch, 1, _("卫示例无电话"), clerk, phone="", **contact)
    correct_registrant(
        registrant_id=registrant_of(landline).pk,
        correction=Correction(
            reason=CorrectionReason.TYPED_WRONG, name=_("褚示例座"), has_seen_paper=True, address=_("示例新路 8 号")
        ),
        actor=clerk,
    )
    take_back_consent(wish_id=landline.pk, subject=ConsentSubject.CONTACT, channel=Channel.COUNTER, actor=clerk)
    give_consent(wish_id=landline.pk, subject=ConsentSubject.CONTACT, channel=Channel.HOME, actor=clerk)
    add_wish_paper(wish_id=landline.pk, upload=_photo(landline.number), actor=clerk)
    standing = _register(branch, 2, _("蒋示例撤回"), clerk, phone="13800000202")
    hand_over_wish(wish_id=standing.pk, reference="示例 2026 000202", on=today(), actor=clerk)
    withdraw_wish(wish_id=standing.pk, channel=Channel.COUNTER, actor=clerk)
    columns = (ExportField.NAME, ExportField.DOCUMENT, ExportField.ITEMS)
    asked = ExportRequest(branch, ExportList.HAND_OVER, columns, _("在全国系统逐份录入待报送的登记"), 3)
    request_export(asked=asked, actor=coordinator)
    called = (ExportField.NAME, ExportField.PHONE, ExportField.TYPED_ON)
    kept_up = ExportRequest(branch, ExportList.CALLED, called, _("委托 12320 话务员逐个核对电话，用后销毁"), 5)
    request_export(asked=kept_up, actor=coordinator)
    wide = ExportRequest(
        branch, ExportList.IN_FORCE, tuple(WISH_FIELDS), _("制作年度通讯录"), 7, format=ExportFormat.CSV
    )
    refused = request_export(asked=wide, actor=coordinator)
    refuse_export(export_id=refused.pk, reason=_("通讯录不需要证件号和意愿，请在系统里逐个联系"), actor=head)


def _register(branch: Branch, at: int, name: str, clerk: User, **said: Any) -> Wish:
    number = f"{branch.code[:4]}061955020{at + 1}80{at}"
    person = Person(
        name=name, document_kind="", document=number + id_check_digit(number), sex="female",
        address=_("示例路 %(n)d 号") % {"n": at + 50}, has_capacity=True, **said,
    )  # fmt: skip
    registration = Registration(
        branch=branch,
        person=person,
        content=_CORNEA,
        channel=Channel.HOME,
        signed_on=today() - datetime.timedelta(days=30 + at),
        consents=WISH_CONSENTS,
    )
    return register_wish(registration=registration, actor=clerk)


def _photo(number: str) -> io.BytesIO:
    """A picture of a form that says that it is an example."""
    picture = Image.new("RGB", (900, 1270), "white")
    face = find_face()
    draw = ImageDraw.Draw(picture)
    for top, size, text in ((90, 52, _("捐献志愿登记表（示例）")), (220, 30, number), (1100, 30, _("签名：示例"))):
        draw.text((90, top), text, fill="black", font=ImageFont.truetype(str(face.path), size, index=face.index))
    draw.rectangle((80, 290, 820, 1060), outline="black", width=3)
    target = io.BytesIO()
    picture.save(target, format="PNG")
    target.seek(0)
    return target
