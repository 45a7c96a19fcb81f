"""Pages that anybody may see; none of them writes."""
