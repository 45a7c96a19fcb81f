"""Forms of the desk for gifts, by subject; what they mean is checked by the services."""
