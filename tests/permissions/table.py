"""The table: every address of the portal, what it asks of a person, and which methods it takes."""

from tests.permissions.people import HOME
from tests.permissions.registry_cases_table import REGISTRY_CASES
from tests.permissions.registry_contacts_table import REGISTRY_CONTACTS
from tests.permissions.registry_donors_table import REGISTRY_DONORS
from tests.permissions.registry_exchange_table import REGISTRY_EXCHANGE
from tests.permissions.registry_figures_table import REGISTRY_FIGURES
from tests.permissions.registry_intake_table import REGISTRY_INTAKE
from tests.permissions.registry_memorial_table import MEMORIAL
from tests.permissions.registry_papers_table import REGISTRY_PAPERS
from tests.permissions.registry_requests_table import REGISTRY_REQUESTS
from tests.permissions.registry_table import REGISTRIES
from tests.permissions.rules import (
    Route,
    acts_at_end,
    at_branch,
    at_home,
    brought_roster,
    ends_channel,
    ends_grant,
    everybody,
    holds,
    keeps,
    keeps_account,
    names_first_people,
    owner,
    picks_giver,
    reads_evidence,
    seen,
    seen_any,
    seen_from_ends,
    sends_back,
    signed_in,
)
from tests.permissions.training_table import TRAINING

BATCH = {"number": "draft"}
ROW = {"number": "draft", "row_number": "row"}
BRANCH = {"code": "branch"}
PERSON = {"login": "person"}
JOB = {"job_id": "job"}
GIFT = {"number": "gift"}
CLAIM_CODE = {"code": "claim_code"}
# Who works at gifts as maker or as approver.
GIFT_WORK = ("enter_gifts", "approve_gifts")
PEOPLE = ("manage_people", "grant_roles")

CORE = {
    "healthz": Route(everybody()),
    # Asked from this machine without a proxy, as the tests do; that others find nothing is tested by itself.
    "readyz": Route(everybody(), gives=frozenset({200, 503})),
    "metrics": Route(everybody()),
    "design": Route(signed_in()),
    "desk_jobs": Route(signed_in()),
    "desk_job": Route(owner("clerk.own"), arguments=JOB),
    "desk_job_file": Route(owner("clerk.own"), arguments=JOB),
    "desk_job_retry": Route(None, owner("clerk.own"), arguments=JOB),
    "desk_job_cancel": Route(None, owner("clerk.own"), arguments=JOB),
}

ORGANIZATIONS = {
    # The network and the table of roles are no secret among colleagues.
    "desk_branches": Route(signed_in()),
    "desk_branch": Route(signed_in(), arguments=BRANCH),
    "desk_roles": Route(signed_in()),
    "desk_branch_new": Route(keeps(branch="3301", or_above=False), keeps(branch="3301", or_above=False), BRANCH),
    "desk_branch_edit": Route(keeps(branch="3301", or_above=True), keeps(branch="3301", or_above=True), BRANCH),
    "desk_branch_move": Route(keeps(branch="33", or_above=False), keeps(branch="33", or_above=False), BRANCH),
    "desk_branch_close": Route(keeps(branch="33", or_above=False), keeps(branch="33", or_above=False), BRANCH),
    "desk_branch_merge": Route(keeps(branch="33", or_above=False), keeps(branch="33", or_above=False), BRANCH),
    "desk_people": Route(holds(*PEOPLE)),
    "desk_retention": Route(holds("manage_retention"), holds("manage_retention")),
    "desk_hold_lift": Route(holds("manage_retention"), holds("manage_retention"), {"pk": "hold"}),
    "desk_person_new": Route(holds("manage_people"), holds("manage_people")),
    "desk_person": Route(holds(*PEOPLE), arguments=PERSON),
    "desk_person_edit": Route(keeps_account("manage_people"), keeps_account("manage_people"), PERSON),
    "desk_person_disable": Route(keeps_account("manage_people"), keeps_account("manage_people"), PERSON),
    "desk_person_enable": Route(None, keeps_account("manage_people"), PERSON),
    "desk_person_unlock": Route(None, keeps_account("manage_people"), PERSON),
    "desk_person_password_link": Route(None, keeps_account("manage_people"), PERSON),
    "desk_person_reset_factor": Route(keeps_account("grant_roles"), keeps_account("grant_roles"), PERSON),
    "desk_person_grants": Route(holds(*PEOPLE), holds(*PEOPLE), PERSON),
    "desk_grant_end": Route(ends_grant(), ends_grant(), {"login": "person", "pk": "grant"}),
    "setup": Route(names_first_people(), names_first_people()),
}

GIVERS = seen("view_gifts", "serve_givers", door=("serve_givers",))
RECEIPTS = seen("view_gifts", "manage_receipts", door=("manage_receipts",))

