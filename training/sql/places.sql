-- Inspections stand; places and AEDs are ended by a date, never removed.
SELECT core_make_append_only('training_aedinspection');
CREATE FUNCTION training_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER stays BEFORE DELETE ON training_aed FOR EACH ROW EXECUTE FUNCTION training_refuse_removal();
CREATE TRIGGER stays BEFORE DELETE ON training_firstaidplace FOR EACH ROW EXECUTE FUNCTION training_refuse_removal();
