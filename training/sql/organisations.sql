-- What a body is called, is and belongs to follows from its facts: they alone write it, in one order of locks.
CREATE FUNCTION training_organisation_says() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM training_organisation WHERE id IN (NEW.organisation_id, NEW.into_id) ORDER BY id FOR UPDATE;
    IF NEW.into_id IS NOT NULL
       AND (EXISTS (SELECT 1 FROM training_organisation o WHERE o.id = NEW.into_id AND o.merged_into_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM training_organisation o WHERE o.merged_into_id = NEW.organisation_id)) THEN
        RAISE EXCEPTION 'merged into one that is merged, or by one that others are merged into'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_merged_once';
    END IF;
    UPDATE training_organisation
       SET name = NEW.name, kind = NEW.kind, credit_code = NEW.credit_code, merged_into_id = NEW.into_id
     WHERE id = NEW.organisation_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER organisation_says AFTER INSERT ON training_organisationfact
    FOR EACH ROW EXECUTE FUNCTION training_organisation_says();

CREATE FUNCTION training_organisation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said jsonb := jsonb_build_object('name', NULL, 'kind', NULL, 'credit_code', NULL, 'merged_into_id', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND (to_jsonb(NEW) || said) = (to_jsonb(OLD) || said) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER organisation_guard BEFORE UPDATE OR DELETE ON training_organisation
    FOR EACH ROW EXECUTE FUNCTION training_organisation_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON training_organisation
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('training_organisationfact');
SELECT core_make_append_only('training_organisationsize');
