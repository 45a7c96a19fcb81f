-- Whether one sealed value follows another by a change of keys alone: both are sealed values, under keys of different ids.
-- Guards of tables with sealed columns let this through (docs/personal-data.md). That both hold the same text is held by
-- the associated data: whoever has no key cannot make a value that opens in this place.
CREATE FUNCTION core_is_resealed(old bytea, new bytea) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT get_byte(old, 0) = 1 AND get_byte(new, 0) = 1
       AND substring(old FROM 2 FOR 1 + get_byte(old, 1)) <> substring(new FROM 2 FOR 1 + get_byte(new, 1))
$$;

CREATE OR REPLACE FUNCTION core_publicrecord_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.sealed_salt IS NULL OR core_is_resealed(OLD.sealed_salt, NEW.sealed_salt))
       AND (NEW.id, NEW.uuid, NEW.kind, NEW.subject, NEW.object_id, NEW.branch_code, NEW.record, NEW.leaf_hash, NEW.created_at, NEW.xid)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.uuid, OLD.kind, OLD.subject, OLD.object_id, OLD.branch_code, OLD.record, OLD.leaf_hash, OLD.created_at, OLD.xid)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
