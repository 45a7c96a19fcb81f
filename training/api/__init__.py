"""Training in the API, version 1."""
