"""What must always be true of training: each check returns the rows that offend."""

from __future__ import annotations

from typing import Any

from django.db import connection

QUERIES: dict[str, str] = {
    # The counters of a session are its rows.
    "session_counts_are_its_rows": """
        SELECT s.number, s.seated_count, s.waiting_count
          FROM training_session s
          LEFT JOIN (SELECT session_id, count(*) FILTER (WHERE status = 'seated') AS seated,
                            count(*) FILTER (WHERE status = 'waiting') AS waiting, max(place) AS last, count(*) AS n
                       FROM training_enrolment GROUP BY 1) e ON e.session_id = s.id
         WHERE (s.seated_count, s.waiting_count, s.queue_last)
               <> (coalesce(e.seated, 0), coalesce(e.waiting, 0), coalesce(e.last, 0))
            OR coalesce(e.n, 0) <> s.queue_last LIMIT 100""",
    # Nobody waits while a seat of an open session is free.
    "nobody_waits_beside_a_free_seat": """
        SELECT number FROM training_session
         WHERE status = 'open' AND waiting_count > 0 AND seated_count < seats
           AND starts_on > (now() AT TIME ZONE 'Asia/Shanghai')::date LIMIT 100""",
    "session_state_is_its_last_event": """
        SELECT s.number, s.status, v.to_status
          FROM training_session s
          LEFT JOIN LATERAL (SELECT to_status FROM training_sessionevent
                              WHERE session_id = s.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM s.status LIMIT 100""",
    # What a course asks for is what it asked for on the first day.
    "session_has_the_version_of_its_first_day": """
        SELECT s.number, v.number AS version, v.valid_from, v.valid_to, s.starts_on
          FROM training_session s JOIN training_courseversion v ON v.id = s.version_id
         WHERE s.status <> 'cancelled'
           AND (s.starts_on < v.valid_from OR s.starts_on >= coalesce(v.valid_to, 'infinity')) LIMIT 100""",
    "session_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM training_session GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
    # What other systems printed has their numbers; ours run without gap.
    "certificate_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM training_certificate WHERE source <> 'legacy' GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
    "certificate_state_is_its_last_event": """
        SELECT c.number, c.status, v.to_status
          FROM training_certificate c
          LEFT JOIN LATERAL (SELECT to_status FROM training_certificateevent
                              WHERE certificate_id = c.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE c.source <> 'legacy' AND v.to_status IS DISTINCT FROM c.status LIMIT 100""",
    # Who was replaced has a successor, and nobody else has one.
    "replaced_certificate_has_a_successor": """
        SELECT c.number FROM training_certificate c
          LEFT JOIN training_certificate n ON n.replaces_id = c.id
         WHERE (c.status = 'replaced') <> (n.id IS NOT NULL) LIMIT 100""",
    "certificate_has_public_record": """
        SELECT c.number FROM training_certificate c
         WHERE NOT EXISTS (SELECT 1 FROM core_publicrecord r
                            WHERE r.kind = 'certificate' AND r.object_id = c.id) LIMIT 100""",
    "ended_certificate_has_public_record": """
        SELECT c.number FROM training_certificate c
         WHERE c.status <> 'valid'
           AND NOT EXISTS (SELECT 1 FROM core_publicrecord r
                            WHERE r.kind = 'certificate_end' AND r.object_id = c.id) LIMIT 100""",
    "mass_lesson_state_is_its_last_event": """
        SELECT m.number, m.status, v.to_status
          FROM training_masslesson m
          LEFT JOIN LATERAL (SELECT to_status FROM training_masslessonevent
                              WHERE lesson_id = m.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM m.status LIMIT 100""",
    "mass_lesson_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM training_masslesson GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
    "confirmed_mass_lesson_has_public_record": """
        SELECT m.number FROM training_masslesson m
         WHERE m.status IN ('confirmed', 'corrected')
           AND NOT EXISTS (SELECT 1 FROM core_publicrecord r
                            WHERE r.kind = 'mass_lesson' AND r.object_id = m.id) LIMIT 100""",
    # A corrected lesson has a confirmed one in its place, and no other has one.
    "corrected_mass_lesson_has_a_successor": """
        SELECT m.number FROM training_masslesson m
          LEFT JOIN training_masslesson n ON n.corrects_id = m.id AND n.status IN ('confirmed', 'corrected')
         WHERE (m.status = 'corrected') <> (n.id IS NOT NULL) LIMIT 100""",
    "rescue_state_is_its_last_event": """
        SELECT c.number, c.status, v.to_status
          FROM training_rescuecase c
          LEFT JOIN LATERAL (SELECT to_status FROM training_rescueevent
                              WHERE case_id = c.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM c.status LIMIT 100""",
    "rescue_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM training_rescuecase GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
    "contract_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM training_servicecontract GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
    # Whoever issued a certificate of a course neither examined nor signed.
    "certificate_issued_by_another": """
        SELECT c.number FROM training_certificate c
          JOIN training_enrolment e ON e.id = c.enrolment_id
          JOIN training_session s ON s.id = e.session_id
         WHERE c.issued_by_id = s.signed_by_id
            OR EXISTS (SELECT 1 FROM training_examresult x
                        WHERE x.enrolment_id = e.id AND c.issued_by_id = ANY (x.examiner_ids)) LIMIT 100""",
}


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Run every check of training; check name → offending rows (at most 100 each), empty when all is well."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found
