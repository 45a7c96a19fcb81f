"""What must always be true of remembrance: each query returns the rows that offend, by number or code alone."""

from __future__ import annotations

MEMORIAL_QUERIES: dict[str, str] = {
    "seats_taken_are_those_booked": """
        SELECT o.id, o.taken_count FROM registries_memorialoccasion o
          LEFT JOIN LATERAL (SELECT coalesce(sum(party_size), 0) AS booked FROM registries_memorialbooking
                              WHERE occasion_id = o.id AND status = 'booked') b ON true
         WHERE b.booked <> o.taken_count LIMIT 100""",
    "memorial_occasion_state_is_its_last_step": """
        SELECT o.id, o.status, s.to_status FROM registries_memorialoccasion o
          LEFT JOIN LATERAL (SELECT to_status FROM registries_memorialstep
                              WHERE occasion_id = o.id ORDER BY id DESC LIMIT 1) s ON true
         WHERE coalesce(s.to_status, 'planned') <> o.status LIMIT 100""",
    "memorial_page_state_is_its_last_step": """
        SELECT p.number, p.status, s.to_status FROM registries_memorialpage p
          LEFT JOIN LATERAL (SELECT to_status FROM registries_memorialstep
                              WHERE page_id = p.id ORDER BY id DESC LIMIT 1) s ON true
         WHERE s.to_status IS DISTINCT FROM p.status LIMIT 100""",
    "memorial_booking_state_is_its_last_step": """
        SELECT b.number, b.status, s.to_status FROM registries_memorialbooking b
          LEFT JOIN LATERAL (SELECT to_status FROM registries_memorialstep
                              WHERE booking_id = b.id ORDER BY id DESC LIMIT 1) s ON true
         WHERE s.to_status IS DISTINCT FROM b.status LIMIT 100""",
    "memorial_message_state_is_its_last_step": """
        SELECT m.code, m.status, s.to_status FROM registries_memorialmessage m
          LEFT JOIN LATERAL (SELECT to_status FROM registries_memorialstep
                              WHERE message_id = m.id ORDER BY id DESC LIMIT 1) s ON true
         WHERE s.to_status IS DISTINCT FROM m.status LIMIT 100""",
    "every_page_stands_on_a_consent_that_ends_with_it": """
        SELECT p.number FROM registries_memorialpage p
          LEFT JOIN registries_memorialconsent c ON c.page_id = p.id
         WHERE c.id IS NULL OR (p.status = 'withdrawn') <> (c.withdrawn_at IS NOT NULL) LIMIT 100""",
    "no_message_outlives_its_page": """
        SELECT m.code FROM registries_memorialmessage m JOIN registries_memorialpage p ON p.id = m.page_id
         WHERE p.status = 'withdrawn' AND m.status IN ('waiting', 'shown') LIMIT 100""",
}