DONATIONS = {
    "desk_receipts": Route(holds("manage_receipts")),
    "desk_receipts_import": Route(holds("manage_receipts"), holds("manage_receipts")),
    "desk_receipt_new": Route(RECEIPTS, RECEIPTS, GIFT),
    "desk_receipt_cancel": Route(RECEIPTS, RECEIPTS, {**GIFT, "receipt_id": "receipt"}, sends={"reason": "示例理由"}),
    "desk_draft": Route(None, holds("enter_gifts")),
    "desk_draft_discard": Route(None, holds("enter_gifts")),
    "desk_giver_look_up": Route(None, picks_giver(), sends={"fund": "3301-F1", "donor": "示"}),
    "desk_giver_pick": Route(None, picks_giver(then=409), sends={"fund": "3301-F1", "key": "none"}),
    "desk_name_search": Route(holds("reveal_names"), holds("reveal_names")),
    "desk_requests": Route(holds("serve_givers")),
    "desk_contact": Route(GIVERS, GIVERS, GIFT),
    "desk_feedback": Route(GIVERS, GIVERS, GIFT),
    "desk_request": Route(GIVERS, GIVERS, {**GIFT, "request_id": "request"}),
    "desk_paper": Route(None, RECEIPTS, {**GIFT, "kind": "paper"}),
    "desk_import": Route(holds("enter_gifts"), holds("enter_gifts")),
    "desk_import_template": Route(holds("enter_gifts")),
    "desk_batches": Route(holds("view_gifts")),
    "desk_batch": Route(seen("view_gifts"), arguments=BATCH),
    "desk_batch_progress": Route(seen("view_gifts"), arguments=BATCH, gives=frozenset({200, 302})),
    "desk_batch_file": Route(seen_any("view_gifts", *GIFT_WORK), arguments=BATCH),
    "desk_batch_problems": Route(seen_any("view_gifts", *GIFT_WORK), arguments=BATCH),
    "desk_batch_mapping": Route(
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        BATCH,
    ),
    "desk_batch_resume": Route(None, seen("view_gifts", "approve_gifts", door=GIFT_WORK), {"number": "stuck"}),
    "desk_batch_duplicates": Route(
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        {"number": "draft", "decision": "decision"},
    ),
    "desk_row": Route(
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        ROW,
    ),
    "desk_row_act": Route(
        None,
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        {**ROW, "act": "act"},
        sends={"reason": "示例理由"},
    ),
    "desk_row_voucher": Route(
        seen_any("view_gifts", *GIFT_WORK, door=GIFT_WORK), arguments={"number": "counter", "row_number": "voucher_row"}
    ),
    "desk_row_letter": Route(
        seen_any("view_gifts", *GIFT_WORK, door=GIFT_WORK),
        seen("view_gifts", "enter_gifts", door=GIFT_WORK),
        {"number": "counter", "row_number": "voucher_row"},
    ),
    "desk_approvals": Route(holds("approve_gifts", "correct_gifts")),
    "desk_counter": Route(holds("enter_gifts"), holds("enter_gifts")),
    "desk_counter_amount": Route(holds("enter_gifts")),
    "desk_counter_row": Route(
        None, seen("view_gifts", "enter_gifts", door=("enter_gifts",)), {"number": "typed", "row_number": "voucher_row"}
    ),
    "desk_gifts": Route(holds("view_gifts")),
    "desk_gift": Route(seen("view_gifts"), arguments=GIFT),
    "desk_gift_name": Route(
        None, seen("view_gifts", "reveal_names", door=("reveal_names",)), GIFT, sends={"reason": "示例理由"}
    ),
    "desk_gift_display": Route(
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        seen("view_gifts", "enter_gifts", door=("enter_gifts",)),
        GIFT,
        sends={"choice": "anonymous", "reason": "示例理由"},
    ),
    "desk_gift_voucher": Route(seen("view_gifts", "reveal_names", door=("reveal_names",)), arguments=GIFT),
    "desk_correction_new": Route(
        seen("view_gifts", "correct_gifts", door=("correct_gifts",)),
        seen("view_gifts", "correct_gifts", door=("correct_gifts",)),
        GIFT,
        sends={"reason": "示例理由", "public_note": "金额录入有误，已冲销。"},
    ),
}
# Claims lie with those who look after givers and those who confirm.
CLAIM_WORK = ("serve_givers", "approve_gifts")
CLAIM = {"pk": "claim"}
POOLS = seen("view_gifts", "serve_givers", door=("serve_givers",))
DONATIONS |= {
    "desk_pool": Route(holds("view_gifts")),
    "desk_gift_pool": Route(POOLS, POOLS, {"number": "free_gift"}, sends={"reason": "示例理由"}),
    "desk_batch_pool": Route(POOLS, POOLS, {"number": "free_batch"}, sends={"reason": "示例理由"}),
    "desk_claims": Route(holds(*CLAIM_WORK)),
    "desk_claim": Route(at_home(*CLAIM_WORK), arguments=CLAIM),
    "desk_claim_read": Route(None, at_home(*CLAIM_WORK), CLAIM, sends={"purpose": "示例用途"}),
    "desk_claim_slip": Route(at_home(*CLAIM_WORK), at_home(*CLAIM_WORK), CLAIM, sends={"purpose": "示例用途"}),
}
for step, rights, claim, sends in (
    ("propose", ("serve_givers",), "claim", {}),
    ("send-back", CLAIM_WORK, "claim_proposed", {"reason": "示例理由"}),
    ("confirm", ("approve_gifts",), "claim_proposed", {}),
    ("decline", ("serve_givers",), "claim", {"reason": "unclear"}),
    ("photo", ("serve_givers",), "claim", {"problem": "unreadable"}),
    ("forward", ("serve_givers",), "claim", {"branch": "330182", "reason": "示例理由"}),
    ("ask-undo", ("correct_gifts",), "claim_confirmed", {"note": "示例更正说明"}),
    ("undo", ("correct_gifts",), "claim_confirmed", {}),
    ("keep", ("correct_gifts",), "claim_confirmed", {}),
):
    rule = at_home(*rights, door=CLAIM_WORK)
    DONATIONS[f"desk_claim_step:{step}"] = Route(rule, rule, {"pk": claim, "step": f"step_{step}"}, sends=sends)

