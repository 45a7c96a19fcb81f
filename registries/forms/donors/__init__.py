"""Forms of stem-cell donors at the desk; what they mean is checked by the services."""
