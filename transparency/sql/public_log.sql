-- A tile only grows to the right: what it holds is the beginning of what it will hold.
CREATE FUNCTION transparency_logtile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND octet_length(NEW.hashes) % 32 = 0 AND octet_length(NEW.hashes) BETWEEN 32 AND 8192
       AND (TG_OP = 'INSERT' OR ((NEW.id, NEW.level, NEW.index) = (OLD.id, OLD.level, OLD.index)
                                 AND substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) = OLD.hashes))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a tile only grows: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER logtile_guard BEFORE INSERT OR UPDATE OR DELETE ON transparency_logtile
    FOR EACH ROW EXECUTE FUNCTION transparency_logtile_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON transparency_logtile
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

-- A checkpoint is larger than all before it, and covers only leaves that stand in tiles.
CREATE FUNCTION transparency_logcheckpoint_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size > (SELECT h.tiled FROM transparency_loghead h) OR octet_length(NEW.root) <> 32
       OR EXISTS (SELECT FROM transparency_logcheckpoint c WHERE c.size >= NEW.size) THEN
        RAISE EXCEPTION 'checkpoint %: the log does not hold it, or a later one stands', NEW.size USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER logcheckpoint_grows BEFORE INSERT ON transparency_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION transparency_logcheckpoint_grows();
SELECT core_make_append_only('transparency_logcheckpoint'), core_make_append_only('transparency_logcosignature'),
       core_make_append_only('transparency_logkey');
