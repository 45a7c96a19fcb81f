-- What a run is about never changes, and bulletins of a campaign follow one another without gap.
CREATE FUNCTION transparency_run_series_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.kind, NEW.branch_id, NEW.scope, NEW.campaign_id, NEW.issue, NEW.period_kind, NEW.period, NEW.period_start, NEW.period_end, NEW.version)
           IS DISTINCT FROM
           (OLD.kind, OLD.branch_id, OLD.scope, OLD.campaign_id, OLD.issue, OLD.period_kind, OLD.period, OLD.period_start, OLD.period_end, OLD.version)
        THEN
            RAISE EXCEPTION 'what a report is about stands: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.issue > 1 AND NOT EXISTS (
        SELECT 1 FROM transparency_reportrun r
         WHERE r.campaign_id = NEW.campaign_id AND r.issue = NEW.issue - 1 AND r.version = 1)
    THEN
        RAISE EXCEPTION 'bulletin % of campaign % has no bulletin before it', NEW.issue, NEW.campaign_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER run_series_guard BEFORE INSERT OR UPDATE ON transparency_reportrun
    FOR EACH ROW EXECUTE FUNCTION transparency_run_series_guard();
