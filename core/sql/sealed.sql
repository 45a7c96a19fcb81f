-- The read log is never changed. A row may go when it is older than three years (个人信息保护法 Art. 56 asks for at least
-- that), by the database's own clock, so that no shifted clock of an application opens the way.
CREATE FUNCTION core_readlog_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '3 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER readlog_guard_row BEFORE UPDATE OR DELETE ON core_readlog
    FOR EACH ROW EXECUTE FUNCTION core_readlog_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON core_readlog
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
