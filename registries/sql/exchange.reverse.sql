DROP TRIGGER append_only_row ON registries_exchangesent;
DROP TRIGGER append_only_all ON registries_exchangesent;
DROP TRIGGER append_only_row ON registries_exchangefileevent;
DROP TRIGGER append_only_all ON registries_exchangefileevent;
DROP TRIGGER exchangerow_guard ON registries_exchangerow;
DROP FUNCTION registries_exchangerow_guard();
DROP TRIGGER exchangefile_guard ON registries_exchangefile;
DROP FUNCTION registries_exchangefile_guard();
