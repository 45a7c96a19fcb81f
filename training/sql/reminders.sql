-- A step that was taken stays taken.
SELECT core_make_append_only('training_expiryreminder');
