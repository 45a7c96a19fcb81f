"""The figures of schools and other bodies, counted from the rows once a day (docs/training.md)."""

from __future__ import annotations

import datetime

from django.db import connection

from training.models import OrganisationCount

# Days whose figures are kept beside the newest and the first of each month.
KEPT_DAYS = 7

# A row that names no body of the register counts for the one whose name, of now or earlier, it has as text in its
# county, where that is one alone. What was merged counts for what it was merged into.
_INSERT = """
INSERT INTO training_organisationcount (as_of, organisation_id, measure, year, key_group, count)
WITH root AS (
    SELECT id, area_id, coalesce(merged_into_id, id) AS root_id FROM training_organisation
), named AS (
    SELECT area_id, name, min(root_id) AS root_id
      FROM (SELECT r.area_id, f.name, r.root_id FROM training_organisationfact f JOIN root r ON r.id = f.organisation_id
            UNION SELECT r.area_id, f.alias, r.root_id
              FROM training_organisationfact f JOIN root r ON r.id = f.organisation_id WHERE f.alias <> '') n
     GROUP BY area_id, name HAVING count(DISTINCT root_id) = 1
), class AS (
    SELECT s.id, s.key_group, s.ends_on, coalesce(r.root_id, n.root_id) AS root_id
      FROM training_session s
      LEFT JOIN root r ON r.id = s.held_for_id
      LEFT JOIN named n ON s.held_for_id IS NULL AND n.area_id = s.area_id AND n.name = s.organisation
     WHERE s.status IN ('signed', 'finished') AND s.ends_on < %(day)s AND coalesce(r.root_id, n.root_id) IS NOT NULL
), passed AS (
    SELECT DISTINCT k.root_id, k.key_group, c.learner_id
      FROM class k
      JOIN training_enrolment e ON e.session_id = k.id
      JOIN training_certificate c ON c.enrolment_id = e.id
     WHERE c.status <> 'revoked' AND c.issued_on < %(day)s
       AND EXISTS (SELECT 1 FROM training_certificate v
                    WHERE v.learner_id = c.learner_id AND v.issued_on < %(day)s
                      AND (v.status = 'valid' OR v.ended_on >= %(day)s)
                      AND (v.expires_on IS NULL OR v.expires_on > %(day)s))
), heard AS (
    SELECT coalesce(r.root_id, n.root_id) AS root_id, m.key_group, extract(year FROM m.held_on)::int AS year,
           sum(m.audience_count) AS n
      FROM training_masslesson m
      LEFT JOIN root r ON r.id = m.held_for_id
      LEFT JOIN named n ON m.held_for_id IS NULL AND n.area_id = m.area_id AND n.name = m.organisation
     WHERE m.status = 'confirmed' AND m.held_on < %(day)s AND coalesce(r.root_id, n.root_id) IS NOT NULL
     GROUP BY 1, 2, 3
), counted AS (
    SELECT root_id, 'holders' AS measure, 0 AS year, coalesce(key_group, '') AS key_group,
           count(DISTINCT learner_id) AS n
      FROM passed GROUP BY root_id, GROUPING SETS ((), (key_group))
    UNION ALL
    SELECT root_id, 'classes', extract(year FROM ends_on)::int, coalesce(key_group, ''), count(*)
      FROM class GROUP BY root_id, 3, GROUPING SETS ((), (key_group))
    UNION ALL
    SELECT root_id, 'audience', year, coalesce(key_group, ''), sum(n)
      FROM heard GROUP BY root_id, year, GROUPING SETS ((), (key_group))
)
SELECT %(day)s, root_id, measure, year, key_group, n FROM counted
"""


def count_organisations(day: datetime.date) -> None:
    """Count all figures of bodies as they stood at the beginning of a day and put them in the place of that day's.

    In the caller's transaction, one set statement. Figures of a week ago are dropped, but the first of each month: who
    reads a file meanwhile goes on in its own day.
    """
    OrganisationCount.objects.filter(as_of=day).delete()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"day": day})
    old = OrganisationCount.objects.filter(as_of__lt=day - datetime.timedelta(days=KEPT_DAYS))
    old.exclude(as_of__day=1).delete()
