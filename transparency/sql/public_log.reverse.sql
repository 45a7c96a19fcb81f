DROP TRIGGER logtile_guard ON transparency_logtile;
DROP TRIGGER append_only_all ON transparency_logtile;
DROP FUNCTION transparency_logtile_guard();
DROP TRIGGER logcheckpoint_grows ON transparency_logcheckpoint;
DROP FUNCTION transparency_logcheckpoint_grows();
DROP TRIGGER append_only_row ON transparency_logcheckpoint; DROP TRIGGER append_only_all ON transparency_logcheckpoint;
DROP TRIGGER append_only_row ON transparency_logcosignature; DROP TRIGGER append_only_all ON transparency_logcosignature;
DROP TRIGGER append_only_row ON transparency_logkey; DROP TRIGGER append_only_all ON transparency_logkey;
