"""Changes of training, one subject a file. Locks are taken in one order: the session, the enrolment, the learner."""
