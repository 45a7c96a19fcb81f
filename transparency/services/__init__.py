"""Every change of reports and of the log, one subject a file."""
