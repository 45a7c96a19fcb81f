DROP TRIGGER append_only_row ON registries_requestevent;
DROP TRIGGER append_only_all ON registries_requestevent;
DROP TRIGGER request_guard ON registries_request;
DROP FUNCTION registries_request_guard();
