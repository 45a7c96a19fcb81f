-- Seats and the queue of a session, counted here alone: beyond the last seat the session's CHECK refuses.
CREATE FUNCTION training_count_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'append-only: DELETE on % is refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' OR OLD.status <> NEW.status THEN
        UPDATE training_session
           SET seated_count = seated_count + (NEW.status = 'seated')::int
                              - (TG_OP = 'UPDATE' AND OLD.status = 'seated')::int,
               waiting_count = waiting_count + (NEW.status = 'waiting')::int
                               - (TG_OP = 'UPDATE' AND OLD.status = 'waiting')::int,
               queue_last = greatest(queue_last, NEW.place)
         WHERE id = NEW.session_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_places AFTER INSERT OR UPDATE OF status OR DELETE ON training_enrolment
    FOR EACH ROW EXECUTE FUNCTION training_count_places();

-- An enrolment moves, is told apart later, is emptied after its time; it never changes its session, place or code.
CREATE FUNCTION training_enrolment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.session_id, NEW.place, NEW.code, NEW.key, NEW.row_key, NEW.branch_id)
       IS DISTINCT FROM (OLD.session_id, OLD.place, OLD.code, OLD.key, OLD.row_key, OLD.branch_id)
       OR (OLD.status = 'cancelled' AND NEW.status <> 'cancelled')
       OR (OLD.status = 'seated' AND NEW.status = 'waiting')
       OR (OLD.learner_id IS NOT NULL AND NEW.learner_id IS DISTINCT FROM OLD.learner_id
           AND EXISTS (SELECT 1 FROM training_certificate c WHERE c.enrolment_id = OLD.id)) THEN
        RAISE EXCEPTION 'append-only: this change of an enrolment is refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER enrolment_guard BEFORE UPDATE ON training_enrolment
    FOR EACH ROW EXECUTE FUNCTION training_enrolment_guard();

-- Nobody teaches in two places at once. Times are the lesson's, and what was cancelled takes no time.
CREATE FUNCTION training_take_times() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT l.starts_at, l.ends_at, s.status <> 'cancelled' INTO NEW.starts_at, NEW.ends_at, NEW.is_active
      FROM training_lesson l JOIN training_session s ON s.id = l.session_id WHERE l.id = NEW.lesson_id;
    RETURN NEW;
END
$$;
CREATE TRIGGER take_times BEFORE INSERT OR UPDATE ON training_assignment
    FOR EACH ROW EXECUTE FUNCTION training_take_times();
CREATE FUNCTION training_pass_times_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'training_lesson' THEN
        UPDATE training_assignment SET starts_at = NEW.starts_at WHERE lesson_id = NEW.id;
    ELSE
        UPDATE training_assignment a SET is_active = true FROM training_lesson l
         WHERE l.id = a.lesson_id AND l.session_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER pass_times_on AFTER UPDATE OF starts_at, ends_at ON training_lesson
    FOR EACH ROW EXECUTE FUNCTION training_pass_times_on();
CREATE TRIGGER pass_times_on AFTER UPDATE OF status ON training_session
    FOR EACH ROW WHEN (NEW.status = 'cancelled') EXECUTE FUNCTION training_pass_times_on();
ALTER TABLE training_assignment ADD CONSTRAINT assignment_not_in_two_places
    EXCLUDE USING gist (int8range(instructor_id, instructor_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (is_active);

-- Presence and results belong to somebody who has a seat, in a session that is not signed yet.
CREATE FUNCTION training_marks_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER marks_guard BEFORE INSERT OR UPDATE OR DELETE ON training_attendance
    FOR EACH ROW EXECUTE FUNCTION training_marks_guard();
CREATE TRIGGER marks_guard BEFORE INSERT OR UPDATE OR DELETE ON training_examresult
    FOR EACH ROW EXECUTE FUNCTION training_marks_guard();

-- What was signed stands; a session is never removed.
CREATE FUNCTION training_session_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    steps jsonb := jsonb_build_object('status', NULL, 'signed_by_id', NULL, 'signed_at', NULL);
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status IN ('finished', 'cancelled')
       OR (OLD.status = 'signed' AND (to_jsonb(NEW) || steps) <> (to_jsonb(OLD) || steps)) THEN
        RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER session_guard BEFORE UPDATE OR DELETE ON training_session
    FOR EACH ROW EXECUTE FUNCTION training_session_guard();

-- The lessons of a signed session stand.
CREATE FUNCTION training_lesson_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.session_id ELSE OLD.session_id END;
BEGIN
    IF (TG_OP = 'UPDATE' AND NEW.session_id <> OLD.session_id)
       OR EXISTS (SELECT 1 FROM training_session s WHERE s.id = of AND s.status NOT IN ('draft', 'open', 'closed')) THEN
        RAISE EXCEPTION 'append-only: the lessons of a signed session stand: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER lesson_guard BEFORE INSERT OR UPDATE OR DELETE ON training_lesson
    FOR EACH ROW EXECUTE FUNCTION training_lesson_guard();

-- What a course asks for stands once a session has it; its last day may be set.
CREATE FUNCTION training_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ends jsonb := jsonb_build_object('valid_to', NULL);
BEGIN
    IF EXISTS (SELECT 1 FROM training_session s WHERE s.version_id = OLD.id)
       AND (TG_OP = 'DELETE' OR (to_jsonb(NEW) || ends) <> (to_jsonb(OLD) || ends)) THEN
        RAISE EXCEPTION 'append-only: a version that sessions have is not changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER version_guard BEFORE UPDATE OR DELETE ON training_courseversion
    FOR EACH ROW EXECUTE FUNCTION training_version_guard();

-- Nobody issues what they examined or signed.
ALTER TABLE training_certificate ADD CONSTRAINT certificate_issuer_is_no_examiner
    CHECK (issued_by_id <> ALL (examiner_ids));

-- A certificate of a course needs presence, a passed exam that was signed, and names all who examined. Afterwards it only
-- ends; the keys that seal its holder may change.
CREATE FUNCTION training_certificate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER certificate_guard BEFORE INSERT OR UPDATE OR DELETE ON training_certificate
    FOR EACH ROW EXECUTE FUNCTION training_certificate_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON training_certificate
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('training_certificateevent');
SELECT core_make_append_only('training_sessionevent');
