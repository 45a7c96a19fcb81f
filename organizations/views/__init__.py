"""The desk's pages of the branch network, one subject a file."""
