-- The writing transaction of each public record: a record whose transaction is older than every running one can have no
-- unseen predecessor, so the sequencer may give it its place.
ALTER TABLE core_publicrecord ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX publicrecord_by_xid ON core_publicrecord (xid);

-- Append-only but for one thing: the salt may be destroyed (set to null) so that a person is forgotten.
CREATE FUNCTION core_publicrecord_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.sealed_salt IS NULL
       AND (NEW.id, NEW.uuid, NEW.kind, NEW.subject, NEW.object_id, NEW.branch_code, NEW.record, NEW.leaf_hash, NEW.created_at, NEW.xid)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.uuid, OLD.kind, OLD.subject, OLD.object_id, OLD.branch_code, OLD.record, OLD.leaf_hash, OLD.created_at, OLD.xid)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER publicrecord_guard_row BEFORE UPDATE OR DELETE ON core_publicrecord
    FOR EACH ROW EXECUTE FUNCTION core_publicrecord_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON core_publicrecord
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
