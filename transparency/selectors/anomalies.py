"""What looks wrong in the records that a run takes, by SQL: one statement a rule, bounded by the run's log range."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from core.money import yuan
from transparency.choices import ANOMALY_REASONS, AnomalyRule, ReportScope
from transparency.definitions import definition_of
from transparency.models import Anomaly, ReportRun

JUMP = 10
CHUNK = 1000

# The gifts of the run: those whose record has its place in the run's range and whose branch is in its scope.
_TAKEN = """
WITH placed AS (
    SELECT p.object_id AS entry_id FROM transparency_logleaf l JOIN core_publicrecord p ON p.id = l.record_id
    WHERE l.index >= %(log_from)s AND l.index < %(log_to)s AND p.kind IN ('gift', 'entry')
), taken AS (
    SELECT d.id, d.number, d.amount, d.received_on, (d.posted_at AT TIME ZONE 'Asia/Shanghai')::date AS posted_on,
           d.posted_at, d.fund_id, d.branch_id, d.donor_name, d.donor_kind
    FROM placed p JOIN donations_donation d ON d.entry_id = p.entry_id
    JOIN organizations_branch b ON b.id = d.branch_id
    WHERE (b.id = %(branch)s OR (%(below)s AND b.path LIKE %(path)s))
      AND (%(campaign)s::bigint IS NULL OR d.fund_id IN (
           SELECT fund_id FROM donations_campaignfund WHERE campaign_id = %(campaign)s))
)
"""

_RULES: dict[str, str] = {
    AnomalyRule.TINY_AMOUNT: """
        SELECT number, jsonb_build_object('amount', amount::text, 'same', count(*) OVER (PARTITION BY amount))
        FROM taken WHERE amount < 1 ORDER BY number""",
    AnomalyRule.TEST_NAME: """
        SELECT number, jsonb_build_object('amount', amount::text, 'received_on', received_on) FROM taken
        WHERE lower(btrim(donor_name)) ~ '^(测试.*|.*测试|test[0-9]*|tester|demo|张三|李四|王五|[0-9]+|a+|x+)$'
        ORDER BY number""",
    AnomalyRule.FUTURE_DATE: """
        SELECT number, jsonb_build_object('received_on', received_on, 'posted_on', posted_on)
        FROM taken WHERE received_on > posted_on ORDER BY number""",
    AnomalyRule.BEFORE_FUND: """
        SELECT t.number, jsonb_build_object('received_on', t.received_on, 'opened_on', f.opened_on)
        FROM taken t JOIN ledger_fund f ON f.id = t.fund_id WHERE t.received_on < f.opened_on ORDER BY t.number""",
    AnomalyRule.LONG_AGO: """
        SELECT number, jsonb_build_object('received_on', received_on, 'posted_on', posted_on)
        FROM taken WHERE posted_on - received_on > 366 ORDER BY number""",
    AnomalyRule.SAME_GIFT: """
        SELECT number, facts FROM (
            SELECT number, jsonb_build_object('amount', amount::text, 'received_on', received_on,
                       'first', min(number) OVER same, 'same', count(*) OVER same) AS facts, count(*) OVER same AS n
            FROM taken WHERE donor_kind <> 'anonymous'
            WINDOW same AS (PARTITION BY branch_id, donor_kind, donor_name, amount, received_on)) grouped
        WHERE n > 1 ORDER BY number""",
    AnomalyRule.ROUND_TRIP: """
        SELECT DISTINCT ON (t.number) t.number, jsonb_build_object('amount', t.amount::text, 'reversed', o.number,
                   'reversed_on', (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 'posted_on', t.posted_on)
        FROM taken t JOIN donations_donation o ON o.branch_id = t.branch_id AND o.amount = t.amount
             AND o.donor_kind = t.donor_kind AND o.donor_name = t.donor_name AND o.id < t.id
             AND o.received_on BETWEEN t.received_on - 60 AND t.received_on + 60
        JOIN donations_correction c ON c.donation_id = o.id AND c.is_current
             AND t.posted_at - c.decided_at BETWEEN interval '-7 days' AND interval '7 days'
        ORDER BY t.number, o.number""",
    AnomalyRule.BACK_AND_FORTH: """
        SELECT DISTINCT ON (e.number) e.number, jsonb_build_object('quantity', m.quantity::text, 'other', e2.number,
                   'on', e.occurred_on, 'other_on', e2.occurred_on)
        FROM placed p JOIN ledger_entry e ON e.id = p.entry_id
        JOIN ledger_movement m ON m.entry_id = e.id AND m.reverses_id IS NULL
        JOIN ledger_account a ON a.id = m.source_id
        JOIN organizations_branch b ON b.id = a.branch_id
             AND (b.id = %(branch)s OR (%(below)s AND b.path LIKE %(path)s))
             AND (%(campaign)s::bigint IS NULL OR a.fund_id IN (
                  SELECT fund_id FROM donations_campaignfund WHERE campaign_id = %(campaign)s))
        JOIN ledger_movement m2 ON m2.source_id = m.destination_id AND m2.destination_id = m.source_id
             AND m2.quantity = m.quantity AND m2.reverses_id IS NULL
        JOIN ledger_entry e2 ON e2.id = m2.entry_id AND e2.id < e.id AND e.occurred_on - e2.occurred_on BETWEEN 0 AND 7
        ORDER BY e.number, e2.number""",
    AnomalyRule.FAR_OUTSIDE: """
        , medians AS (
            SELECT fund_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) AS median FROM taken
            GROUP BY fund_id HAVING count(*) >= 5)
        SELECT t.number, jsonb_build_object('amount', t.amount::text, 'median', m.median::text)
        FROM taken t JOIN medians m USING (fund_id) WHERE t.amount >= 1000 * m.median ORDER BY t.number""",
}


def look_for_anomalies(run: ReportRun, previous: ReportRun | None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Rule, number of the record and facts of everything that looks wrong; one statement a rule, rows in chunks.

    Amounts in `facts` are yuan as text. No name of a giver leaves the database. All rules are about gifts and money: a
    kind that is not has no findings.
    """
    definition = definition_of(run.kind)
    if not definition.has_amounts:
        return
    asked = {
        "log_from": run.log_from,
        "log_to": run.log_to,
        "branch": run.branch_id,
        "below": run.scope == ReportScope.BELOW,
        "path": run.branch.path + "%",
        "campaign": run.campaign_id,
    }
    for rule, sql in _RULES.items():
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN + sql, asked)
            while rows := cursor.fetchmany(CHUNK):
                for subject, facts in rows:
                    yield str(rule), subject, facts if isinstance(facts, dict) else json.loads(facts)
    if previous is None or not definition.compares:
        return
    if _jumps(yuan(previous.summary["amount"]), yuan(run.summary["amount"])):
        facts = {
            "amount": run.summary["amount"],
            "previous": previous.summary["amount"],
            "period": previous.period_label,
        }
        yield AnomalyRule.TOTAL_JUMP.value, run.period, facts