for decision in ("approve", "decline", "withdraw"):
    DONATIONS[f"desk_correction_decide:{decision}"] = Route(
        seen("view_gifts", "correct_gifts", door=("correct_gifts",)),
        seen("view_gifts", "correct_gifts", door=("correct_gifts",)),
        {"number": "corrected", "correction_id": "correction", "decision": f"step_{decision}"},
        sends={"reason": "示例理由"},
    )
# One address, five steps: makers take three of them, approvers two.
STEPS = {
    "submit": ("enter_gifts", "draft"),
    "withdraw": ("enter_gifts", "submitted"),
    "cancel": ("enter_gifts", "draft"),
    "return": ("approve_gifts", "submitted"),
    "approve": ("approve_gifts", "submitted"),
}
for step, (right, batch) in STEPS.items():
    DONATIONS[f"desk_batch_step:{step}"] = Route(
        seen("view_gifts", right, door=GIFT_WORK),
        seen("view_gifts", right, door=GIFT_WORK),
        {"number": batch, "step": f"step_{step}"},
        sends={"reason": "示例理由"},
    )

# A transfer from HOME to the county below it; each state has one of its own.
TO = "330182"
SPENDING_WORK = ("enter_spending", "approve_spending", "receive_transfers")
UNDER_WAY = {"number": "transfer_sent"}
ENTERS_TRANSFER = seen("view_spending", "enter_spending", door=("enter_spending",))
RECEIVES = acts_at_end("receive_transfers", TO, other=TO)

SPENDING = {
    "desk_transfers": Route(holds("view_spending")),
    "desk_transfers_csv": Route(holds("view_spending")),
    "desk_transfer_new": Route(holds("enter_spending"), holds("enter_spending")),
    "desk_transfer": Route(seen_from_ends(TO), arguments=UNDER_WAY),
    "desk_transfer_edit": Route(ENTERS_TRANSFER, ENTERS_TRANSFER, {"number": "transfer_draft"}),
    "desk_transfer_receive": Route(RECEIVES, RECEIVES, UNDER_WAY),
    "desk_transfer_evidence": Route(reads_evidence(TO), arguments={"number": "transfer_lost"}),
}
TRANSFER_STEPS = {
    "submit": ("enter_spending", "transfer_draft"),
    "cancel": ("enter_spending", "transfer_draft"),
    "withdraw": ("enter_spending", "transfer_submitted"),
    "return": ("approve_spending", "transfer_submitted"),
    "send": ("approve_spending", "transfer_submitted"),
    "confirm": ("receive_transfers", "transfer_counted"),
    "refuse": ("receive_transfers", "transfer_counted"),
}
for step, (right, transfer) in TRANSFER_STEPS.items():
    rule = (
        acts_at_end(right, TO, *SPENDING_WORK, other=TO)
        if right == "receive_transfers"
        else seen("view_spending", right, door=SPENDING_WORK)
    )
    SPENDING[f"desk_transfer_step:{step}"] = Route(
        rule, rule, {"number": transfer, "step": f"step_{step}"}, sends={"reason": "示例理由"}
    )

PAYMENT = {"number": "payment"}
PAPER = {"number": "payment_paid", "document_id": "document"}
PAYS = ("enter_spending", "approve_spending", "lead_spending", "pay_spending")
ENTERS_PAYMENT = seen("view_spending", "enter_spending", door=("enter_spending",))
RELEASES = seen("view_spending", "release_documents", door=("release_documents",))
SPENDING |= {
    "desk_payments": Route(holds("view_spending")),
    "desk_payments_csv": Route(holds("view_spending")),
    "desk_payment_new": Route(holds("enter_spending"), holds("enter_spending")),
    "desk_payment": Route(seen("view_spending"), arguments=PAYMENT),
    "desk_payment_edit": Route(ENTERS_PAYMENT, ENTERS_PAYMENT, PAYMENT),
    "desk_payment_print": Route(seen("view_spending"), arguments=PAYMENT),
    "desk_payment_people": Route(ENTERS_PAYMENT, ENTERS_PAYMENT, PAYMENT),
    "desk_payment_people_read": Route(
        None, seen("view_spending", "read_beneficiaries", door=("read_beneficiaries",)), PAYMENT
    ),
    "desk_payment_document_add": Route(None, ENTERS_PAYMENT, PAYMENT),
    "desk_payment_document": Route(seen_any("view_spending", *PAYS), seen_any("view_spending", *PAYS), PAPER),
    "desk_payment_document_remove": Route(None, ENTERS_PAYMENT, PAPER),
    "desk_payment_copy": Route(RELEASES, RELEASES, PAPER),
    "desk_payment_copy_file": Route(RELEASES, arguments=PAPER),
    "desk_payment_copy_release": Route(None, RELEASES, PAPER),
    "desk_spending_approvals": Route(
        holds("approve_spending", "lead_spending"), holds("approve_spending", "lead_spending")
    ),
    "desk_spending_bands": Route(
        at_home("view_spending", "manage_branch"),
        at_home("manage_branch", door=("view_spending", "manage_branch")),
        BRANCH,
    ),
}
# Who takes each step of a payment, and the one it is shown with.
PAYMENT_STEPS = {
    "submit": (("enter_spending",), "payment"),
    "cancel": (("enter_spending",), "payment"),
    "withdraw": (("enter_spending",), "payment_submitted"),
    "return": (("approve_spending", "lead_spending", "pay_spending"), "payment_submitted"),
    "approve": (("approve_spending", "lead_spending"), "payment_submitted"),
    "pay": (("pay_spending",), "payment_approved"),
    "reverse": (("enter_spending", "pay_spending"), "payment_paid"),
}
for step, (rights, payment) in PAYMENT_STEPS.items():
    rule = seen_any("view_spending", *rights, door=PAYS)
    SPENDING[f"desk_payment_step:{step}"] = Route(rule, rule, {"number": payment, "step": f"step_{step}"})
