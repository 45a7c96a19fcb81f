"""Reading transfers and payments; never writes."""
