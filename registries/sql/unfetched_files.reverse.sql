DROP TRIGGER exchangesent_guard ON registries_exchangesent;
DROP FUNCTION registries_exchangesent_guard();
CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON registries_exchangesent
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
