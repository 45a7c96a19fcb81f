"""The pool of unidentified gifts and the claims to them, as each side may see them (docs/claims.md)."""
