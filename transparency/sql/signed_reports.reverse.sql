DROP TRIGGER append_only_row ON transparency_reportwithdrawal; DROP TRIGGER append_only_all ON transparency_reportwithdrawal;
DROP TRIGGER withdrawal_guard ON transparency_reportwithdrawal;
DROP FUNCTION transparency_withdrawal_guard();
DROP TRIGGER run_signed_guard ON transparency_reportrun;
DROP FUNCTION transparency_signed_guard();
CREATE OR REPLACE FUNCTION transparency_run_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status <> 'published'
       AND (OLD.frozen_at IS NULL OR (NEW.log_from, NEW.log_to, NEW.frozen_at, NEW.summary) IS NOT DISTINCT FROM (OLD.log_from, OLD.log_to, OLD.frozen_at, OLD.summary))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'frozen figures and published reports stand: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE OR REPLACE FUNCTION transparency_anomalies_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'published' AND OLD.status <> 'published' AND EXISTS (
        SELECT FROM transparency_anomaly a LEFT JOIN transparency_anomalyclearance c ON c.anomaly_id = a.id
        WHERE a.run_id = NEW.id AND c.id IS NULL)
    THEN
        RAISE EXCEPTION 'run % has anomalies that nobody explained', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
