"""What apps offer to each other without importing upward: settings that are dotted paths."""

# Where PostgreSQL's programs may lie, what a restore adds to its transaction, and the commands that verify it.
PG_BIN_CANDIDATES = "redcross_portal.local_services.postgres.program_directories"
RESTORE_STATEMENTS = ["transparency.services.restored.statements"]
RESTORE_CHECKS = ["verify_ledger"]
# What the rows say today of which public records were written, by the kind of record (core.recorded).
RECORDED_ROWS = {
    "gift": "donations.services.recorded.gifts_today",
    "entry": "ledger.services.recorded.entries_today",
    "payment": "spending.services.recorded.payments_today",
    "certificate": "training.services.recorded.certificates_today",
    "mass_lesson": "training.services.recorded_lessons.mass_lessons_today",
    "certificate_end": "training.services.recorded.ends_today",
    "campaign": "donations.services.appeals.recorded.campaigns_today",
    "campaign_settled": "donations.services.appeals.recorded.settlements_today",
    "giving_channel": "donations.services.appeals.recorded.channels_today",
    "change_notice": "donations.services.appeals.recorded.notices_today",
    "registry_figures": "registries.services.figures.records.figures_today",
    "report": "transparency.services.recorded.reports_today",
    "withdrawal": "transparency.services.recorded.withdrawals_today",
}
# What the doctor asks of apps: functions `() -> Iterator[core.diagnosis.Finding]`.
DOCTOR_QUESTIONS = ["transparency.services.diagnosis.log_key", "transparency.services.diagnosis.log_progress"]
# The table of retention, each app's own part, and what says which stored files stay whatever their day is.
RETENTION_TERMS = [
    "core.retention.rules.TERMS",
    "donations.services.purging.TERMS",
    "donations.services.drafts.TERMS",
    "donations.services.claims.purging.TERMS",
    "spending.services.purging.TERMS",
    "reconciliation.services.purging.TERMS",
    "training.services.purging.TERMS",
    "registries.services.purging.TERMS",
    "registries.services.memorial.purging.TERMS",
    "registries.services.requests.purging.TERMS",
    "registries.services.intake.purging.INTAKE_TERMS",
    "registries.services.cases.purging.CASE_TERMS",
    # After the cases: what rests on none of them any more.
    "registries.services.departed_ending.DEPARTED_TERMS",
]
RETENTION_KEEPERS = ["donations.services.purging.kept_files", "transparency.selectors.keeping.kept_files"]
# What apps keep sealed elsewhere than in a sealed column: for `rotate_keys` (core.keys.resealing).
RESEALERS = ["accounts.services.second_factor_keys.reseal_second_factors"]
STALE_COUNTERS = ["accounts.services.second_factor_keys.count_stale_second_factors"]
# What a branch may still hold when it is to be closed: `(branch) -> sentences`, called inside the closing transaction.
CLOSING_CHECKS = [
    "ledger.services.closing.funds_still_held",
    "donations.selectors.closing.batches_in_hand",
    "donations.selectors.closing.claims_in_hand",
]
# What goes on when a batch of gifts was posted or cancelled: `(batch)`, called in the transaction that moves it.
BATCH_LISTENERS = ["reconciliation.services.settling.settle_batch"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"
