-- Nobody puts in force what passed through their own hands.
ALTER TABLE donations_campaign ADD CONSTRAINT campaign_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));
ALTER TABLE donations_givingchannel ADD CONSTRAINT givingchannel_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));
ALTER TABLE donations_agreement ADD CONSTRAINT agreement_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));
ALTER TABLE donations_changeofuse ADD CONSTRAINT changeofuse_approver_is_no_maker
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));
ALTER TABLE donations_appealevent ADD CONSTRAINT appealevent_one_subject
    CHECK (num_nonnulls(campaign_id, channel_id, agreement_id, change_id) = 1);

-- What was submitted stands: only the columns named as the trigger's arguments change from then on, and nothing is
-- removed. A column that ends in `=` may be set once, from its empty value.
CREATE FUNCTION donations_terms_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb;
    name text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'terms stand: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF before ->> 'status' = 'draft' THEN
        RETURN NEW;
    END IF;
    after := to_jsonb(NEW);
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF right(name, 1) <> '=' THEN
            before := before - name;
            after := after - name;
        ELSIF coalesce(before ->> rtrim(name, '='), '') = '' THEN
            before := before - rtrim(name, '=');
            after := after - rtrim(name, '=');
        END IF;
    END LOOP;
    IF before <> after THEN
        RAISE EXCEPTION 'terms stand: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER terms_guard BEFORE UPDATE OR DELETE ON donations_campaign FOR EACH ROW EXECUTE FUNCTION
    donations_terms_guard('status', 'maker_ids', 'approved_by_id=', 'opened_at=', 'closed_on=', 'successor_id=',
        'rest_account', 'settlement_by_id', 'settled_by_id=', 'settled_at=', 'filing_number=', 'filed_on=', 'edit_count');
CREATE TRIGGER terms_guard BEFORE UPDATE OR DELETE ON donations_givingchannel FOR EACH ROW EXECUTE FUNCTION
    donations_terms_guard('status', 'maker_ids', 'approved_by_id=', 'in_force_at=', 'ended_at=', 'record_sha256=');
CREATE TRIGGER terms_guard BEFORE UPDATE OR DELETE ON donations_agreement FOR EACH ROW EXECUTE FUNCTION
    donations_terms_guard('status', 'maker_ids', 'approved_by_id=', 'in_force_at=', 'ended_at=', 'fund_id=',
        'name_choice', 'display_name');
CREATE TRIGGER terms_guard BEFORE UPDATE OR DELETE ON donations_changeofuse FOR EACH ROW EXECUTE FUNCTION
    donations_terms_guard('status', 'maker_ids', 'approved_by_id=', 'notice_on=', 'entry_id=');

-- The accounts of a plan stand with it.
CREATE FUNCTION donations_campaign_channels_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.campaign_id ELSE OLD.campaign_id END;
BEGIN
    IF (SELECT status FROM donations_campaign WHERE id = touched) <> 'draft' OR TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'terms stand: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER terms_guard BEFORE INSERT OR UPDATE OR DELETE ON donations_campaignchannel
    FOR EACH ROW EXECUTE FUNCTION donations_campaign_channels_guard();

-- A document is released once and an objection answered once; beside that both stand.
CREATE FUNCTION donations_set_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb;
    name text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        after := to_jsonb(NEW);
        FOREACH name IN ARRAY TG_ARGV LOOP
            IF coalesce(before ->> name, '') = '' THEN
                before := before - name;
                after := after - name;
            END IF;
        END LOOP;
        IF before = after THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER set_once BEFORE UPDATE OR DELETE ON donations_campaignfile FOR EACH ROW EXECUTE FUNCTION
    donations_set_once('released_by_id', 'released_at');
CREATE TRIGGER set_once BEFORE UPDATE OR DELETE ON donations_objection FOR EACH ROW EXECUTE FUNCTION
    donations_set_once('answer', 'answered_by_id', 'answered_at');
SELECT core_make_append_only('donations_appealevent');
SELECT core_make_append_only('donations_campaignfund');

-- Letters stand still with the rows they belong to, and, being vouchers, stay when the rows go.
CREATE FUNCTION donations_letter_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM donations_batch b
                WHERE b.id = OLD.batch_id AND b.status IN ('submitted', 'posting', 'posted')) THEN
        RAISE EXCEPTION 'letters of a submitted batch stand still: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER letter_guard BEFORE UPDATE OR DELETE ON donations_giftletter
    FOR EACH ROW EXECUTE FUNCTION donations_letter_guard();
