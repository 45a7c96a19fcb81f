-- The unit's certificate that it received a body stands as it was written down, and is of a body alone: of organs no
-- paper says where they went (双盲).
SELECT core_make_append_only('registries_caseacceptance');
CREATE FUNCTION registries_caseacceptance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM registries_casehandover h
               WHERE h.case_id = NEW.case_id AND h.unit_id = NEW.unit_id AND h.kind = 'body')
       AND (NEW.replaces_id IS NULL
            OR EXISTS (SELECT 1 FROM registries_caseacceptance a
                       WHERE a.id = NEW.replaces_id AND a.case_id = NEW.case_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a certificate of acceptance is of a body' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER caseacceptance_guard BEFORE INSERT ON registries_caseacceptance
    FOR EACH ROW EXECUTE FUNCTION registries_caseacceptance_guard();
