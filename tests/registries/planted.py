"""People with unmistakable values, brought through all that the registries do with a wish, a donor and a case."""

from __future__ import annotations

import datetime
import io
import uuid
from dataclasses import replace
from typing import Any

from core.clock import SHANGHAI, frozen_at, now, today
from registries.choices.cases import CaseStatus
from registries.models import Case, Donor, NationalFigure, Wish
from registries.services.cases.caring import write_use
from registries.services.cases.granting import grant_case
from registries.services.donors.enrolment import plan_drive
from registries.services.donors.kin import Kin
from registries.services.donors.leaving import defer_donor
from registries.services.donors.support import write_expense
from registries.services.duty import place_on_duty
from registries.services.evidence import add_wish_paper
from registries.services.exchange.files import confirm_file
from registries.services.figures.publishing import publish_years
from registries.services.memorial.half_days import close_half_day
from registries.services.planning import schedule_contact
from registries.services.requests.filing import arrange_request, file_request
from registries.services.wishes import hand_over_wish
from tests.registries import asking, case_ground, memorial_ground
from tests.registries.donor_ground import S, agreement, born, brought, number_born, packed
from tests.registries.exchange_ground import received, row_of, sent_out, text_of
from tests.registries.exported import asked, made
from tests.registries.ground import BODY_USES, Ground, days_ago, gift, id_number, registered, somebody
from tests.registries.intake_ground import applied, cells, checked, csv_of
from tests.registries.papers import photo
from tests.registries.test_services_contacts import due, logged

WISH = {
    "name": "司徒密登甲", "document": id_number(811), "phone": "13811118111", "address": "密登路八弄一号",
    "executor": "密登执行甲", "executor_phone": "13811118112", "unit": "密登接受站甲", "afterwards": "密登骨灰入园甲",
    "reference": "ORGMIDENG811", "note": "密登联系备注甲", "why": "密登约定缘由甲",
    "proxy": "密登受托甲", "proxy_paper": "密登委托书甲号",
}  # fmt: skip
DONOR = {
    "name": "欧阳密干乙", "document": number_born(born(30, days=40), 821), "phone": "13822228221",
    "address": "密干路八弄二号", "kin": "密干亲人乙", "kin_phone": "13822228222", "friend": "密干朋友乙",
    "friend_phone": "13822228223", "query": "QMIGAN821",
}  # fmt: skip
CASE = {
    "name": "上官密案丙", "document": id_number(831), "caller": "密案报告丙", "caller_phone": "13833338331",
    "note": "密案接报丙", "kin": "密案子女丙", "kin_phone": "13833338332", "place": "密案医院丙楼",
    "text": "密案见证经过丙", "use": "密案利用说明丙", "evidence": "密案遗嘱丙",
}  # fmt: skip
PAPER = {
    "name": "慕容密纸戊", "document": number_born(born(31, days=40), 841), "phone": "13855558551",
    "address": "密纸路八弄五号", "kin": "密纸亲人戊", "kin_phone": "13855558552", "paper": "密纸同意书戊号",
    "bag": "MIZHIDAI841",
}  # fmt: skip
VISITOR = {
    "name": "诸葛密约丁", "phone": "13844448441", "address": "密约路八弄四号", "organisation": "密约中学丁",
    "place": "密约楼丁座", "visitor": "密约来者丁", "visitor_phone": "13844448442", "kin": "密约签字丁",
    "kin_phone": "13844448443", "words": "密约留言丁我们想您", "signed": "密约署名丁", "page": "密约草稿丁",
    "page_text": "密约草稿丁教了四十年书",
}  # fmt: skip
VALUES: tuple[str, ...] = tuple(
    {value: None for said in (WISH, DONOR, PAPER, CASE, VISITOR) for value in said.values()}
)
# Codes of what somebody wishes or answered: words of forms as well, so they are looked for in rows alone.
CODES = ("all_organs", '"stance"', '"tattoo"', '"is_secret"')
LAST_YEAR = datetime.datetime(today().year - 1, 5, 1, 10, tzinfo=SHANGHAI)


def plant(ground: Ground) -> dict[str, Any]:
    """Everybody, and what each address of the registries asks for by the names of the tables of permissions."""
    with frozen_at(LAST_YEAR):
        wish = plant_wish(ground)
    publish_years()
    return {
        **_of_wish(ground, wish),
        **_of_donor(ground),
        **_of_paper(ground),
        **_of_cases(ground),
        **_of_requests(ground),
        **_of_remembrance(ground),
        **_of_work(ground),
    }


