-- Nobody approves a payment that passed through their own hands, nor pays it where the payer must be another.
ALTER TABLE spending_payment ADD CONSTRAINT payment_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));
ALTER TABLE spending_payment ADD CONSTRAINT payment_payer_is_another
    CHECK (paid_by_id IS NULL OR (paid_by_id <> approved_by_id AND (NOT payer_apart OR paid_by_id <> ALL (maker_ids))));

-- Whether a sealed value stayed, or changed by a change of keys alone.
CREATE FUNCTION spending_still_sealed(old bytea, new bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT old IS NOT DISTINCT FROM new OR coalesce(core_is_resealed(old, new), false)
$$;

-- A payment is never removed. From approval on, what was approved stands; once paid, only its reversal and a change of
-- the key that seals its payee; a submitted one only moves.
CREATE FUNCTION spending_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    steps jsonb := jsonb_build_object('status', NULL, 'approved_at', NULL, 'approved_by_id', NULL, 'submitted_by_id', NULL,
        'submitted_at', NULL, 'payee_person', NULL, 'payee_account', NULL);
    paying jsonb := jsonb_build_object('paid_by_id', NULL, 'paid_on', NULL, 'paid_at', NULL, 'bank_reference', NULL, 'entry_id', NULL);
    kept jsonb := jsonb_build_object('status', NULL, 'payee_person', NULL, 'payee_account', NULL);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status NOT IN ('draft', 'returned')
           AND NOT (spending_still_sealed(OLD.payee_person, NEW.payee_person)
                    AND spending_still_sealed(OLD.payee_account, NEW.payee_account)) THEN
            RAISE EXCEPTION 'append-only: the payee of a submitted payment stands' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status IN ('draft', 'returned')
           OR (OLD.status = 'submitted' AND (to_jsonb(NEW) || steps) = (to_jsonb(OLD) || steps))
           OR (OLD.status = 'approved' AND (to_jsonb(NEW) || steps || paying) = (to_jsonb(OLD) || steps || paying))
           OR (OLD.status IN ('paid', 'reversed') AND NEW.status IN (OLD.status, 'reversed')
               AND (to_jsonb(NEW) || kept) = (to_jsonb(OLD) || kept)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER payment_guard_row BEFORE UPDATE OR DELETE ON spending_payment
    FOR EACH ROW EXECUTE FUNCTION spending_payment_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON spending_payment
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('spending_paymentevent');
SELECT core_make_append_only('spending_approval');

-- The list of people stands still from submission on, apart from a change of the keys that seal it.
CREATE FUNCTION spending_list_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('name', NULL, 'identity', NULL, 'identity_digest', NULL, 'identity_digest_next', NULL,
        'account', NULL);
BEGIN
    IF EXISTS (SELECT 1 FROM spending_payment p
                WHERE p.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.payment_id ELSE OLD.payment_id END
                  AND p.status NOT IN ('draft', 'returned')
                  -- A list that came to nothing goes after its time (services/purging.py).
                  AND NOT (TG_OP = 'DELETE' AND p.status = 'cancelled')) THEN
        IF TG_OP <> 'UPDATE' OR (to_jsonb(NEW) || sealed) <> (to_jsonb(OLD) || sealed)
           OR NOT (spending_still_sealed(OLD.name, NEW.name) AND spending_still_sealed(OLD.identity, NEW.identity)
                   AND spending_still_sealed(OLD.account, NEW.account)) THEN
            RAISE EXCEPTION 'append-only: the list of a submitted payment stands still: % is refused', TG_OP
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER list_guard BEFORE INSERT OR UPDATE OR DELETE ON spending_beneficiary
    FOR EACH ROW EXECUTE FUNCTION spending_list_guard();

-- A released copy stays released; a paper is never deleted.
CREATE FUNCTION spending_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.file_id <> OLD.file_id OR NEW.payment_id <> OLD.payment_id THEN
        RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER document_guard BEFORE UPDATE OR DELETE ON spending_paymentdocument
    FOR EACH ROW EXECUTE FUNCTION spending_document_guard();
