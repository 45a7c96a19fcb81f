"""The desk's first page, its reports, and the auditors' corner."""