def plant_wish(ground: Ground, **over: Any) -> Wish:
    """The wish."""
    said = gift(
        executor_name=WISH["executor"], executor_phone=WISH["executor_phone"], receiving_unit=WISH["unit"],
        afterwards=WISH["afterwards"], items=("cornea", "body"), purposes=BODY_USES, proxy_name=WISH["proxy"],
        proxy_paper=WISH["proxy_paper"],
    )  # fmt: skip
    one = {name: WISH[name] for name in ("name", "document", "phone", "address")}
    return registered(ground, content=said, person=somebody(**one), channel="proxy", **over)


def _of_wish(ground: Ground, wish: Wish) -> dict[str, Any]:
    hand_over_wish(wish_id=wish.pk, reference=WISH["reference"], on=days_ago(1), actor=ground.person("clerk"))
    add_wish_paper(wish_id=wish.pk, upload=photo(), actor=ground.person("clerk"))
    logged(ground, due(ground, wish, due_on=days_ago(9)), note=WISH["note"])
    planned = schedule_contact(
        about=wish, reason="upkeep", due_on=today() + datetime.timedelta(days=30), note=WISH["why"],
        is_free=True, actor=ground.person("coordinator"),
    )  # fmt: skip
    waiting = asked(ground)
    ready = made(ground, columns=("name", "document", "phone", "address", "items", "executor"), format="xlsx")
    return {
        "wish": wish.number, "wish_paper": wish.papers.get().pk, "consent_subject": "contact", "print_kind": "letter",
        "registry_export": waiting.number, "ready_export": ready.number,
        "due_contact": planned.key, "contact_reason": "visit",
    }  # fmt: skip


def plant_donor(ground: Ground, status: str = S.TYPED, at: int = 0, **over: Any) -> Donor:
    """The donor."""
    one = {name: DONOR[name] for name in ("name", "document", "phone", "address")}
    person = replace(agreement(ground.branch, at).person, **one)
    kin = (Kin(DONOR["kin"], "parent", DONOR["kin_phone"]), Kin(DONOR["friend"], "friend", DONOR["friend_phone"]))
    return brought(ground, status, at, person=person, kin=kin, **over)


def _of_donor(ground: Ground) -> dict[str, Any]:
    clerk = ground.person("clerk")
    drive = plan_drive(
        branch=ground.branch, name="示例招募", place="示例广场", held_on=today(), planned_count=30, key=uuid.uuid4(),
        actor=clerk,
    )  # fmt: skip
    donor, other = plant_donor(ground), brought(ground, S.SAMPLED, 3)
    batch = packed(other, actor=clerk)
    out = sent_out(ground)
    come = received(ground, text_of(row_of(donor, "初配相合", reference=DONOR["query"])))
    confirm_file(file_id=come.pk, actor=clerk)
    paid = write_expense(
        donor_id=donor.pk, kind="travel", amount="10", on=today(), evidence="JZ1", key=uuid.uuid4(), actor=clerk
    )
    until = today() + datetime.timedelta(days=9)
    defer_donor(donor_id=donor.pk, until=until, reason="illness", actor=ground.person("coordinator"))
    return {
        "donor": donor.number, "donor_consent": "stem_contact", "donor_step": "contact", "donor_entry_kind": "expense",
        "donor_entry": paid.pk,
        "drive": drive.pk, "sample_batch": batch.number,
        "exchange_file": out.number, "exchange_step": "drop", "exchange_in": come.number,
    }  # fmt: skip


def _of_paper(ground: Ground) -> dict[str, Any]:
    """Somebody who joined on paper and was brought in; a file that waits, with a good line, and lines of theirs."""
    said = {
        "姓名": PAPER["name"], "证件号码": PAPER["document"], "手机号": PAPER["phone"], "住址": PAPER["address"],
        "同意书编号": PAPER["paper"], "血样袋号": PAPER["bag"], "亲友1姓名": PAPER["kin"],
        "亲友1电话": PAPER["kin_phone"],
    }  # fmt: skip
    done = applied(ground, cells(41, **said))
    again = [cells(42, **said), cells(43, **{**said, "姓名": WISH["name"], "亲友1电话": WISH["document"]})]
    waiting = checked(ground, csv_of(cells(44, 住址=PAPER["address"]), *again))
    assert (done.good_count, waiting.good_count, waiting.bad_count) == (1, 1, 2)
    donor = done.rows.get().donor
    assert donor is not None
    return {
        "paper_donor": donor.number, "donor_intake": waiting.number, "donor_intake_applied": done.number,
        "intake_step": "drop",
    }  # fmt: skip


