"""One object of each kind in the branch HOME, made through the services, and the people of the table."""

from __future__ import annotations

import datetime
import io
import tempfile
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from PIL import Image

from accounts.models import User
from accounts.services import disable_person
from core.clock import SHANGHAI, now, today
from core.files import store_file
from core.models import Job, StoredFile
from core.progress import NoProgress
from core.retention import place_hold
from donations.models import Batch, Donation, StagedGift
from donations.services.appeals.agreements import draft_agreement
from donations.services.appeals.changes import (
    ChangeTerms,
    draft_change,
    publish_notice,
    record_objection,
    submit_change,
)
from donations.services.appeals.papers import keep_campaign_file, keep_letter
from donations.services.batches import approve_batch, open_counter_batch, open_file_batch, submit_batch
from donations.services.claims.deciding import confirm_claim, propose_claim
from donations.services.claims.undoing import ask_to_undo
from donations.services.corrections import request_correction
from donations.services.files import keep_voucher
from donations.services.givers import ask_about_gift
from donations.services.posting import post_batch
from donations.services.receipts import ReceiptDraft, record_receipt
from donations.services.rows import add_row
from donations.services.staging import read_batch
from ledger.models import OpeningBatch
from ledger.services import ensure_default_fund, stage_opening
from organizations.choices import Role
from organizations.models import Division, RoleGrant
from organizations.services import end_grant, grant_role
from reconciliation.models import Statement
from reconciliation.services.accounts import AccountDraft, open_account
from reconciliation.services.reading import read_statement
from reconciliation.services.statements import open_statement
from spending.models import Payment, Transfer
from spending.services.approving import approve_payment
from spending.services.documents import add_document, offer_copy
from spending.services.paying import pay_payment
from spending.services.payments import PaymentDraft, create_payment, submit_payment
from spending.services.receiving import Arrival, count_transfer, keep_evidence
from spending.services.reversing import request_reversal
from spending.services.transfers import TransferDraft, create_transfer, send_transfer, submit_transfer
from tests.donations.appeals import AGREED, make_campaign, make_channel
from tests.donations.claims import claimed, pooled
from tests.factories.lists import Gift, write_hubei_like
from tests.factories.people import FOUNDED, branch_at, make_person, make_province
from tests.permissions.held_objects import held_sessions
from tests.permissions.people import EVERYBODY, HOME, Who
from tests.permissions.registry_objects import make_registries
from tests.permissions.training_objects import make_training
from tests.reconciliation.files import Made, icbc
from tests.standing import Standing
from tests.training.certified import finished
from tests.training.ground import Ground, make_instructor, version_of
from tests.transparency.ground import place_all
from training.models import Certificate, CourseVersion, Session
from training.services.check_in_codes import code_for
from training.services.enrolling import Person, sign_up
from training.services.instructors import InstructorFacts, add_absence, register_instructor
from training.services.legacy import check_import, open_import
from training.services.sessions import LessonPlan, SessionPlan, create_session, open_session
from transparency.models import ReportRun
from transparency.services.annual import add_opinion, open_draft, save_chapter
from transparency.services.daily import choose_daily_checkpoints
from transparency.services.publishing import approve_run, check_run, sign_run
from transparency.services.runs import render_run, request_report
from transparency.services.signing import sign_checkpoint
from transparency.services.tiling import tile_leaves

PAPER_BYTES = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# Written into the books, and to be seen by nobody but those who work at them.
DONOR = "示例甲乙丙"
ROWS = [Gift("示例甲", "100"), Gift("示例乙", "1.2.3"), Gift("虚构示例贸易有限公司", "200"), Gift("示例丙", "50")]


@dataclass(frozen=True)
class Objects:
    """The objects by the names that the table uses, and people by login."""

    named: dict[str, Any]
    people: dict[str, User]


