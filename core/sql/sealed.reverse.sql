DROP TRIGGER readlog_guard_row ON core_readlog;
DROP TRIGGER append_only_all ON core_readlog;
DROP FUNCTION core_readlog_guard();
