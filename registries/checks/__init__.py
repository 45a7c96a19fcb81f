"""What must always be true of the registries: each check returns the rows that offend, by number alone."""

from __future__ import annotations

from typing import Any

from django.db import connection

from registries.checks.cases import CASE_QUERIES
from registries.checks.donors import DONOR_QUERIES
from registries.checks.memorial import MEMORIAL_QUERIES

QUERIES: dict[str, str] = {
    **MEMORIAL_QUERIES,
    "wish_state_is_its_last_event": """
        SELECT w.number, w.status, v.to_status
          FROM registries_wish w
          LEFT JOIN LATERAL (SELECT to_status FROM registries_wishevent
                              WHERE wish_id = w.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM w.status LIMIT 100""",
    "replaced_wish_has_a_successor": """
        SELECT w.number FROM registries_wish w
         WHERE w.status = 'replaced' AND NOT EXISTS (SELECT 1 FROM registries_wish n WHERE n.replaces_id = w.id)
         LIMIT 100""",
    "a_wish_keeps_its_branch_through_changes": """
        SELECT n.number FROM registries_wish n JOIN registries_wish w ON w.id = n.replaces_id
         WHERE n.branch_id <> w.branch_id LIMIT 100""",
    "what_was_handed_over_is_known_through_changes": """
        SELECT n.number FROM registries_wish n JOIN registries_wish w ON w.id = n.replaces_id
         WHERE w.is_known_there AND w.withdrawn_there_on IS NULL AND NOT n.is_known_there LIMIT 100""",
    "export_state_is_its_last_event": """
        SELECT x.number, x.status, v.to_status
          FROM registries_export x
          LEFT JOIN LATERAL (SELECT to_status FROM registries_exportevent
                              WHERE export_id = x.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM x.status LIMIT 100""",
    "export_downloads_have_their_events": """
        SELECT x.number FROM registries_export x
         WHERE x.download_count <> (SELECT count(*) FROM registries_exportevent e
                                     WHERE e.export_id = x.id AND e.verb = 'downloaded') LIMIT 100""",
    "registrant_has_an_event": """
        SELECT r.number FROM registries_registrant r
         WHERE NOT EXISTS (SELECT 1 FROM registries_registrantevent e WHERE e.registrant_id = r.id) LIMIT 100""",
    "an_exchanged_row_that_was_done_has_its_step": """
        SELECT f.number, r.line
          FROM registries_exchangerow r JOIN registries_exchangefile f ON f.id = r.exchange_file_id
         WHERE r.outcome = 'done' AND NOT EXISTS (SELECT 1 FROM registries_donorevent e
                WHERE e.donor_id = r.donor_id AND e.from_status = r.from_status AND e.at <= r.done_at)
         LIMIT 100""",
    "an_applied_file_has_no_row_left": """
        SELECT f.number FROM registries_exchangefile f WHERE f.status = 'applied'
           AND EXISTS (SELECT 1 FROM registries_exchangerow r WHERE r.exchange_file_id = f.id AND r.outcome = 'good')
         LIMIT 100""",
    "a_row_that_is_not_applied_keeps_no_number_of_a_search": """
        SELECT f.number, r.line
          FROM registries_exchangerow r JOIN registries_exchangefile f ON f.id = r.exchange_file_id
         WHERE r.reference IS NOT NULL
           AND (r.outcome IN ('bad', 'dropped') OR f.status IN ('dropped', 'refused')
                OR r.outcome = 'late' AND f.status = 'applied')
         LIMIT 100""",
    "a_file_that_went_out_names_as_many_bags_as_rows": """
        SELECT f.number FROM registries_exchangefile f WHERE f.direction = 'out' AND f.status IN ('ready', 'expired')
           AND f.row_count <> (SELECT count(*) FROM registries_exchangesent s WHERE s.exchange_file_id = f.id)
         LIMIT 100""",
    "a_file_that_nobody_fetched_in_its_days_reported_no_bag": """
        SELECT f.number FROM registries_exchangefile f
         WHERE f.direction = 'out' AND f.released_at IS NOT NULL AND f.download_count = 0
           AND f.status IN ('dropped', 'expired')
           AND EXISTS (SELECT 1 FROM registries_exchangesent s WHERE s.exchange_file_id = f.id AND NOT s.is_void)
         LIMIT 100""",
    "a_file_that_was_fetched_reported_all_its_bags": """
        SELECT f.number FROM registries_exchangefile f
         WHERE f.download_count > 0
           AND EXISTS (SELECT 1 FROM registries_exchangesent s WHERE s.exchange_file_id = f.id AND s.is_void)
         LIMIT 100""",
    "nobody_is_kept_without_having_consented": """
        SELECT r.number FROM registries_registrant r
         WHERE r.destroyed_at IS NULL
           AND (SELECT count(DISTINCT c.subject) FROM registries_consent c
                 WHERE c.registrant_id = r.id AND c.act = 'given' AND c.subject IN ('registration', 'sensitive')) < 2
           AND (SELECT count(DISTINCT c.subject) FROM registries_consent c
                 WHERE c.registrant_id = r.id AND c.act = 'given' AND c.subject LIKE 'stem%') < 5
           -- Who joined on a paper of before the portal need not have agreed to be rung.
           AND (SELECT count(DISTINCT c.subject) FROM registries_consent c
                 WHERE c.registrant_id = r.id AND c.act = 'given' AND c.text_version = 'paper-1'
                   AND c.subject LIKE 'stem%' AND c.subject <> 'stem_contact') < 4
         LIMIT 100""",
    "a_closed_contact_has_its_record": """
        SELECT d.id FROM registries_duecontact d
         WHERE d.status = 'done' AND NOT EXISTS (SELECT 1 FROM registries_contact c WHERE c.due_id = d.id)
         LIMIT 100""",
    "nobody_who_is_gone_is_to_be_contacted": """
        SELECT d.id FROM registries_duecontact d JOIN registries_wish w ON w.id = d.wish_id
         WHERE d.status = 'open' AND w.status <> 'in_force' LIMIT 100""",
    "a_contact_stands_in_the_branch_of_what_it_is_about": """
        SELECT c.id FROM registries_contact c JOIN registries_wish w ON w.id = c.wish_id
         WHERE c.branch_id <> w.branch_id LIMIT 100""",
    **CASE_QUERIES,
    **DONOR_QUERIES,
}


def all_checks() -> dict[str, list[tuple[Any, ...]]]:
    """Every check by name with the rows that offend, at most 100 of each; reads all rows of some tables."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found