def make_objects() -> Objects:
    """Make everything; commits."""
    with transaction.atomic():
        make_province()
        people = {who.login: _person(who) for who in EVERYBODY if who.login}
        disable_person(person=people["disabled"], actor=people["superuser"], reason="示例")
    clerk, approver = people["clerk.own"], people["approver.own"]
    target = make_person("target", Role.CLERK, branch_at(HOME))
    named: dict[str, Any] = {
        "branch": HOME,
        "person": target.login,
        "grant": RoleGrant.objects.get(person=target).pk,
        "job": _job(clerk).pk,
        "decision": "keep",
        "act": "exclude",
        **{
            f"step_{step}": step
            for step in (
                "submit",
                "withdraw",
                "cancel",
                "return",
                "approve",
                "decline",
                "send",
                "confirm",
                "refuse",
                "pay",
                "reverse",
            )
        },
        **_batches(clerk, approver),
        **_reports(clerk, people["publisher.own"]),
        **_annual(clerk),
        "hold": _hold(people["superuser"]),
        **_transfers(people),
        **make_training(people),
        **make_registries(people),
        **_payments(people),
        **_appeals(clerk, approver),
        **_claims(approver),
        **_statements(clerk),
        **_training(people["training_officer.own"]),
        **held_sessions(people, DONOR),
        **_training_public(people["training_officer.own"]),
        **_certificates(people["training_officer.own"]),
        "opening": _opening(people["finance.own"]).pk,
        "volume": 1,
        "sha256": "0" * 64,
        **LOG_PLACES,
        "file_role": "pdf",
        "file_part": 0,
    }
    return Objects(named, people)


OBJECTS = Standing("objects", make_objects)


def _person(who: Who) -> User:
    if who.superuser:
        return User.objects.create_superuser(who.login, name="示例超级用户")
    # Without a password one cannot change it: the page of allauth asks for that.
    person = make_person(who.login, password=None if who.grants else "虚构口令-2026")
    for held in who.grants:
        grant = grant_role(
            person=person,
            role=held.role,
            branch=branch_at(held.branch),
            with_below=held.with_below,
            authority="示例委托书1号" if len(who.grants) > 1 else "",
            valid_from=FOUNDED,
            actor=None,
        )
        if held.ended:
            end_grant(grant=grant, on=today(), actor=None, reason="示例")
    return person


def _hold(actor: User) -> int:
    kept = store_file(io.BytesIO(b"x"), name="x.csv", content_type="text/csv", data_class="P2", actor=actor)
    key = str(kept.pk)
    return place_hold(object_label="core.storedfile", object_key=key, reason="示例争议", actor=actor).pk


def _job(owner: User) -> Job:
    problems = store_file(
        [b"1"], name="problems.csv", content_type="text/csv", data_class=StoredFile.DataClass.INTERNAL, actor=owner
    )
    return Job.objects.create(
        kind="donations.tasks.read_list",
        label="示例任务",
        idempotency_key="matrix",
        created_by_id=owner.pk,
        created_at=problems.created_at,
        queued_at=problems.created_at,
        problem_file=problems,
    )


