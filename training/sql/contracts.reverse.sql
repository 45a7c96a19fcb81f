DROP TRIGGER contract_guard ON training_servicecontract;
DROP FUNCTION training_contract_guard();
