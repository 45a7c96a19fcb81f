"""The figures of training, counted from the rows once a day (docs/training.md)."""

from __future__ import annotations

import datetime

from django.db import connection, transaction

from core.clock import today
from training.models import CoverageCount
from training.services.counting_organisations import count_organisations
from training.services.hiding import hide_few_people

# Days whose figures are kept beside the newest and the first of each month.
KEPT_DAYS = 7

# For each level its associations with all below: a person who was certified in two counties counts once in each of them
# and once in their city.
_INSERT = """
INSERT INTO training_coveragecount (as_of, branch_id, measure, year, kind, key_group, count, is_hidden)
WITH held AS (
    SELECT c.{level} AS branch_id, c.learner_id, c.kind, c.key_group
      FROM training_certificate c
     WHERE c.{level} IS NOT NULL AND c.issued_on < %(day)s
       -- As it stood at the beginning of the day: what ended in the course of it was valid then.
       AND (c.status = 'valid' OR c.ended_on >= %(day)s)
       AND (c.expires_on IS NULL OR c.expires_on > %(day)s)
), issued AS (
    SELECT c.{level} AS branch_id, extract(year FROM c.issued_on)::int AS year, c.kind, c.key_group, count(*) AS n
      FROM training_certificate c
     WHERE c.{level} IS NOT NULL AND c.source IN ('course', 'legacy') AND c.issued_on < %(day)s
     GROUP BY 1, 2, 3, 4
), heard AS (
    SELECT m.{level} AS branch_id, extract(year FROM m.held_on)::int AS year, m.key_group, sum(m.audience_count) AS n
      FROM training_masslesson m
     WHERE m.{level} IS NOT NULL AND m.status = 'confirmed' AND m.held_on < %(day)s
     GROUP BY 1, 2, 3
), taught AS (
    -- Who sat in a course with an exam was taught as well, but stands in its own figure: the two are never added.
    SELECT branch_id, 'issued' AS measure, year, coalesce(kind, '') AS kind, coalesce(key_group, '') AS key_group,
           sum(n) AS n
      FROM issued GROUP BY branch_id, year, GROUPING SETS ((), (kind), (key_group), (kind, key_group))
    UNION ALL
    SELECT branch_id, 'audience', year, '', coalesce(key_group, ''), sum(n)
      FROM heard GROUP BY branch_id, year, GROUPING SETS ((), (key_group))
    UNION ALL
    SELECT branch_id, 'holders', 0, coalesce(kind, ''), coalesce(key_group, ''), count(DISTINCT learner_id)
      FROM held GROUP BY branch_id, GROUPING SETS ((), (kind), (key_group), (kind, key_group))
)
SELECT %(day)s, branch_id, measure, year, kind, key_group, n, false FROM taught
"""
LEVELS = ("province_id", "city_id", "county_id")


def count_coverage(*, as_of: datetime.date | None = None) -> int:
    """Count all figures as they stood at the beginning of a day (today's) and put them in the place of that day's.

    One transaction of set statements; memory stays flat. Returns how many figures there are.
    """
    day = as_of or today()
    with transaction.atomic(), connection.cursor() as cursor:
        CoverageCount.objects.filter(as_of=day).delete()
        for level in LEVELS:
            cursor.execute(_INSERT.format(level=level), {"day": day})
        hide_few_people(day)
        count_organisations(day)
        _forget(day)
    return CoverageCount.objects.filter(as_of=day).count()


def _forget(day: datetime.date) -> None:
    old = CoverageCount.objects.filter(as_of__lt=day - datetime.timedelta(days=KEPT_DAYS))
    old.exclude(as_of__day=1).delete()