def _batches(clerk: User, approver: User) -> dict[str, Any]:
    branch = branch_at(HOME)
    fund = ensure_default_fund(branch=branch, on=FOUNDED, actor=None)

    def counter(*donors: str, voucher: bool = False) -> Batch:
        batch = open_counter_batch(branch=branch, fund=fund, actor=clerk)
        for donor in donors:
            picture = keep_voucher(upload=_picture(), actor=clerk) if voucher else None
            typed = {"donor": donor, "amount": "88.00", "received_on": "2026-01-05"}
            add_row(batch_id=batch.pk, typed=typed, actor=clerk, voucher=picture)
        if voucher:
            keep_letter(batch_id=batch.pk, row_number=1, upload=_picture(), actor=clerk)
        return submit_batch(batch_id=batch.pk, actor=clerk)

    posted = counter(DONOR, "示例丁戊己", voucher=True)
    approve_batch(batch_id=posted.pk, actor=approver, queue=False)
    post_batch(batch_id=posted.pk, job=NoProgress())
    gift, other = Donation.objects.unscoped("objects of the table").order_by("pk")
    correction = request_correction(
        donation=other, reason="金额有误", public_note="金额录入有误，已冲销。", actor=clerk
    )
    receipt = record_receipt(donation=gift, draft=ReceiptDraft("waived", note="示例：来电放弃"), actor=clerk)
    asked = ask_about_gift(donation=gift, kind="copies", text="示例请求")
    submitted = counter("示例庚")
    stuck = counter("示例辛")
    approve_batch(batch_id=stuck.pk, actor=approver, queue=False)
    typed = open_counter_batch(branch=branch, fund=fund, actor=clerk)
    add_row(batch_id=typed.pk, typed={"donor": "示例壬", "amount": "5", "received_on": "2026-01-06"}, actor=clerk)
    draft = _draft(clerk, branch, fund)
    return {
        "draft": draft.number,
        "typed": typed.number,
        "row": StagedGift.objects.filter(batch__kind="file")
        .order_by("row_number")
        .values_list("row_number", flat=True)[0],
        "counter": posted.number,
        "voucher_row": 1,
        "submitted": submitted.number,
        "stuck": stuck.number,
        "gift": gift.number,
        "corrected": other.number,
        "correction": correction.pk,
        "fund": fund.code,
        "receipt": receipt.pk,
        "request": asked.pk,
        "paper": "acknowledgement",
    }


# The first record's place, and the tile that holds it.
LOG_PLACES = {"log_index": 0, "log_level": 0, "log_path": "000.p/1", "log_day": today().isoformat()}


def _reports(clerk: User, publisher: User) -> dict[str, Any]:
    """A published report of the month before last, and one of last month that waits for its publisher."""
    place_all()
    tile_leaves()
    sign_checkpoint()
    choose_daily_checkpoints()
    first = today().replace(day=1)
    last = first - datetime.timedelta(days=1)
    before = last.replace(day=1) - datetime.timedelta(days=1)

    def make(day: datetime.date) -> ReportRun:
        run = request_report(
            kind="monthly_receipts", branch=branch_at(HOME), scope="alone", period=f"{day:%Y-%m}", actor=clerk
        )
        return render_run(run_id=run.pk, job=NoProgress())

    published = make(before)
    check_run(run_id=published.pk, actor=clerk)
    approve_run(run_id=published.pk, actor=publisher)
    sign_run(run_id=published.pk, job=NoProgress())
    return {"published": published.number, "report": make(last).number}


def _annual(clerk: User) -> dict[str, Any]:
    """An annual report of last year in which one chapter is written, with the auditor's opinion."""
    year = today().year - 1
    draft = open_draft(branch=branch_at(HOME), year=year, actor=clerk)
    save_chapter(draft_id=draft.pk, chapter="party", text="示例文字", base=0, actor=clerk)
    add_opinion(
        draft_id=draft.pk, upload=io.BytesIO(PAPER_BYTES), firm="示例会计师事务所", opinion="unqualified",
        report_number="示例审〔2026〕1号", reported_on=today(), actor=clerk,
    )  # fmt: skip
    return {"annual_year": year, "annual_chapter": "party"}


