DROP TRIGGER append_only_row ON donations_giverfeedback; DROP TRIGGER append_only_all ON donations_giverfeedback;
DROP TRIGGER append_only_all ON donations_giverrequest;
DROP TRIGGER giverrequest_guard_row ON donations_giverrequest;
DROP FUNCTION donations_giverrequest_guard();