REVERSAL_RIGHTS = {
    "approve": ("approve_spending",),
    "decline": ("approve_spending",),
    "withdraw": ("enter_spending", "pay_spending"),
}
for decision, rights in REVERSAL_RIGHTS.items():
    rule = seen_any("view_spending", *rights, door=("approve_spending", "enter_spending", "pay_spending"))
    SPENDING[f"desk_reversal_decide:{decision}"] = Route(
        rule, rule, {"number": "payment_paid", "reversal_id": "reversal", "decision": f"step_{decision}"}
    )
APPEAL_WORK = ("plan_appeals", "approve_appeals")
PLANS = seen("view_gifts", "plan_appeals", door=("plan_appeals",))
NEW_PLAN = at_home("plan_appeals")
CAMPAIGN = {"slug": "campaign"}
CHANNEL = {"pk": "channel"}
AGREEMENT = {"number": "agreement"}
CHANGE = {"number": "change"}
APPEALS: dict[str, Route] = {}
for subject, plural, keyed in (
    ("campaign", "campaigns", CAMPAIGN),
    ("channel", "channels", CHANNEL),
    ("agreement", "agreements", AGREEMENT),
    ("change", "changes", CHANGE),
):
    APPEALS |= {
        f"desk_{plural}": Route(holds("view_gifts")),
        f"desk_{subject}": Route(seen("view_gifts"), arguments=keyed),
        f"desk_{subject}_new": Route(NEW_PLAN, NEW_PLAN, query=f"?branch={HOME}"),
        f"desk_{subject}_edit": Route(PLANS, PLANS, keyed),
    }
# One address for each subject, and the steps of each by the right that they ask for.
for subject, keyed, right, steps in (
    ("campaign", CAMPAIGN, "plan_appeals", ("submit", "filing", "settle", "cancel")),
    (
        "campaign",
        CAMPAIGN,
        "approve_appeals",
        ("approve", "return", "fund", "close", "settle-approve", "settle-return", "withdraw"),
    ),
    ("channel", CHANNEL, "plan_appeals", ("submit", "end", "drop")),
    ("channel", CHANNEL, "approve_appeals", ("approve", "return", "stop")),
    ("agreement", AGREEMENT, "plan_appeals", ("submit", "drop")),
    ("agreement", AGREEMENT, "approve_appeals", ("approve", "return", "end")),
    ("change", CHANGE, "plan_appeals", ("submit", "drop")),
    ("change", CHANGE, "approve_appeals", ("publish", "approve", "return", "stop")),
):
    for step in steps:
        asked = seen("view_gifts", right, door=APPEAL_WORK)
        APPEALS[f"desk_{subject}_step:{step}"] = Route(
            asked, asked, {**keyed, "step": f"step_{step}"}, sends={"reason": "示例理由"}
        )
# What is open already is given up, or ended, by somebody who approves as well.
for name in ("desk_campaign_step:cancel",):
    both = seen("view_gifts", "plan_appeals", "approve_appeals", door=APPEAL_WORK)
    APPEALS[name] = Route(APPEALS[name].get, both, APPEALS[name].arguments, sends={"reason": "示例理由"})
# A way to give is ended by who made it, or by somebody who approves as well.
APPEALS["desk_channel_step:end"] = Route(
    APPEALS["desk_channel_step:end"].get, ends_channel(), {**CHANNEL, "step": "step_end"}, sends={"reason": "示例理由"}
)
APPEALS |= {
    "desk_campaign_file_new": Route(None, PLANS, CAMPAIGN),
    "desk_campaign_file": Route(seen("view_gifts"), arguments={**CAMPAIGN, "file_id": "campaign_file"}),
    "desk_campaign_file_release": Route(
        None,
        seen("view_gifts", "approve_appeals", door=("approve_appeals",)),
        {**CAMPAIGN, "file_id": "campaign_file"},
    ),
    "desk_agreement_paper": Route(seen_any("view_gifts", *APPEAL_WORK, door=APPEAL_WORK), arguments=AGREEMENT),
    "desk_change_paper": Route(seen_any("view_gifts", *APPEAL_WORK, door=APPEAL_WORK), arguments=CHANGE),
    "desk_objection_new": Route(None, PLANS, CHANGE),
    "desk_objection_answer": Route(
        None,
        seen("view_gifts", "approve_appeals", door=("approve_appeals",)),
        {**CHANGE, "objection_id": "objection"},
        sends={"answer": "示例答复"},
    ),
}

BOOKS = ("view_ledger", "manage_funds")
FUND = {"code": "fund"}
OPENING = {"pk": "opening"}
MANAGES = at_home("manage_funds")

LEDGER = {
    "desk_funds": Route(holds(*BOOKS)),
    "desk_fund": Route(at_home(*BOOKS), arguments=FUND),
    "desk_fund_new": Route(MANAGES, MANAGES, query="?branch=3301"),
    "desk_fund_close": Route(MANAGES, MANAGES, FUND),
    "desk_opening": Route(holds(*BOOKS), holds(*BOOKS)),
    "desk_opening_template": Route(holds(*BOOKS)),
    "desk_opening_batch": Route(at_home(*BOOKS), arguments=OPENING),
    **{
        f"desk_opening_{act}": Route(None, MANAGES, OPENING, sends={"reason": "示例理由"})
        for act in ("submit", "approve", "return", "drop")
    },
}