def _transfers(people: dict[str, User]) -> dict[str, Any]:
    """Transfers from HOME to the county below it: a draft, one that waits, one under way, one counted, one lost."""
    clerk, approver = people["clerk.own"], people["approver.own"]
    fund = ensure_default_fund(branch=branch_at(HOME), on=FOUNDED, actor=None)
    draft = TransferDraft(fund, branch_at("330182"), Decimal(1), "示例用途", "示例纪要1号", today())
    to_fund = ensure_default_fund(branch=branch_at("330182"), on=FOUNDED, actor=None)

    def drafted() -> Transfer:
        return create_transfer(draft=draft, key=uuid.uuid4(), actor=clerk)

    def submitted() -> Transfer:
        return submit_transfer(transfer_id=drafted().pk, actor=clerk)

    def sent() -> Transfer:
        return send_transfer(transfer_id=submitted().pk, actor=approver)

    def counted(arrival: Arrival) -> Transfer:
        return count_transfer(transfer_id=sent().pk, arrival=arrival, actor=people["clerk.below"])

    evidence = keep_evidence(upload=_picture(), actor=clerk)
    lost = counted(Arrival(today(), Decimal(0), None, lost=Decimal(1), note="示例原因", evidence=evidence))
    return {
        "transfer_draft": drafted().number,
        "transfer_submitted": submitted().number,
        "transfer_sent": sent().number,
        "transfer_counted": counted(Arrival(today(), Decimal(1), to_fund)).number,
        "transfer_lost": lost.number,
    }


def _payments(people: dict[str, User]) -> dict[str, Any]:
    """Payments of HOME: a draft, one that waits, one to pay, one paid with a paper and a request to reverse it."""
    clerk, approver = people["clerk.own"], people["approver.own"]
    draft = PaymentDraft(
        kind="aid",
        fund=ensure_default_fund(branch=branch_at(HOME), on=FOUNDED, actor=None),
        amount=Decimal(1),
        purpose="aid",
        use="示例事由",
        payee_kind="person",
        payee_person=DONOR,
        payee_account="虚构账号",
        area=Division.objects.get(code="330182"),
        helped_count=1,
    )

    def drafted() -> Payment:
        return create_payment(draft=draft, key=uuid.uuid4(), actor=clerk)

    def submitted() -> Payment:
        return submit_payment(payment_id=drafted().pk, actor=clerk)

    def approved() -> Payment:
        return approve_payment(payment_id=submitted().pk, actor=approver)

    paid = pay_payment(payment_id=approved().pk, actor=people["finance.own"], bank_reference="示例流水")
    paper = add_document(payment_id=paid.pk, kind="invoice", upload=_picture(), actor=clerk)
    offer_copy(document_id=paper.pk, upload=_picture("black"), actor=clerk)
    asked = request_reversal(payment_id=paid.pk, reason="示例理由", public_note="示例更正说明", actor=clerk)
    return {
        "payment": drafted().number,
        "payment_submitted": submitted().number,
        "payment_approved": approved().number,
        "payment_paid": paid.number,
        "document": paper.pk,
        "reversal": asked.pk,
    }


def _appeals(clerk: User, approver: User) -> dict[str, Any]:
    """An open campaign with a document, a way to give, an agreement, and a notice with an objection."""
    branch = branch_at(HOME)
    channel = make_channel(branch, clerk, approver)
    campaign = make_campaign(branch, clerk, approver, filing_number="示例备案", filed_on=FOUNDED)
    kept = keep_campaign_file(campaign_id=campaign.pk, kind="plan", title="示例方案", upload=_picture(), actor=clerk)
    agreement = draft_agreement(branch=branch, values=AGREED, actor=clerk, upload=_picture())
    terms = ChangeTerms(
        source=campaign.campaign_funds.get().fund,
        target=ensure_default_fund(branch=branch, on=FOUNDED, actor=None),
        amount=Decimal("5.00"),
        basis="notice",
        reason="示例理由",
        public_note="示例变更说明，联系不到捐赠人。",
    )
    change = draft_change(terms=terms, actor=clerk, upload=_picture())
    submit_change(change_id=change.pk, actor=clerk)
    publish_notice(change_id=change.pk, actor=approver)
    objection = record_objection(change_id=change.pk, received_on=today(), text="示例异议", actor=clerk)
    names = (
        "filing", "settle", "fund", "close", "settle-approve", "settle-return", "end", "drop", "stop", "publish",
    )  # fmt: skip
    return {
        "campaign": campaign.slug,
        "campaign_file": kept.pk,
        "channel": channel.pk,
        "agreement": agreement.number,
        "change": change.number,
        "objection": objection.pk,
        **{f"step_{name}": name for name in names},
    }


