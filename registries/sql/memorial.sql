-- What kin signed and what a second person approved stands; what is taken down never comes back; nobody approves what
-- they wrote. Keys may be changed under it (core_is_resealed), and what is due is emptied as a whole.
CREATE FUNCTION registries_memorial_refused(op text, target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on % is refused', op, target USING ERRCODE = 'restrict_violation';
END
$$;

ALTER TABLE registries_memorialpage ADD CONSTRAINT memorialpage_approved_by_another
    CHECK (approved_by_id IS NULL OR approved_by_id <> ALL (maker_ids));
ALTER TABLE registries_memorialstep ADD CONSTRAINT memorialstep_of_one_thing
    CHECK (num_nonnulls(occasion_id, booking_id, page_id, message_id) = 1);

CREATE FUNCTION registries_memorialpage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('status', NULL, 'candle_on', NULL, 'approved_by_id', NULL, 'published_on', NULL,
        'withdrawn_at', NULL, 'destroyed_at', NULL, 'name', NULL, 'name_digest', NULL, 'name_digest_next', NULL,
        'content', NULL, 'portrait_id', NULL);
    writing jsonb := jsonb_build_object('is_minor', NULL, 'maker_ids', NULL);
    is_emptied boolean := NEW.destroyed_at IS NOT NULL;
    is_draft boolean := OLD.status = 'draft' AND NEW.status = 'draft';
BEGIN
    IF is_draft THEN
        free := free || writing;
    END IF;
    IF (to_jsonb(NEW) || free) IS DISTINCT FROM (to_jsonb(OLD) || free)
       OR NOT NEW.maker_ids @> OLD.maker_ids
       OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn')
       OR (OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at)
       OR (NOT is_draft AND NOT registries_stands(OLD.name, NEW.name, is_emptied))
       OR (NOT is_draft AND NOT registries_stands(OLD.content, NEW.content, is_emptied))
       OR (NOT is_draft AND NEW.portrait_id IS DISTINCT FROM OLD.portrait_id
           AND NOT (is_emptied AND NEW.portrait_id IS NULL))
       OR (NEW.candle_on IS DISTINCT FROM OLD.candle_on AND NEW.status <> 'published')
       OR ((NEW.approved_by_id, NEW.published_on) IS DISTINCT FROM (OLD.approved_by_id, OLD.published_on)
           AND NOT (OLD.status = 'submitted' AND NEW.status = 'published')) THEN
        PERFORM registries_memorial_refused(TG_OP, TG_TABLE_NAME);
    END IF;
    IF NEW.status = 'published' AND OLD.status <> 'published' AND NOT EXISTS (
        SELECT 1 FROM registries_memorialconsent c
         WHERE c.page_id = NEW.id AND c.withdrawn_at IS NULL
           AND (NOT NEW.is_minor OR c.guardians_agree OR (c.name_shown = 'pseudonym' AND NOT c.shows_portrait))) THEN
        RAISE EXCEPTION 'a page is published on a consent in force, a minor''s name on that of the guardians'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'memorialpage_published_with_consent';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER memorialpage_guard BEFORE UPDATE ON registries_memorialpage
    FOR EACH ROW EXECUTE FUNCTION registries_memorialpage_guard();

CREATE FUNCTION registries_memorialpage_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'draft' THEN
        RAISE EXCEPTION 'a page begins as a draft' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'memorialpage_begins_as_draft';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER memorialpage_begins BEFORE INSERT ON registries_memorialpage
    FOR EACH ROW EXECUTE FUNCTION registries_memorialpage_begins();

CREATE FUNCTION registries_memorialconsent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('kin_name', NULL, 'kin_phone', NULL, 'withdrawn_at', NULL, 'destroyed_at', NULL);
    is_emptied boolean := NEW.destroyed_at IS NOT NULL;
BEGIN
    IF (to_jsonb(NEW) || free) IS DISTINCT FROM (to_jsonb(OLD) || free)
       OR NOT registries_stands(OLD.kin_name, NEW.kin_name, is_emptied)
       OR NOT registries_stands(OLD.kin_phone, NEW.kin_phone, is_emptied)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
       OR (OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at) THEN
        PERFORM registries_memorial_refused(TG_OP, TG_TABLE_NAME);
    END IF;
    -- Taken back and still to be seen cannot be.
    IF NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND EXISTS (
        SELECT 1 FROM registries_memorialpage p WHERE p.id = NEW.page_id AND p.status <> 'withdrawn') THEN
        RAISE EXCEPTION 'the page comes down with its consent' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'memorialconsent_page_comes_down';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER memorialconsent_guard BEFORE UPDATE ON registries_memorialconsent
    FOR EACH ROW EXECUTE FUNCTION registries_memorialconsent_guard();

CREATE FUNCTION registries_memorialmessage_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('status', NULL, 'is_reported', NULL, 'decided_by_id', NULL, 'ended_at', NULL,
        'destroyed_at', NULL, 'text', NULL, 'name', NULL);
    is_emptied boolean := NEW.destroyed_at IS NOT NULL;
BEGIN
    IF (to_jsonb(NEW) || free) IS DISTINCT FROM (to_jsonb(OLD) || free)
       OR (OLD.ended_at IS NOT NULL AND NEW.status <> OLD.status)
       OR NOT registries_stands(OLD.text, NEW.text, is_emptied)
       OR NOT registries_stands(OLD.name, NEW.name, is_emptied)
       OR (OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at) THEN
        PERFORM registries_memorial_refused(TG_OP, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER memorialmessage_guard BEFORE UPDATE ON registries_memorialmessage
    FOR EACH ROW EXECUTE FUNCTION registries_memorialmessage_guard();

CREATE FUNCTION registries_memorialbooking_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('status', NULL, 'ended_at', NULL, 'destroyed_at', NULL, 'name', NULL,
        'phone', NULL, 'phone_digest', NULL, 'phone_digest_next', NULL);
    is_emptied boolean := NEW.destroyed_at IS NOT NULL;
BEGIN
    IF (to_jsonb(NEW) || free) IS DISTINCT FROM (to_jsonb(OLD) || free)
       OR (OLD.status = 'cancelled' AND NEW.status <> 'cancelled')
       OR NOT registries_stands(OLD.name, NEW.name, is_emptied)
       OR NOT registries_stands(OLD.phone, NEW.phone, is_emptied)
       OR (OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at) THEN
        PERFORM registries_memorial_refused(TG_OP, TG_TABLE_NAME);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER memorialbooking_guard BEFORE UPDATE ON registries_memorialbooking
    FOR EACH ROW EXECUTE FUNCTION registries_memorialbooking_guard();

CREATE FUNCTION registries_memorial_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registries_memorial_refused(TG_OP, TG_TABLE_NAME);
    RETURN NULL;
END
$$;
CREATE TRIGGER stays BEFORE DELETE ON registries_memorialplace
    FOR EACH ROW EXECUTE FUNCTION registries_memorial_stays();
CREATE TRIGGER stays BEFORE DELETE ON registries_memorialoccasion
    FOR EACH ROW EXECUTE FUNCTION registries_memorial_stays();
CREATE TRIGGER stays BEFORE DELETE ON registries_memorialbooking
    FOR EACH ROW EXECUTE FUNCTION registries_memorial_stays();
CREATE TRIGGER stays BEFORE DELETE ON registries_memorialpage
    FOR EACH ROW EXECUTE FUNCTION registries_memorial_stays();
CREATE TRIGGER stays BEFORE DELETE ON registries_memorialconsent
    FOR EACH ROW EXECUTE FUNCTION registries_memorial_stays();
CREATE TRIGGER stays BEFORE DELETE ON registries_memorialmessage
    FOR EACH ROW EXECUTE FUNCTION registries_memorial_stays();
SELECT core_make_append_only('registries_memorialstep');