def _jumps(before: Decimal, now: Decimal) -> bool:
    small, large = sorted((abs(before), abs(now)))
    return small > 0 and large >= JUMP * small


def anomalies_of(run: ReportRun) -> QuerySet[Anomaly]:
    """The findings of a run with how each was explained, by rule and record."""
    return (
        Anomaly.objects.filter(run=run)
        .select_related("clearance__actor", "clearance__carried_from")
        .order_by("rule", "subject")
    )


def open_count(run: ReportRun) -> int:
    """How many findings of a run nobody has explained; one query."""
    return Anomaly.objects.filter(run=run, clearance=None).count()


@dataclass(frozen=True)
class RuleLine:
    """The findings of one rule in a run."""

    rule: str
    label: str
    reason: str
    found: list[Anomaly]

    @property
    def open(self) -> int:
        """How many nobody has explained."""
        return sum(one.is_open for one in self.found)


def anomalies_by_rule(run: ReportRun) -> list[RuleLine]:
    """The findings of a run under their rules, only rules that found something; one query."""
    found: dict[str, list[Anomaly]] = {}
    for one in anomalies_of(run):
        found.setdefault(one.rule, []).append(one)
    return [
        RuleLine(rule.value, str(rule.label), str(ANOMALY_REASONS[rule]), found[rule])
        for rule in AnomalyRule
        if rule in found
    ]


@dataclass(frozen=True)
class RuleCount:
    """How many anomalies a rule found and how many of them were explained: what the public reads of them."""

    label: str
    found: int
    cleared: int


def anomaly_counts(run: ReportRun) -> list[RuleCount]:
    """Found and explained by rule, without any record, giver or explanation; one query."""
    rows = Anomaly.objects.filter(run=run).values("rule").annotate(found=Count("pk"), cleared=Count("clearance"))
    by_rule = {row["rule"]: row for row in rows}
    return [
        RuleCount(str(rule.label), by_rule[rule]["found"], by_rule[rule]["cleared"])
        for rule in AnomalyRule
        if rule in by_rule
    ]
