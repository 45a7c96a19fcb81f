"""Remembrance: places, bookings, pages, messages. Locks in one order: the occasion or page, then its rows."""
