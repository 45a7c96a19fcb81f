-- What was published of a year stands for good; a step is counted once.
SELECT core_make_append_only('registries_registryfigures');
SELECT core_make_append_only('registries_countedstep');

-- A tally keeps its place and year; its number changes while the year runs, and is sealed under another key.
CREATE FUNCTION registries_tally_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'content' = to_jsonb(OLD) - 'content' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER tally_guard BEFORE UPDATE OR DELETE ON registries_registrytally
    FOR EACH ROW EXECUTE FUNCTION registries_tally_guard();

-- A national number is confirmed once, by another person (CHECK); nothing else of it changes.
CREATE FUNCTION registries_national_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    confirming jsonb := jsonb_build_object('confirmed_by_id', NULL, 'confirmed_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL
       AND (to_jsonb(NEW) || confirming) = (to_jsonb(OLD) || confirming) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER national_guard BEFORE UPDATE OR DELETE ON registries_nationalfigure
    FOR EACH ROW EXECUTE FUNCTION registries_national_guard();
