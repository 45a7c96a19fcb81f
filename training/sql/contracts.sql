-- A contract stands as it was signed; what was accepted is written once. What was delivered may be put under it later.
CREATE FUNCTION training_contract_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending jsonb := jsonb_build_object('status', NULL, 'accepted_quantity', NULL, 'accepted_on', NULL, 'acceptance_id', NULL,
        'end_reason', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'running' AND (to_jsonb(NEW) || ending) = (to_jsonb(OLD) || ending) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER contract_guard BEFORE UPDATE OR DELETE ON training_servicecontract
    FOR EACH ROW EXECUTE FUNCTION training_contract_guard();
