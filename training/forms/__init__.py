"""Forms of training; what they mean is checked by the services."""