REPORT = {"number": "published"}

TRANSPARENCY = {
    **{
        name: Route(everybody())
        for name in (
            "home",
            "search",
            "branches",
            "disclosure",
            "disclosure_feed",
            "reports",
            "about",
            "privacy",
            "accessibility",
            "report_error",
            "robots",
            "sitemap",
            "campaigns",
            "campaigns_csv",
            "campaigns_json",
            "campaigns_feed",
            "spending_feed",
            "reports_feed",
            "give",
            "give_csv",
            "give_json",
            "notices",
            "api_campaigns",
            "api_branches",
            "api_donations",
            "api_reports",
            "api_schema",
            "api_docs",
            "log_checkpoint",
            "log_feed",
            "api_log",
        )
    },
    "branch": Route(everybody(), arguments=BRANCH),
    # The published report of the table is a monthly one, which has none of these.
    "report_annual_csv": Route(everybody(), arguments=REPORT, gives=frozenset({404})),
    "report_opinion": Route(everybody(), arguments=REPORT, gives=frozenset({404})),
    **{
        f"report_{name}_csv": Route(everybody(), arguments=REPORT, gives=frozenset({404}))
        for name in ("certificates", "ends", "lessons", "training", "registries")
    },
    "api_donation": Route(everybody(), arguments=GIFT),
    **{
        name: Route(everybody(), arguments=REPORT)
        for name in (
            "report",
            "report_pdf",
            "report_html",
            "report_csv",
            "report_use_csv",
            "report_balance_csv",
            "report_json",
            "report_package",
            "api_report",
        )
    },
    # A short list has no volume of its own: for everybody alike there is none.
    "report_volume": Route(everybody(), arguments={**REPORT, "part": "volume"}, gives=frozenset({404})),
    "log_tile": Route(everybody(), arguments={"level": "log_level", "path": "log_path"}),
    "log_entries": Route(everybody(), arguments={"path": "log_path"}),
    "log_record": Route(everybody(), arguments={"index": "log_index"}),
    # Who hands in a line is known by its signature; without one it is a text that is refused.
    "log_cosignatures": Route(None, everybody()),
    "api_log_record": Route(everybody(), arguments={"index": "log_index"}),
    # Without an earlier head to begin from, the newest is asked for twice.
    "api_log_consistency": Route(everybody()),
    "verify": Route(everybody(), everybody()),
    "api_verify": Route(everybody(), arguments={"sha256": "sha256"}),
    "receipt_search": Route(everybody(), everybody()),
    "donations": Route(everybody()),
    "donations_csv": Route(everybody()),
    "donations_json": Route(everybody()),
    "donation": Route(everybody(), arguments=GIFT),
    "campaign": Route(everybody(), arguments=CAMPAIGN),
    "campaign_json": Route(everybody(), arguments=CAMPAIGN),
    "api_campaign": Route(everybody(), arguments=CAMPAIGN),
    # A document that nobody has released is not there.
    "campaign_file": Route(everybody(), arguments={**CAMPAIGN, "file_id": "campaign_file"}, gives=frozenset({404})),
    "notice": Route(everybody(), arguments=CHANGE),
    # A giver without a code is led back to the start.
    "my": Route(everybody(), everybody()),
    "my_code": Route(everybody(), everybody(), gives=frozenset({302})),
    "my_leave": Route(None, everybody()),
    "my_wechat": Route(everybody(), gives=frozenset({302})),
    "my_wechat_bind": Route(None, everybody(), gives=frozenset({302})),
    "my_wechat_callback": Route(everybody(), gives=frozenset({302})),
    "my_wechat_unbind": Route(None, everybody(), gives=frozenset({302})),
    "my_gift": Route(everybody(), arguments=GIFT, gives=frozenset({302})),
    "my_name": Route(None, everybody(), arguments=GIFT, gives=frozenset({302})),
    "my_ask": Route(None, everybody(), arguments=GIFT, gives=frozenset({302})),
    "my_withdraw": Route(None, everybody(), arguments={**GIFT, "request_id": "request"}, gives=frozenset({302})),
    # A claimant without a code is led back to the start.
    "claim": Route(everybody(), everybody()),
    "claim_code": Route(everybody(), everybody(), gives=frozenset({302})),
    "claim_new": Route(everybody(), everybody(), gives=frozenset({302})),
    "claim_detail": Route(everybody(), arguments=CLAIM_CODE, gives=frozenset({302})),
    "claim_photo": Route(None, everybody(), arguments=CLAIM_CODE, gives=frozenset({302})),
    "claim_withdraw": Route(None, everybody(), arguments=CLAIM_CODE, gives=frozenset({302})),
    "spending": Route(everybody()),
    "spending_csv": Route(everybody()),
    "spending_json": Route(everybody()),
    "api_spending": Route(everybody()),
    "spending_detail": Route(everybody(), arguments={"number": "payment_paid"}),
    "api_payment": Route(everybody(), arguments={"number": "payment_paid"}),
    # The copy of the table's paper was offered and not released: for everybody alike there is none.
    "spending_document": Route(everybody(), arguments=PAPER, gives=frozenset({404})),
    "funds": Route(everybody()),
    "fund": Route(everybody(), arguments=FUND),
    "fund_csv": Route(everybody(), arguments=FUND),
    "fund_json": Route(everybody(), arguments=FUND),
    "api_funds": Route(everybody()),
    "api_fund": Route(everybody(), arguments=FUND),
    "api_fund_statement": Route(everybody(), arguments=FUND),
}

