"""The part of the table for training: what each address asks of a person."""

from tests.permissions.rules import Route, everybody, holds, seen, seen_any

MARKS = ("mark_training", "plan_training")

MASS_LESSONS = {
    "training_coverage": Route(everybody()),
    "training_coverage_csv": Route(everybody()),
    "training_coverage_json": Route(everybody()),
    "training_lessons": Route(everybody()),
    "training_lessons_csv": Route(everybody()),
    "training_certificates_csv": Route(everybody()),
    "desk_training_figures": Route(holds("view_training")),
    "desk_population_new": Route(holds("plan_training"), holds("plan_training")),
    "desk_target_new": Route(holds("plan_training"), holds("plan_training")),
    "desk_mass_lessons": Route(holds("view_training")),
    "desk_mass_lesson_new": Route(holds("mark_training"), holds("mark_training")),
    "desk_mass_lesson": Route(seen("view_training"), arguments={"number": "mass_confirmed"}),
    "desk_mass_lesson_edit": Route(
        seen("view_training", "mark_training", door=("mark_training",)),
        seen("view_training", "mark_training", door=("mark_training",)),
        {"number": "mass_draft"},
    ),
    "desk_mass_lesson_correct": Route(
        seen("view_training", "mark_training", door=("mark_training",)),
        seen("view_training", "mark_training", door=("mark_training",)),
        {"number": "mass_confirmed"},
    ),
    "desk_mass_lesson_evidence": Route(seen_any("view_training", *MARKS), arguments={"number": "mass_confirmed"}),
}
MASS_STEPS = {
    "submit": ("mark_training", "mass_draft"),
    "cancel": ("mark_training", "mass_draft"),
    "return": ("plan_training", "mass_submitted"),
    "confirm": ("plan_training", "mass_submitted"),
}
for step, (right, lesson) in MASS_STEPS.items():
    rule = seen("view_training", right, door=MARKS)
    MASS_LESSONS[f"desk_mass_lesson_step:{step}"] = Route(
        rule, rule, {"number": lesson, "step": f"step_{step}"}, sends={"reason": "示例理由"}
    )

PLANS = seen("view_training", "plan_training", door=("plan_training",))
INSPECTS = seen("view_training", "mark_training", door=("mark_training",))
PLACES = {
    "aed": Route(everybody()),
    "aed_csv": Route(everybody()),
    "aed_json": Route(everybody()),
    "desk_aeds": Route(holds("view_training")),
    "desk_aed_new": Route(holds("plan_training"), holds("plan_training")),
    "desk_aed": Route(seen("view_training"), arguments={"pk": "aed"}),
    "desk_aed_inspect": Route(INSPECTS, INSPECTS, {"pk": "aed"}),
    "desk_aed_withdraw": Route(PLANS, PLANS, {"pk": "aed"}),
    "desk_places": Route(holds("view_training")),
    "desk_place_new": Route(holds("plan_training"), holds("plan_training")),
    "desk_place_edit": Route(PLANS, PLANS, {"pk": "place"}),
    "desk_place_close": Route(PLANS, PLANS, {"pk": "place"}),
}

RESCUES = {
    "rescues": Route(everybody()),
    "desk_rescues": Route(holds("view_training")),
    "desk_rescue_new": Route(holds("mark_training"), holds("mark_training")),
    "desk_rescue": Route(seen("view_training"), arguments={"number": "rescue_reported"}),
    "desk_rescue_evidence": Route(
        seen("view_training", "plan_training", door=("plan_training",)), arguments={"number": "rescue_reported"}
    ),
}
RESCUE_STEPS = {
    "verify": "rescue_reported",
    "decline": "rescue_reported",
    "publish": "rescue_verified",
    "withdraw": "rescue_published",
}
for step, case in RESCUE_STEPS.items():
    RESCUES[f"desk_rescue_step:{step}"] = Route(
        PLANS, PLANS, {"number": case, "step": f"step_{step}"}, sends={"reason": "示例理由"}
    )

CONTRACT = {"number": "contract"}
CONTRACTS = {
    "training_contracts": Route(everybody()),
    "desk_contracts": Route(holds("view_training")),
    "desk_contract_new": Route(holds("plan_training"), holds("plan_training")),
    "desk_contract": Route(seen("view_training"), arguments=CONTRACT),
    "desk_contract_session": Route(PLANS, PLANS, CONTRACT),
    "desk_contract_accept": Route(PLANS, PLANS, CONTRACT),
    "desk_contract_end": Route(PLANS, PLANS, CONTRACT),
}

QUALITY = {
    "training_class_feedback": Route(everybody(), arguments={"number": "training_session"}, gives=frozenset({302})),
    "training_place_feedback": Route(everybody(), everybody(), {"code": "training_place"}),
    "desk_training_quality": Route(holds("view_training")),
    "desk_session_feedback": Route(seen("view_training"), arguments={"number": "training_open"}),
}

BASE = {"pk": "place"}
QUALITY |= {
    "desk_bases_quality": Route(holds("view_training")),
    "desk_bases_quality_csv": Route(holds("view_training")),
    "desk_base_quality": Route(seen("view_training"), arguments=BASE),
}

BODY, MERGED = {"pk": "organisation"}, {"pk": "organisation_merged"}
ORGANISATIONS = {
    "training_schools": Route(everybody()),
    "training_schools_csv": Route(everybody()),
    "desk_organisations": Route(holds("view_training")),
    "desk_organisations_csv": Route(holds("view_training")),
    "desk_organisation_new": Route(holds("plan_training"), holds("plan_training")),
    "desk_organisation": Route(seen("view_training"), arguments=BODY),
    "desk_organisation_size": Route(PLANS, PLANS, BODY),
    "desk_organisation_change": Route(PLANS, PLANS, BODY),
    "desk_organisation_alias": Route(PLANS, PLANS, BODY),
    "desk_organisation_merge": Route(PLANS, PLANS, BODY),
    "desk_organisation_separate": Route(PLANS, PLANS, MERGED),
}

REFRESHERS = {
    "training_refreshers": Route(everybody()),
    "training_refreshers_near": Route(everybody(), arguments={"kind": "certificate_kind", "area": "county_code"}),
    "desk_expiring": Route(holds("view_training")),
    "desk_expiring_csv": Route(holds("view_training")),
}

OPEN_DATA = {
    "data": Route(everybody()),
    "data_package": Route(everybody()),
    "data_csv": Route(everybody(), arguments={"name": "data_set"}),
}

TRAINING: dict[str, Route] = {
    **OPEN_DATA,
    **REFRESHERS,
    **ORGANISATIONS,
    **QUALITY,
    **MASS_LESSONS,
    **PLACES,
    **RESCUES,
    **CONTRACTS,
}
