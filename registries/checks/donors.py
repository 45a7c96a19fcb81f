"""What must always be true of stem-cell donors: each query gives the rows that offend, by number alone."""

from __future__ import annotations

DONOR_QUERIES: dict[str, str] = {
    "donor_state_is_its_last_event": """
        SELECT d.number, d.status, v.to_status
          FROM registries_donor d
          LEFT JOIN LATERAL (SELECT to_status FROM registries_donorevent
                              WHERE donor_id = d.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM d.status LIMIT 100""",
    "who_was_sampled_has_a_bag": """
        SELECT d.number FROM registries_donor d
         WHERE (d.status = 'sampled'
                AND NOT EXISTS (SELECT 1 FROM registries_sample s WHERE s.donor_id = d.id AND s.verdict = 'waiting'))
            OR (d.status = 'sent'
                AND NOT EXISTS (SELECT 1 FROM registries_sample s JOIN registries_samplebatch b ON b.id = s.batch_id
                                 WHERE s.donor_id = d.id AND b.status <> 'open')) LIMIT 100""",
    "no_bag_of_who_left_waits_to_be_sent": """
        SELECT d.number FROM registries_donor d JOIN registries_sample s ON s.donor_id = d.id
          LEFT JOIN registries_samplebatch b ON b.id = s.batch_id
         WHERE d.ended_at IS NOT NULL AND s.verdict = 'waiting' AND (b.id IS NULL OR b.status = 'open') LIMIT 100""",
    "serials_of_collections_have_no_gap": """
        SELECT c.cases_of_id, count(*), min(c.serial), max(c.serial) FROM registries_collection c
         WHERE c.serial IS NOT NULL GROUP BY c.cases_of_id
        HAVING max(c.serial) - min(c.serial) + 1 <> count(*) LIMIT 100""",
    "who_left_as_a_donor_is_not_to_be_contacted": """
        SELECT d.number FROM registries_duecontact c JOIN registries_donor d ON d.id = c.donor_id
         WHERE c.status = 'open' AND d.ended_at IS NOT NULL LIMIT 100""",
    "who_was_reported_or_typed_is_known_there": """
        SELECT d.number FROM registries_donor d
         WHERE NOT d.is_known_there
           AND (d.typed_on IS NOT NULL
                OR EXISTS (SELECT 1 FROM registries_sample s JOIN registries_exchangesent e ON e.sample_id = s.id
                              JOIN registries_exchangefile f ON f.id = e.exchange_file_id
                            WHERE s.donor_id = d.id AND f.download_count > 0)) LIMIT 100""",
    "what_the_library_was_told_has_its_step": """
        SELECT d.number FROM registries_donor d
         WHERE (d.told_there_on IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM registries_donorevent e WHERE e.donor_id = d.id AND e.verb = 'told_there'))
            OR (d.removed_there_on IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM registries_donorevent e WHERE e.donor_id = d.id AND e.verb = 'removed_there')
                AND NOT EXISTS (SELECT 1 FROM registries_exchangerow r WHERE r.donor_id = d.id AND r.outcome = 'done'
                                   AND r.result IN ('aged', 'health', 'wish')))
         LIMIT 100""",
    "who_was_brought_in_stands_in_a_line_that_was_done": """
        SELECT d.number FROM registries_donor d JOIN registries_donorevent e ON e.donor_id = d.id
         WHERE e.verb = 'brought_in'
           AND NOT EXISTS (SELECT 1 FROM registries_donorintakerow r JOIN registries_donorintake i ON i.id = r.intake_id
                            WHERE r.donor_id = d.id AND r.outcome = 'done' AND i.branch_id = d.branch_id
                              AND i.released_by_id IS NOT NULL AND i.made_by_id = e.actor_id)
         LIMIT 100""",
    "a_line_that_was_done_brought_somebody_in": """
        SELECT i.number, r.line FROM registries_donorintakerow r JOIN registries_donorintake i ON i.id = r.intake_id
         WHERE r.outcome = 'done'
           AND NOT EXISTS (SELECT 1 FROM registries_donorevent e
                            WHERE e.donor_id = r.donor_id AND e.verb = 'brought_in' AND e.from_status = '')
         LIMIT 100""",
    "a_file_from_paper_that_ended_has_no_line_left": """
        SELECT i.number FROM registries_donorintake i
         WHERE (i.status IN ('applied', 'dropped', 'refused')
                AND EXISTS (SELECT 1 FROM registries_donorintakerow r WHERE r.intake_id = i.id AND r.outcome = 'good'))
            OR (i.status = 'applied'
                AND i.row_count - i.bad_count <> (SELECT count(*) FROM registries_donorintakerow r
                                                   WHERE r.intake_id = i.id AND r.outcome = 'done'))
         LIMIT 100""",
    "a_contact_stands_in_the_branch_of_its_donor": """
        SELECT d.number FROM registries_contact c JOIN registries_donor d ON d.id = c.donor_id
         WHERE c.branch_id <> d.branch_id LIMIT 100""",
}
