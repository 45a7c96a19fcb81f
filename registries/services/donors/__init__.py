"""Changes of stem-cell donors, one part of their way a file. Locks: registrant, donor, then what is the donor's."""
