-- Divisions, branches and grants are closed by a date and never removed: past rows point at them.
CREATE TRIGGER kept_row BEFORE DELETE ON organizations_division FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER kept_row BEFORE DELETE ON organizations_branch FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER kept_row BEFORE DELETE ON organizations_rolegrant FOR EACH ROW EXECUTE FUNCTION core_refuse_change();

-- A branch's code is printed in numbers, reports and addresses: it never changes.
CREATE TRIGGER code_stands BEFORE UPDATE OF code ON organizations_branch FOR EACH ROW
    WHEN (NEW.code IS DISTINCT FROM OLD.code) EXECUTE FUNCTION core_refuse_change();

-- A grant says who could do what, when: nothing in it changes but its end, which is set once.
CREATE FUNCTION organizations_grant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ended jsonb := jsonb_build_object('valid_to', NULL);
BEGIN
    IF OLD.valid_to IS NULL AND (to_jsonb(NEW) || ended) = (to_jsonb(OLD) || ended) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a grant stands as it was given: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER grant_guard BEFORE UPDATE ON organizations_rolegrant
    FOR EACH ROW EXECUTE FUNCTION organizations_grant_guard();
