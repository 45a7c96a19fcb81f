SELECT core_make_append_only('transparency_anomaly'), core_make_append_only('transparency_anomalyclearance');

-- Not by any way past the service: a run with an anomaly that nobody explained does not become public.
CREATE FUNCTION transparency_anomalies_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER run_anomalies_guard BEFORE UPDATE ON transparency_reportrun
    FOR EACH ROW EXECUTE FUNCTION transparency_anomalies_guard();
