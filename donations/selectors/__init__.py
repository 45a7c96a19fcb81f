"""What pages, reports and commands read of gifts; nothing here writes."""
