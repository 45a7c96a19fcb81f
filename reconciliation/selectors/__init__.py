"""Reading statements for pages, figures and checks; never writes."""