def plant_case(ground: Ground, state: str, **over: Any) -> Case:
    """The case."""
    said = {
        "name": CASE["name"], "document": CASE["document"], "caller_name": CASE["caller"],
        "caller_phone": CASE["caller_phone"], "note": CASE["note"], **over,
    }  # fmt: skip
    return case_ground.case_in(ground, state, **said)


def _of_cases(ground: Ground) -> dict[str, Any]:
    head = ground.person("head")
    given = plant_case(ground, CaseStatus.HANDED_OVER, kinds=("cornea", "body"))
    write_use(
        case_id=given.pk, use="teaching", on=today(), note=CASE["use"], actor=ground.person("coordinator")
    )  # fmt: skip
    # Somebody else who is registered, and of whom a paper is named as well.
    registered(ground, 9)
    by_wish = plant_case(ground, CaseStatus.ASSIGNED, document=somebody(9).document)
    case_ground.begun(ground, by_wish, basis="wish", evidence=CASE["evidence"])
    waiting = plant_case(ground, CaseStatus.FAMILY_DECIDING, document=id_number(832), organs=("kidney", "liver"))
    kin = case_ground.listed(ground, waiting, "child", name=CASE["kin"], phone=CASE["kin_phone"])
    case_ground.decide(ground, waiting, kin)
    case_ground.confirmed(ground, waiting)
    record = case_ground.recorded(ground, waiting, place=CASE["place"], text=CASE["text"])
    until = today() + datetime.timedelta(days=30)
    for case in (given, waiting):
        grant_case(case_id=case.pk, person=ground.person("supervisor"), purpose="示例检查", until=until, actor=head)
    return {
        "case": given.number, "case_open": waiting.number, "case_kin": kin.pk, "case_record": record.pk,
        "step_farewell": "farewell", "case_by_wish": by_wish.number,
    }  # fmt: skip


def _of_requests(ground: Ground) -> dict[str, Any]:
    said = {"name": VISITOR["name"]}
    talk = replace(asking.a_talk(ground.branch, **said), organisation=VISITOR["organisation"])
    visit = replace(asking.a_visit(ground.branch, **said), address=VISITOR["address"])
    rows = [file_request(asked=one, phone=VISITOR["phone"], key=uuid.uuid4()).request for one in (talk, visit)]
    place = asking.arranged(place=VISITOR["place"])
    arrange_request(request_id=rows[1].pk, arranged=place, actor=ground.person("clerk"))
    return {"registry_request": rows[0].number, "registry_request_arranged": rows[1].number}


def _of_remembrance(ground: Ground) -> dict[str, Any]:
    place = memorial_ground.opened_place(ground)
    gathering = memorial_ground.planned(ground, place)
    day = today() + datetime.timedelta(days=3)
    half_day = close_half_day(place_id=place.pk, on=day, part="morning", actor=ground.person("clerk"))
    signed = {"kin_name": VISITOR["kin"], "kin_phone": VISITOR["kin_phone"]}
    page = memorial_ground.published(ground, **signed)
    said = memorial_ground.content(name=VISITOR["page"], text=VISITOR["page_text"])
    booking = memorial_ground.booked(gathering, name=VISITOR["visitor"], phone=VISITOR["visitor_phone"])
    return {
        "memorial_place": place.pk, "memorial_gathering": gathering.pk, "memorial_booking": booking.number,
        "memorial_page": page.code, "memorial_page_number": page.number, "memorial_half_day": half_day.pk,
        "memorial_draft": memorial_ground.written(ground, said=said, **signed).number,
        "memorial_shown": memorial_ground.shown_message(ground, page).code,
        "memorial_waiting": memorial_ground.left(page, VISITOR["words"], VISITOR["signed"]).code,
        "step_submit": "submit",
    }  # fmt: skip


def _of_work(ground: Ground) -> dict[str, Any]:
    shift = place_on_duty(
        branch=ground.branch, person=ground.person("coordinator"), on=today(), part="night", phone="0571-00000001",
        actor=ground.person("head"),
    )  # fmt: skip
    national = NationalFigure.objects.create(
        year=today().year - 1, measure="organ_donations", number=1, source_title="示例来源",
        source_url="https://example.org/", entered_by=ground.person("clerk"), entered_at=now(),
    )  # fmt: skip
    return {"duty_shift": shift.pk, "national": national.pk}


def upload() -> io.BytesIO:
    """A file that is none of what is asked for."""
    return io.BytesIO(b"nothing")
