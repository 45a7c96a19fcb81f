-- Nothing that was posted, published or recorded is changed or removed. Each append-only table has a row trigger for
-- UPDATE and DELETE and a statement trigger for TRUNCATE which call this function.
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- Makes one table append-only. The grants command (core.management.commands.apply_grants) finds these tables by the
-- name of their trigger and takes the rights to change them from the application's role as well.
CREATE FUNCTION core_make_append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION core_refuse_change()', target);
    EXECUTE format('CREATE TRIGGER append_only_all BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()', target);
END
$$;