def _claims(approver: User) -> dict[str, Any]:
    """Gifts of HOME that wait for their givers, and claims: one new, one proposed, one confirmed and to be undone."""
    branch = branch_at(HOME)
    fund = ensure_default_fund(branch=branch, on=FOUNDED, actor=None)
    # The clerk's own batch at the counter is another object of the table.
    clerk = make_person("claims.clerk", Role.CLERK, branch)
    batch = open_counter_batch(branch=branch, fund=fund, actor=clerk)
    for amount in ("11", "12", "13", "14"):
        typed = {"donor": "爱心人士", "amount": amount, "received_on": "2026-01-05"}
        add_row(batch_id=batch.pk, typed=typed, actor=clerk)
    submit_batch(batch_id=batch.pk, actor=clerk)
    approve_batch(batch_id=batch.pk, actor=approver, queue=False)
    post_batch(batch_id=batch.pk, job=NoProgress())
    waiting, proposed, confirmed, free = (
        Donation.objects.unscoped("objects of the table").filter(batch=batch).select_related("branch").order_by("pk")
    )
    rows = [pooled(gift, clerk) for gift in (waiting, proposed, confirmed)]
    claims = [claimed(branch, phone=f"1391234567{number}") for number in range(3)]
    for claim, row in zip(claims[1:], rows[1:], strict=True):
        propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=clerk)
    confirm_claim(claim_id=claims[2].pk, actor=approver)
    ask_to_undo(claim_id=claims[2].pk, note="示例更正说明", actor=clerk)
    names = ("propose", "send-back", "confirm", "photo", "forward", "ask-undo", "undo", "keep")
    return {
        "claim": claims[0].pk,
        "claim_code": claims[0].code,
        "claim_proposed": claims[1].pk,
        "claim_confirmed": claims[2].pk,
        "free_gift": free.number,
        "free_batch": batch.number,
        "pooled_gift": waiting.number,
        **{f"step_{name}": name for name in names},
    }


def _training(officer: User) -> dict[str, Any]:
    """An instructor of HOME with a time they cannot teach; a session in draft, and an open one with its lesson."""
    branch = branch_at(HOME)
    facts = InstructorFacts(
        "示例师资", "first", ("cpr_aed", "first_aider"), FOUNDED, yearly_hours=20, phone="13800000000"
    )
    instructor = register_instructor(branch=branch, facts=facts, actor=officer)
    morning = datetime.datetime.combine(today() + datetime.timedelta(days=30), datetime.time(9), SHANGHAI)

    def drafted(days: int) -> Session:
        start = morning + datetime.timedelta(days=days)
        lesson = LessonPlan(start, start + datetime.timedelta(hours=3), (instructor,))
        plan = SessionPlan(
            branch=branch,
            version=CourseVersion.objects.get(course__code="cpr-aed", number=1),
            title="示例心肺复苏班",
            area=Division.objects.get(code="330106"),
            place="示例路 1 号",
            seats=8,
            lessons=(lesson,),
        )
        return create_session(plan=plan, actor=officer)

    opened = open_session(session_id=drafted(1).pk, actor=officer)
    away = add_absence(
        instructor_id=instructor.pk, starts_at=morning, ends_at=morning + datetime.timedelta(hours=9), actor=officer
    )
    return {
        "instructor": instructor.pk,
        "absence": away.pk,
        "training_draft": drafted(2).number,
        "training_open": opened.number,
        "training_lesson": opened.lessons.get().pk,
        "course": "cpr-aed",
        "step_open": "open",
    }


