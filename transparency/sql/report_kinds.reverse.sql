DROP TRIGGER run_series_guard ON transparency_reportrun;
DROP FUNCTION transparency_run_series_guard();
