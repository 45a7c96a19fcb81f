DROP TRIGGER append_only_row ON training_expiryreminder;
DROP TRIGGER append_only_all ON training_expiryreminder;
