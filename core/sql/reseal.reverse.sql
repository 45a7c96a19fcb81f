CREATE OR REPLACE FUNCTION core_publicrecord_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION core_is_resealed(bytea, bytea);
