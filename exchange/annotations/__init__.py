"""Remarks on bookings: added, never changed."""
