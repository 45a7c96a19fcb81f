"""Unidentified gifts and claims to them (docs/claims.md).

Locks are taken in one order: the claim, the pool's row, the gift.
"""