PUBLISHES = seen("view_draft_reports", "publish_reports", door=("publish_reports",))
REQUESTS = seen("view_draft_reports", "request_reports", door=("request_reports",))
CHECKS = seen_any(
    "view_draft_reports", "request_reports", "publish_reports", door=("request_reports", "publish_reports")
)
WRITES_ANNUAL = seen("view_draft_reports", "request_reports")
DRAFT_REPORT = {"number": "report"}
ANNUAL = {"code": "branch", "year": "annual_year"}
CHAPTER = {**ANNUAL, "chapter": "annual_chapter"}

REPORTS = {
    "desk_home": Route(signed_in()),
    "desk_reports": Route(holds("view_draft_reports")),
    "desk_report_new": Route(holds("request_reports"), holds("request_reports")),
    "desk_schedules": Route(holds("view_draft_reports"), holds("view_draft_reports")),
    "desk_report": Route(seen("view_draft_reports"), arguments=DRAFT_REPORT),
    "desk_report_progress": Route(seen("view_draft_reports"), arguments=DRAFT_REPORT, gives=frozenset({200, 302})),
    "desk_report_preview": Route(seen("view_draft_reports"), arguments=DRAFT_REPORT),
    "desk_report_file": Route(
        seen("view_draft_reports"), arguments={**DRAFT_REPORT, "role": "file_role", "part": "file_part"}
    ),
    "desk_report_check": Route(CHECKS, CHECKS, DRAFT_REPORT),
    "desk_report_publish": Route(PUBLISHES, PUBLISHES, DRAFT_REPORT),
    "desk_report_withdraw": Route(PUBLISHES, PUBLISHES, REPORT, sends={"reason": "示例理由"}),
    "desk_report_anomalies": Route(PUBLISHES, PUBLISHES, DRAFT_REPORT, sends={"chosen": "x:", "reason": "示例说明"}),
    "desk_report_decline": Route(PUBLISHES, PUBLISHES, DRAFT_REPORT, sends={"reason": "示例理由"}),
    "desk_report_correct": Route(REQUESTS, REQUESTS, REPORT, sends={"note": "示例更正说明"}),
    "desk_report_retry": Route(None, CHECKS, DRAFT_REPORT),
    "desk_annual_list": Route(holds("view_draft_reports"), holds("view_draft_reports")),
    "desk_annual": Route(seen("view_draft_reports"), arguments=ANNUAL),
    "desk_annual_preview": Route(seen("view_draft_reports"), arguments=ANNUAL),
    # Before a PDF was asked for, one is led back to where it is.
    "desk_annual_pdf": Route(seen("view_draft_reports"), WRITES_ANNUAL, ANNUAL, gives=frozenset({302})),
    "desk_annual_opinion": Route(REQUESTS, REQUESTS, ANNUAL),
    "desk_annual_opinion_file": Route(seen("view_draft_reports"), arguments=ANNUAL),
    "desk_annual_chapter": Route(
        seen("view_draft_reports"), WRITES_ANNUAL, CHAPTER, sends={"base": "1", "text": "示例文字"}
    ),
    "desk_annual_versions": Route(seen("view_draft_reports"), arguments=CHAPTER),
    "desk_annual_restore": Route(None, REQUESTS, CHAPTER, sends={"version": "1"}),
    "audit_home": Route(holds("view_draft_reports", "view_audit")),
    "audit_report": Route(seen("view_draft_reports"), arguments=DRAFT_REPORT),
    "audit_trail": Route(holds("view_audit")),
    "audit_trail_csv": Route(holds("view_audit")),
    "audit_checks": Route(holds("view_audit")),
    "audit_log": Route(holds("view_audit")),
    "audit_log_checkpoint": Route(holds("view_audit"), arguments={"day": "log_day"}),
}

RECONCILES = seen("view_statements", "reconcile", door=("reconcile",))
READS_PAYERS = seen("view_statements", "read_payers", door=("read_payers",))
STATEMENT = {"number": "statement"}
LINE = {**STATEMENT, "seq": "line"}
SHEET = {"code": "branch", "month": "month"}

