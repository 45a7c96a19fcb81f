"""What public pages, reports and auditors read."""
