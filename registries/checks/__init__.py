"""What must always be true of the registries: each check returns the rows that offend, by number alone."""

from __future__ import annotations

from typing import Any

from django.db import connection

from registries.checks.cases import CASE_QUERIES
from registries.checks.donors import DONOR_QUERIES

QUERIES: dict[str, str] = {
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
    "registrant_has_an_event": """
        SELECT r.number FROM registries_registrant r
         WHERE NOT EXISTS (SELECT 1 FROM registries_registrantevent e WHERE e.registrant_id = r.id) LIMIT 100""",
    "nobody_is_kept_without_having_consented": """
        SELECT r.number FROM registries_registrant r
         WHERE r.destroyed_at IS NULL
           AND (SELECT count(DISTINCT c.subject) FROM registries_consent c
                 WHERE c.registrant_id = r.id AND c.act = 'given' AND c.subject IN ('registration', 'sensitive')) < 2
           AND (SELECT count(DISTINCT c.subject) FROM registries_consent c
                 WHERE c.registrant_id = r.id AND c.act = 'given' AND c.subject LIKE 'stem%') < 5
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
