-- Nobody is planned for a time in which they cannot teach. Both sides lock the instructor before they look, so that of a
-- plan and an absence written at the same moment the second sees the first.
CREATE FUNCTION training_refuse_absent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'training_assignment' AND NOT to_jsonb(NEW) @> '{"is_active": true}' THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM training_instructor i WHERE i.id = NEW.instructor_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM training_assignment a
                 JOIN training_absence b ON b.instructor_id = a.instructor_id
                  AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
                WHERE a.instructor_id = NEW.instructor_id AND a.is_active
                  AND tstzrange(a.starts_at, a.ends_at) && tstzrange(NEW.starts_at, NEW.ends_at)) THEN
        RAISE EXCEPTION 'an instructor who cannot come is planned for a lesson'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_not_in_an_absence';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER refuse_absent AFTER INSERT OR UPDATE ON training_assignment
    FOR EACH ROW EXECUTE FUNCTION training_refuse_absent();
CREATE TRIGGER refuse_absent AFTER INSERT OR UPDATE ON training_absence
    FOR EACH ROW EXECUTE FUNCTION training_refuse_absent();
ALTER TABLE training_absence ADD CONSTRAINT absence_not_twice
    EXCLUDE USING gist (int8range(instructor_id, instructor_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&);

-- On each day a course has at most one version.
ALTER TABLE training_courseversion ADD CONSTRAINT courseversion_one_a_day
    EXCLUDE USING gist (int8range(course_id, course_id, '[]') WITH &&, daterange(valid_from, valid_to) WITH &&);
