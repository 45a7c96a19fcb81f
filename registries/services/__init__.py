"""Changes of the registries, one subject a file. Locks are taken in one order: the registrant, then the wish."""
