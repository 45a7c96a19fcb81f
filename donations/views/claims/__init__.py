"""The pool of unidentified gifts and the claims to them, at the desk."""
