ALTER TABLE training_courseversion DROP CONSTRAINT courseversion_one_a_day;
ALTER TABLE training_absence DROP CONSTRAINT absence_not_twice;
DROP TRIGGER refuse_absent ON training_absence;
DROP TRIGGER refuse_absent ON training_assignment;
DROP FUNCTION training_refuse_absent();