RECONCILIATION = {
    "desk_statements": Route(holds("view_statements")),
    "desk_deposit_new": Route(holds("reconcile"), holds("reconcile")),
    "desk_statement_new": Route(holds("reconcile"), holds("reconcile")),
    "desk_statement": Route(seen("view_statements"), arguments=STATEMENT),
    "desk_statement_progress": Route(seen("view_statements"), arguments=STATEMENT, gives=frozenset({200, 302})),
    "desk_statement_columns": Route(RECONCILES, RECONCILES, STATEMENT),
    "desk_statement_balances": Route(None, RECONCILES, {"number": "statement_draft"}),
    # Without a purpose the file is not opened and the person is told so.
    "desk_statement_file": Route(None, seen("view_statements", "read_payers"), STATEMENT),
    "desk_statement_batch": Route(RECONCILES, RECONCILES, STATEMENT),
    "desk_statement_alike": Route(None, RECONCILES, STATEMENT),
    "desk_statement_chosen": Route(None, RECONCILES, STATEMENT),
    "desk_statement_match": Route(None, RECONCILES, STATEMENT),
    "desk_statement_pool": Route(None, seen("view_statements", "serve_givers", door=("serve_givers",)), STATEMENT),
    "desk_statement_resume": Route(None, RECONCILES, STATEMENT),
    "desk_statement_step": Route(RECONCILES, RECONCILES, {**STATEMENT, "step": "step_drop"}),
    "desk_statement_line": Route(seen("view_statements"), arguments=LINE),
    "desk_statement_line_read": Route(None, READS_PAYERS, LINE),
    "desk_statement_line_act": Route(
        None, RECONCILES, {**LINE, "act": "line_act"}, sends={"kind": "other", "reason": "示例理由"}
    ),
    "desk_month_sheet": Route(at_home("view_statements"), arguments=SHEET),
    "desk_month_sheet_print": Route(at_home("view_statements"), arguments=SHEET),
    "desk_month_sheet_file": Route(at_home("view_statements"), arguments={**SHEET, "ending": "csv"}),
    "desk_month_sheet_step": Route(
        at_home("confirm_sheets", door=("reconcile", "confirm_sheets")),
        at_home("confirm_sheets", door=("reconcile", "confirm_sheets")),
        {**SHEET, "step": "step_confirm"},
    ),
}

PLANS_TRAINING = seen("view_training", "plan_training", door=("plan_training",))
NEW_TRAINING = at_home("plan_training")
KEEPS_TIMES = seen("view_training", "plan_training")
KEEPS_CATALOGUE = at_branch("33", "plan_training")
OPEN_SESSION = {"number": "training_open"}
TAUGHT_BY = {"instructor_id": "instructor"}
TRAINING_PLANNING = {
    "desk_training_sessions": Route(holds("view_training")),
    "desk_training_session_new": Route(NEW_TRAINING, NEW_TRAINING, query=f"?branch={HOME}"),
    "desk_training_session": Route(seen("view_training"), arguments=OPEN_SESSION),
    "desk_training_session_edit": Route(PLANS_TRAINING, PLANS_TRAINING, {"number": "training_draft"}),
    "desk_training_seats": Route(PLANS_TRAINING, PLANS_TRAINING, OPEN_SESSION, sends={"seats": "9"}),
    "desk_training_lesson_move": Route(
        PLANS_TRAINING, PLANS_TRAINING, {**OPEN_SESSION, "lesson_id": "training_lesson"}
    ),
    "desk_instructors": Route(holds("view_training")),
    "desk_instructor_new": Route(NEW_TRAINING, NEW_TRAINING, query=f"?branch={HOME}"),
    "desk_instructor": Route(seen("view_training"), arguments=TAUGHT_BY),
    "desk_instructor_edit": Route(PLANS_TRAINING, PLANS_TRAINING, TAUGHT_BY),
    "desk_instructor_end": Route(PLANS_TRAINING, PLANS_TRAINING, TAUGHT_BY),
    "desk_instructor_phone": Route(None, PLANS_TRAINING, TAUGHT_BY),
    "desk_absence_add": Route(None, KEEPS_TIMES, TAUGHT_BY),
    "desk_absence_remove": Route(None, KEEPS_TIMES, {**TAUGHT_BY, "absence_id": "absence"}),
    "desk_courses": Route(holds("view_training")),
    "desk_course_version_new": Route(KEEPS_CATALOGUE, KEEPS_CATALOGUE, {"code": "course"}),
    **{
        f"desk_training_session_step:{step}": Route(
            PLANS_TRAINING, PLANS_TRAINING, {"number": session, "step": f"step_{step}"}, sends={"reason": "示例理由"}
        )
        for step, session in (("open", "training_draft"), ("close", "training_open"), ("cancel", "training_open"))
    },
}
HELD = {"number": "held_session"}
SIGNED = {"number": "signed_session"}
PLACE = {**HELD, "enrolment_id": "held_place"}
SEES_TRAINING = seen("view_training")
READS_TRAINEES = seen("view_training", "read_trainees", door=("read_trainees",))
MARKS_TRAINING = seen("view_training", "mark_training", door=("mark_training",))
SIGNS = seen("view_training", "sign_results", door=("sign_results",))
ISSUES = seen("view_training", "issue_certificates", door=("issue_certificates",))
TRAINING_HELD = {
    "desk_roster_template": Route(holds("plan_training")),
    "desk_session_roster": Route(SEES_TRAINING, seen("view_training", "read_trainees", door=("view_training",)), HELD),
    "desk_session_person_new": Route(PLANS_TRAINING, PLANS_TRAINING, HELD),
    "desk_session_roster_import": Route(PLANS_TRAINING, PLANS_TRAINING, HELD),
    "desk_session_roster_problems": Route(None, brought_roster(), {**HELD, "file_id": "roster_problems"}),
    "desk_session_place_cancel": Route(PLANS_TRAINING, PLANS_TRAINING, PLACE, sends={"reason": "示例理由"}),
    "desk_session_place_document": Route(PLANS_TRAINING, PLANS_TRAINING, PLACE),
    "desk_session_sheet": Route(READS_TRAINEES, READS_TRAINEES, HELD),
    "desk_session_roll": Route(MARKS_TRAINING, MARKS_TRAINING, HELD),
    "desk_session_marks": Route(MARKS_TRAINING, MARKS_TRAINING, HELD),
    "desk_session_sign": Route(SIGNS, SIGNS, HELD),
    "desk_session_return": Route(sends_back(), sends_back(), SIGNED, sends={"reason": "示例理由"}),
    "desk_session_issue": Route(ISSUES, ISSUES, SIGNED),
    "desk_session_issued": Route(SEES_TRAINING, arguments=SIGNED),
    "desk_session_finish": Route(ISSUES, ISSUES, SIGNED),
}
SESSION = {"number": "training_session"}
PLACE = {"code": "training_place"}
# Sessions for the public: a place is opened by its code, presence by the code on the screen of the class.
TRAINING_PUBLIC = {
    **{
        name: Route(everybody())
        for name in ("training", "training_csv", "training_json", "training_feed", "training_worker", "api_courses")
    },
    "training_session": Route(everybody(), arguments=SESSION),
    "training_session_ics": Route(everybody(), arguments=SESSION),
    "api_course": Route(everybody(), arguments=SESSION),
    "training_sign_up": Route(everybody(), everybody(), SESSION),
    "training_sign_up_name": Route(everybody(), everybody(), SESSION, gives=frozenset({302})),
    "training_places": Route(everybody(), everybody()),
    "training_place": Route(everybody(), arguments=PLACE),
    "training_place_ics": Route(everybody(), arguments=PLACE),
    "training_place_cancel": Route(everybody(), everybody(), PLACE),
    "training_place_check_in": Route(everybody(), everybody(), PLACE),
    "training_check_in": Route(everybody(), everybody(), {"token": "training_token"}),
    "desk_training_qr": Route(
        seen("view_training", "mark_training", door=("mark_training",)),
        arguments={**SESSION, "lesson_id": "public_lesson"},
    ),
}
ISSUES = seen("view_training", "issue_certificates", door=("issue_certificates",))
CERTIFICATE = {"code": "certificate"}
LEGACY = {"key": "legacy"}
TRAINING_CERTIFICATES = {
    "certificate_search": Route(everybody(), everybody()),
    "certificate": Route(everybody(), everybody(), CERTIFICATE),
    "certificate_json": Route(everybody(), arguments=CERTIFICATE),
    "certificate_keys": Route(everybody()),
    "certificate_status": Route(everybody(), arguments={"number": "certificate_list"}),
    "api_certificate": Route(everybody(), arguments=CERTIFICATE),
    "desk_certificates": Route(holds("view_training")),
    "desk_certificate": Route(seen("view_training"), arguments=CERTIFICATE),
    "desk_certificate_read": Route(
        None,
        seen("view_training", "read_trainees", door=("read_trainees",)),
        CERTIFICATE,
        sends={"purpose": "示例用途"},
    ),
    "desk_certificate_pdf": Route(None, ISSUES, CERTIFICATE),
    "desk_certificate_revoke": Route(ISSUES, ISSUES, CERTIFICATE),
    "desk_certificate_reissue": Route(ISSUES, ISSUES, CERTIFICATE),
    "desk_certificate_print": Route(ISSUES, ISSUES, {"number": "certified_session"}),
    # Before a file was made, one is led back to where it is.
    "desk_certificate_print_file": Route(None, ISSUES, {"number": "certified_session"}),
    "desk_legacy_imports": Route(holds("issue_certificates"), holds("issue_certificates")),
    "desk_legacy_template": Route(holds("issue_certificates")),
    "desk_legacy_import": Route(seen("issue_certificates"), arguments=LEGACY),
    "desk_legacy_problems": Route(seen("issue_certificates"), arguments=LEGACY),
    "desk_legacy_step": Route(None, seen("issue_certificates"), {**LEGACY, "step": "step_resume"}),
}

