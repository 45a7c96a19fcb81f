DROP TRIGGER run_anomalies_guard ON transparency_reportrun;
DROP FUNCTION transparency_anomalies_guard();
DROP TRIGGER append_only_row ON transparency_anomalyclearance; DROP TRIGGER append_only_all ON transparency_anomalyclearance;
DROP TRIGGER append_only_row ON transparency_anomaly; DROP TRIGGER append_only_all ON transparency_anomaly;
