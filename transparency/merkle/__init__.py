"""The Merkle tree of the public log: hashing, tiles and proofs. Knows no database and no Django (docs/log.md)."""
