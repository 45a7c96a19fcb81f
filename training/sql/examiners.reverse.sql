CREATE OR REPLACE FUNCTION training_marks_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
    mark record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    SELECT s.id, s.status, e.status AS place, v.theory_pass, v.skills INTO found
      FROM training_enrolment e
      JOIN training_session s ON s.id = e.session_id
      JOIN training_courseversion v ON v.id = s.version_id
     WHERE e.id = mark.enrolment_id;
    IF found.status NOT IN ('open', 'closed') THEN
        RAISE EXCEPTION 'append-only: the marks of a signed session stand: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF found.place <> 'seated' THEN
        RAISE EXCEPTION 'somebody without a seat has no marks' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'marks_of_who_has_a_seat';
    END IF;
    IF TG_TABLE_NAME = 'training_attendance' THEN
        IF NOT EXISTS (SELECT 1 FROM training_lesson l WHERE l.id = NEW.lesson_id AND l.session_id = found.id) THEN
            RAISE EXCEPTION 'a lesson of another session' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'attendance_of_its_own_session';
        END IF;
    ELSE
        -- Passed is never typed: it follows from what the course's version asks for.
        NEW.is_passed := (found.theory_pass IS NULL OR coalesce(NEW.theory >= found.theory_pass, false))
                         AND found.skills <@ NEW.skills_passed;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION training_certificate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
    kept jsonb := jsonb_build_object('status', NULL, 'ended_on', NULL, 'revoke_reason', NULL, 'holder', NULL,
        'holder_digest', NULL, 'holder_digest_next', NULL);
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.source <> 'course' THEN
            RETURN NEW;
        END IF;
        SELECT e.status AS place, e.learner_id, s.status, s.version_id, v.missed_most, k.kind AS course, s.signed_by_id,
               (SELECT count(*) FROM training_lesson l WHERE l.session_id = s.id) AS lessons,
               (SELECT count(*) FROM training_attendance a
                 WHERE a.enrolment_id = e.id AND a.presence <> 'absent') AS attended,
               r.is_passed,
               (SELECT array_agg(x.examiner_id) FROM training_examresult x WHERE x.enrolment_id = e.id) AS examiners
          INTO found
          FROM training_enrolment e
          JOIN training_session s ON s.id = e.session_id
          JOIN training_courseversion v ON v.id = s.version_id
          JOIN training_course k ON k.id = v.course_id
          LEFT JOIN LATERAL (SELECT x.is_passed FROM training_examresult x WHERE x.enrolment_id = e.id
                              ORDER BY x.attempt DESC LIMIT 1) r ON true
         WHERE e.id = NEW.enrolment_id;
        IF found.place <> 'seated' OR found.status <> 'signed' OR found.version_id <> NEW.version_id
           OR found.learner_id IS DISTINCT FROM NEW.learner_id
           OR NEW.kind <> (CASE found.course WHEN 'first_aider_refresher' THEN 'first_aider' ELSE found.course END) THEN
            RAISE EXCEPTION 'a certificate of a session that is not signed, or of another person or course'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'certificate_of_a_signed_session';
        END IF;
        IF found.lessons = 0 OR found.lessons - found.attended > found.missed_most THEN
            RAISE EXCEPTION 'a certificate without attendance' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'certificate_needs_attendance';
        END IF;
        IF found.is_passed IS NOT TRUE THEN
            RAISE EXCEPTION 'a certificate without a passed exam' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'certificate_needs_a_passed_exam';
        END IF;
        IF NOT (found.signed_by_id = ANY (NEW.examiner_ids) AND found.examiners <@ NEW.examiner_ids) THEN
            RAISE EXCEPTION 'a certificate that leaves an examiner out' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'certificate_names_its_examiners';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.status = OLD.status OR OLD.status = 'valid')
       AND (to_jsonb(NEW) || kept) = (to_jsonb(OLD) || kept)
       AND (NEW.status <> OLD.status OR (NEW.ended_on, NEW.revoke_reason) IS NOT DISTINCT FROM (OLD.ended_on, OLD.revoke_reason))
       AND (OLD.holder IS NOT DISTINCT FROM NEW.holder OR NEW.holder IS NULL
            OR coalesce(core_is_resealed(OLD.holder, NEW.holder), false)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