def _certificates(issuer: User) -> dict[str, Any]:
    """A class of HOME with certificates, and a file of old ones of which a row is bad."""
    branch = branch_at(HOME)
    officer, lead = (
        make_person("training.planner", Role.TRAINING_OFFICER, branch),
        make_person("training.lead", "instructor", branch),
    )
    people = {"officer": officer, "issuer": issuer, "lead": lead}
    session = finished(Ground(branch, people, {"lead": make_instructor(branch, lead)}), 2)
    content = "证书编号,姓名,证件号码,证书种类,发证日期,有效期至\n旧证1,示例甲,,救护员证,2025-01-01,长期\n"
    made = open_import(source=io.BytesIO(content.encode()), filename="旧证.csv", branch=branch, actor=officer)
    check_import(import_id=made.pk, job=NoProgress())
    certificate = Certificate.objects.unscoped("objects of the table").filter(enrolment__session=session).first()
    assert certificate is not None
    return {
        "certificate": certificate.code,
        "certificate_list": 0,
        "certified_session": session.number,
        "legacy": made.key,
        "step_resume": "resume",
    }


def _statements(clerk: User) -> dict[str, Any]:
    """A statement of HOME in work, one whose balances are to be typed, and the month of both."""
    branch = branch_at(HOME)
    draft = AccountDraft("bank", "示例基本户", "示例工商银行", "6222000000009876", FOUNDED, Decimal(0))
    account = open_account(branch=branch, draft=draft, actor=clerk)

    def brought(*lines: Made, masked: bool = False) -> Statement:
        source = io.BytesIO(icbc(list(lines), masked=masked))
        made = open_statement(source=source, filename="示例流水.csv", account=account, actor=clerk)
        return read_statement(statement_id=made.pk, job=NoProgress())

    in_work = brought(Made("2026-01-05", "500.00", DONOR), Made("2026-01-06", "3.17", "", "利息"))
    masked = brought(Made("2026-02-05", "9.00", DONOR), masked=True)
    return {
        "statement": in_work.number,
        "statement_draft": masked.number,
        "line": 1,
        "line_act": "decide",
        "month": "2026-01",
        "csv": "csv",
    }


def _training_public(officer: User) -> dict[str, Any]:
    """A session of HOME for the public whose lesson is about to begin, and somebody's place in it."""
    branch = branch_at(HOME)
    start = now() + datetime.timedelta(minutes=40)
    teacher = make_instructor(branch, name="虚构师资")
    lesson = LessonPlan(start, start + datetime.timedelta(hours=3), (teacher,))
    area = Division.objects.get(code="330182")
    plan = SessionPlan(branch, version_of(), "示例急救班", area, "示例路 1 号", 5, (lesson,), contact="0571-00000000")
    session = open_session(session_id=create_session(plan=plan, actor=officer).pk, actor=officer)
    place = sign_up(session_id=session.pk, person=Person("示例戊己", "13800000077"), key=uuid.uuid4()).enrolment
    held = session.lessons.get()
    return {
        "training_session": session.number,
        "public_lesson": held.pk,
        "training_place": place.code,
        "training_token": code_for(held),
    }


def _opening(finance: User) -> OpeningBatch:
    fund = ensure_default_fund(branch=branch_at(HOME), on=FOUNDED, actor=None)
    line = f"{fund.code},人民币,100.00,2020-01-01,,示例审计报告"
    data = f"资金池编码,计量对象,数量,截至日期,仓库,依据\n{line}\n".encode()
    return stage_opening(branch=branch_at(HOME), name="示例期初.csv", data=data, actor=finance)


def _draft(clerk: User, branch: Any, fund: Any) -> Batch:
    with tempfile.TemporaryDirectory() as folder:
        path = write_hubei_like(Path(folder) / "示例.xls", ROWS)
        with path.open("rb") as source:
            batch = open_file_batch(source=source, filename=path.name, branch=branch, fund=fund, actor=clerk)
    return read_batch(batch_id=batch.pk, job=NoProgress())


def _picture(colour: str = "red") -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(target, "PNG")
    target.seek(0)
    return target