TABLE: dict[str, Route] = {
    **CORE,
    **ORGANIZATIONS,
    **LEDGER,
    **DONATIONS,
    **APPEALS,
    **SPENDING,
    **RECONCILIATION,
    **TRAINING,
    **REGISTRIES,
    **REGISTRY_DONORS,
    **REGISTRY_CONTACTS,
    **REGISTRY_REQUESTS,
    **REGISTRY_CASES,
    **REGISTRY_FIGURES,
    **REGISTRY_DONORS,
    **REGISTRY_PAPERS,
    **MEMORIAL,
    **REGISTRY_EXCHANGE,
    **REGISTRY_INTAKE,
    **TRAINING_PLANNING,
    **TRAINING_PUBLIC,
    **TRAINING_CERTIFICATES,
    **TRANSPARENCY,
    **REPORTS,
    **TRAINING_HELD,
}

# Pages of allauth: what a stranger and what a signed-in person gets for a GET (302 leads to sign in, or away from it).
THIRD_PARTY: dict[str, tuple[set[int], set[int]]] = {
    "account_login": ({200}, {302}),
    "account_logout": ({302}, {200}),
    "account_inactive": ({200}, {200}),
    "account_reauthenticate": ({302}, {200, 302}),
    "account_change_password": ({302}, {200, 302}),
    "account_reset_password": ({200}, {200}),
    "account_reset_password_done": ({200}, {200}),
    "account_reset_password_from_key": ({200, 302}, {200, 302}),
    "account_reset_password_from_key_done": ({200}, {200}),
    "mfa_index": ({302}, {200}),
    "mfa_authenticate": ({302}, {302}),
    "mfa_reauthenticate": ({302}, {200, 302}),
    "mfa_activate_totp": ({302}, {200, 302}),
    "mfa_deactivate_totp": ({302}, {302, 404}),
    "mfa_view_recovery_codes": ({302}, {302, 404}),
    "mfa_generate_recovery_codes": ({302}, {200, 302, 403, 404}),
    "mfa_download_recovery_codes": ({302}, {302, 404}),
}
