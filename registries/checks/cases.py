"""What must always be true of cases: each query gives the rows that offend, by number alone."""

from __future__ import annotations

CASE_QUERIES: dict[str, str] = {
    "case_state_is_its_last_event": """
        SELECT c.number, c.status, v.to_status
          FROM registries_case c
          LEFT JOIN LATERAL (SELECT to_status FROM registries_caseevent
                              WHERE case_id = c.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM c.status LIMIT 100""",
    "a_witnessed_case_is_signed_by_two": """
        SELECT c.number FROM registries_case c
         WHERE c.witnessed_on IS NOT NULL
           AND (SELECT count(*) FROM registries_casesignature s
                 WHERE s.witness_id = (SELECT max(w.id) FROM registries_casewitness w WHERE w.case_id = c.id)) < 2
         LIMIT 100""",
    "who_signed_was_assigned": """
        SELECT c.number FROM registries_casesignature s
          JOIN registries_casewitness w ON w.id = s.witness_id JOIN registries_case c ON c.id = w.case_id
         WHERE NOT EXISTS (SELECT 1 FROM registries_casecoordinator o
                            WHERE o.case_id = c.id AND o.person_id = s.person_id AND o.assigned_at <= s.at)
         LIMIT 100""",
    "nothing_was_given_against_a_no": """
        -- Kin who are listed once it was witnessed decide nothing any more.
        SELECT c.number FROM registries_case c
          LEFT JOIN LATERAL (
              SELECT count(*) AS asked, count(*) FILTER (WHERE d.decision = 'agree') AS agreed
                FROM registries_casekin k
                LEFT JOIN LATERAL (SELECT decision FROM registries_casedecision
                                    WHERE kin_id = k.id ORDER BY id DESC LIMIT 1) d ON true
               WHERE k.case_id = c.id AND k.struck_at IS NULL AND k.relation IN ('spouse', 'child', 'parent')
                 AND NOT k.lacks_capacity
                 AND k.written_at <= (SELECT min(v.at) FROM registries_caseevent v
                                       WHERE v.case_id = c.id AND v.verb = 'witnessed')) n ON true
         WHERE c.basis = 'joint_kin' AND c.handed_over_on IS NOT NULL AND (n.asked = 0 OR n.agreed < n.asked)
         LIMIT 100""",
    "nothing_was_given_in_doubt": """
        SELECT c.number FROM registries_case c
         WHERE c.handed_over_on IS NOT NULL AND registries_in_doubt(c.id) LIMIT 100""",
    "what_was_given_went_to_a_unit": """
        SELECT c.number FROM registries_case c
         WHERE c.handed_over_on IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM registries_casehandover h WHERE h.case_id = c.id) LIMIT 100""",
    "a_case_has_a_person": """
        SELECT c.number FROM registries_case c
         WHERE NOT EXISTS (SELECT 1 FROM registries_caseperson p WHERE p.case_id = c.id) LIMIT 100""",
    "a_unit_is_of_the_case_s_province": """
        SELECT c.number FROM registries_casehandover h JOIN registries_case c ON c.id = h.case_id
          JOIN registries_receivingunit u ON u.id = h.unit_id WHERE u.province_id <> c.province_id LIMIT 100""",
    "a_closed_case_is_not_to_be_contacted": """
        SELECT c.number FROM registries_duecontact d JOIN registries_case c ON c.id = d.case_id
         WHERE d.status = 'open' AND c.status NOT IN ('handed_over', 'farewell', 'care') LIMIT 100""",
}
