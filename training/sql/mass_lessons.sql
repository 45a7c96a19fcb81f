-- A confirmed mass lesson stands: it is corrected by another row. Nobody confirms what went through their own hands.
ALTER TABLE training_masslesson ADD CONSTRAINT masslesson_confirmed_by_another
    CHECK (confirmed_by_id IS NULL OR confirmed_by_id <> ALL (maker_ids));
CREATE FUNCTION training_mass_lesson_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    steps jsonb := jsonb_build_object('status', NULL, 'confirmed_by_id', NULL, 'confirmed_at', NULL);
    kept jsonb := jsonb_build_object('status', NULL);
BEGIN
    IF TG_OP = 'UPDATE'
       AND (OLD.status IN ('draft', 'returned')
            OR (OLD.status = 'submitted' AND (to_jsonb(NEW) || steps) = (to_jsonb(OLD) || steps))
            OR (OLD.status = 'confirmed' AND NEW.status = 'corrected' AND (to_jsonb(NEW) || kept) = (to_jsonb(OLD) || kept)))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER mass_lesson_guard BEFORE UPDATE OR DELETE ON training_masslesson
    FOR EACH ROW EXECUTE FUNCTION training_mass_lesson_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON training_masslesson
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('training_masslessonevent');
-- Denominators and promises stand: what is written later counts, and both can be read.
SELECT core_make_append_only('training_population');
SELECT core_make_append_only('training_trainingtarget');
