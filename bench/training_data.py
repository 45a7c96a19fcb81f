# ruff: noqa: E501 -- statements are read as they are run
"""A province with made-up training, written straight into the tables: only for measuring how it is read.

The rows went through no service: triggers and foreign keys are off while they are written (superuser), and nothing is
sealed in them, since what is measured reads no name.
"""

from __future__ import annotations

import os
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
from django.core.management import call_command
from django.db import connection

from bench.data import DIVISIONS
from core.clock import today
from organizations.services import create_associations
from tests.factories.people import make_person

SEATS, LESSONS = 50, 10
STATEMENTS = (
    # A class of fifty each, ten lessons, from all counties and years.
    """
    INSERT INTO training_session (branch_id, province_id, city_id, county_id, number, key, status, version_id, title, audience, key_group,
        organisation, area_id, place, contact, seats, seated_count, waiting_count, queue_last, starts_on, ends_on, maker_ids,
        created_by_id, created_at, signed_by_id, signed_at)
    SELECT b.id, b.province_id, b.city_id, b.county_id, b.code || '-2024-K' || lpad(n::text, 8, '0'), gen_random_uuid(), 'finished', v.id,
           '示例班', 'public', (ARRAY['none', 'none', 'teacher', 'student', 'worker', 'police'])[1 + n %% 6], '', b.division_id, '示例地点', '',
           %(seats)s, %(seats)s, 0, %(seats)s, d.day, d.day, '{}', %(maker)s, d.day, %(maker)s, d.day
      FROM generate_series(1, %(sessions)s) n
      JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS size FROM organizations_branch WHERE kind = 'county') b
        ON b.at = n %% b.size
      JOIN (SELECT v.id, row_number() OVER (ORDER BY v.id) - 1 AS at FROM training_courseversion v WHERE v.number = 1 LIMIT 2) v ON v.at = n %% 2
     CROSS JOIN LATERAL (SELECT DATE '2019-01-01' + (n * 7919 %% 2800) AS day) d
    """,
    """
    INSERT INTO training_lesson (session_id, starts_at, ends_at)
    SELECT s.id, s.starts_on + n * INTERVAL '3 hours', s.starts_on + n * INTERVAL '3 hours' + INTERVAL '2 hours'
      FROM training_session s CROSS JOIN generate_series(0, %(lessons)s - 1) n
    """,
    """
    INSERT INTO training_learner (row_key, document_kind, document_digest, document_digest_next, created_at)
    SELECT gen_random_uuid(), 'id_card', sha256(n::text::bytea), sha256(n::text::bytea), now()
      FROM generate_series(1, %(sessions)s * %(seats)s * 4 / 5) n
    """,
    """
    INSERT INTO training_enrolment (row_key, branch_id, province_id, city_id, county_id, session_id, key, code, place, status, channel, unit,
        learner_id, consent, document_consent, asked_at, seated_at, earlier_number)
    SELECT gen_random_uuid(), s.branch_id, s.province_id, s.city_id, s.county_id, s.id, gen_random_uuid(),
           upper(substr(md5(s.id || '/' || n), 1, 16)), n, 'seated', 'online', '', l.first + (s.id * %(seats)s + n) %% l.size, 'sign-up-1',
           'certificate-1', s.starts_on, s.starts_on, ''
      FROM training_session s CROSS JOIN generate_series(1, %(seats)s) n CROSS JOIN (SELECT min(id) AS first, count(*) AS size FROM training_learner) l
    """,
    """
    INSERT INTO training_attendance (enrolment_id, lesson_id, presence, method, at, received_at, recorded_by_id)
    SELECT e.id, l.id, 'present', 'roll', l.starts_at, l.starts_at, %(maker)s
      FROM training_enrolment e JOIN training_lesson l ON l.session_id = e.session_id
    """,
    # Of who was certified before the older certificate was replaced.
    """
    INSERT INTO training_certificate (row_key, branch_id, province_id, city_id, county_id, number, code, key, kind, status, source, version_id,
        enrolment_id, learner_id, shown_name, key_group, issued_on, expires_on, payload, reissue_reason, revoke_reason, ended_on,
        examiner_ids, issued_by_id, issued_at)
    SELECT gen_random_uuid(), e.branch_id, e.province_id, e.city_id, e.county_id, b.code || '-2024-Z' || lpad(e.id::text, 8, '0'),
           upper(substr(md5('z' || e.id), 1, 16)), gen_random_uuid(), k.kind, CASE WHEN e.rank = 1 THEN 'valid' ELSE 'replaced' END, 'course',
           s.version_id, e.id, e.learner_id, '示**', s.key_group, s.ends_on, s.ends_on + INTERVAL '3 years', '', '', '',
           CASE WHEN e.rank = 1 THEN NULL ELSE s.ends_on + 1 END, '{}', %(maker)s, s.ends_on
      FROM (SELECT x.*, row_number() OVER (PARTITION BY x.learner_id, y.version_id ORDER BY y.ends_on DESC, x.id) AS rank
              FROM training_enrolment x JOIN training_session y ON y.id = x.session_id) e
      JOIN training_session s ON s.id = e.session_id
      JOIN training_courseversion v ON v.id = s.version_id
      JOIN training_course k ON k.id = v.course_id
      JOIN organizations_branch b ON b.id = e.branch_id
    """,
    """
    INSERT INTO training_masslesson (branch_id, province_id, city_id, county_id, number, key, status, held_on, area_id, place, topic, setting,
        key_group, organisation, minutes, audience_count, correction_note, maker_ids, created_by_id, created_at)
    SELECT b.id, b.province_id, b.city_id, b.county_id, b.code || '-2024-M' || lpad(n::text, 8, '0'), gen_random_uuid(), 'confirmed',
           DATE '2019-01-01' + (n * 7919 %% 2800), b.division_id, '示例地点', 'cpr_aed', 'school',
           (ARRAY['none', 'teacher', 'student', 'worker'])[1 + n %% 4], '', 60, 20 + n %% 200, '', '{}', %(maker)s, now()
      FROM generate_series(1, %(sessions)s) n
      JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS size FROM organizations_branch WHERE kind = 'county') b
        ON b.at = n %% b.size
    """,
    """
    INSERT INTO training_population (division_id, year, basis, count, source, recorded_by_id, recorded_at)
    SELECT division_id, 2024, 'resident', 500000, '示例统计公报', %(maker)s, now() FROM organizations_branch
    """,
)
TABLES = (
    "session", "lesson", "learner", "enrolment", "attendance", "certificate", "masslesson", "population",
)  # fmt: skip


def fill_training(certificates: int) -> None:
    """The 102 associations and so many certificates, each of a class of fifty with ten lessons."""
    with open(os.devnull, "w") as nowhere:
        call_command("load_divisions", str(DIVISIONS), stdout=nowhere)
    create_associations(actor=None, on=today(), province_code="33")
    values = {
        "sessions": certificates // SEATS,
        "seats": SEATS,
        "lessons": LESSONS,
        "maker": make_person("bench.officer").pk,
    }
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    with closing(psycopg2.connect(url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("ALTER TABLE training_masslesson DROP CONSTRAINT masslesson_confirmed_with_evidence")
        for statement in STATEMENTS:
            cursor.execute(statement, values)
    with closing(psycopg2.connect(url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"VACUUM (ANALYZE) training_{table}")
