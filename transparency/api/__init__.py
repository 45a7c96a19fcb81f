"""The public API, version 1: read-only, no key, the same figures as the pages."""
