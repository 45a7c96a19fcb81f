-- An approved run changes no more but for its way on; two people stand for it; it becomes public when all is signed.
CREATE OR REPLACE FUNCTION transparency_run_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status <> 'published'
       AND (OLD.frozen_at IS NULL OR (NEW.log_from, NEW.log_to, NEW.frozen_at, NEW.summary) IS NOT DISTINCT FROM (OLD.log_from, OLD.log_to, OLD.frozen_at, OLD.summary))
       AND (OLD.approved_at IS NULL OR (NEW.title, NEW.page_count, NEW.checked_by_id, NEW.checked_at, NEW.approved_by_id, NEW.approved_at)
            IS NOT DISTINCT FROM (OLD.title, OLD.page_count, OLD.checked_by_id, OLD.checked_at, OLD.approved_by_id, OLD.approved_at))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'frozen figures and published reports stand: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION transparency_signed_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'freezing' THEN
            RAISE EXCEPTION 'run % does not begin with its freezing', NEW.number USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status IN ('approved', 'published') AND OLD.status NOT IN ('approved', 'published')
       AND (NEW.checked_by_id IS NULL OR NEW.checked_at IS NULL OR NEW.approved_by_id IS NULL OR NEW.approved_at IS NULL)
    THEN
        RAISE EXCEPTION 'run % was not checked and approved by two people', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'published' AND OLD.status <> 'published' AND (
        NOT EXISTS (SELECT FROM transparency_reportfile f WHERE f.run_id = NEW.id AND f.role = 'signed' AND f.part = 0)
        OR EXISTS (
            SELECT FROM transparency_reportfile v
             WHERE v.run_id = NEW.id AND v.role = 'volume' AND NOT EXISTS (
                SELECT FROM transparency_reportfile f WHERE f.run_id = NEW.id AND f.role = 'signed' AND f.part = v.part)))
    THEN
        RAISE EXCEPTION 'run % has files without a signature', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER run_signed_guard BEFORE INSERT OR UPDATE ON transparency_reportrun
    FOR EACH ROW EXECUTE FUNCTION transparency_signed_guard();

-- What nobody explained is not approved either.
CREATE OR REPLACE FUNCTION transparency_anomalies_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IN ('approved', 'published') AND OLD.status NOT IN ('approved', 'published') AND EXISTS (
        SELECT FROM transparency_anomaly a LEFT JOIN transparency_anomalyclearance c ON c.anomaly_id = a.id
        WHERE a.run_id = NEW.id AND c.id IS NULL)
    THEN
        RAISE EXCEPTION 'run % has anomalies that nobody explained', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Only what went out can be taken back, and that stands.
CREATE FUNCTION transparency_withdrawal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM transparency_reportrun r WHERE r.id = NEW.run_id AND r.status = 'published') THEN
        RAISE EXCEPTION 'run % is not published', NEW.run_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER withdrawal_guard BEFORE INSERT ON transparency_reportwithdrawal
    FOR EACH ROW EXECUTE FUNCTION transparency_withdrawal_guard();
SELECT core_make_append_only('transparency_reportwithdrawal');
